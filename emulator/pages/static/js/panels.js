// The cards of installed apps. A card's frame is loaded when the card is first open; its lozenge is an issue property.
import {$, h, page} from './dom.js';
import {mount} from './bridge.js';

const KINDS = {default: 'gone', inprogress: 'info', moved: 'warn', new: 'disc', removed: 'bad', success: 'ok'};
const remembered = id => localStorage.getItem(`panel:${id}`) !== 'closed';

export function panels(view) {
  const cards = page.panels.map(panel => card(view, panel));
  return {show: () => cards.forEach(c => c.show())};
}

function card(view, panel) {
  const id = `${panel.app_key}__${panel.module_key}`;
  const place = h('div.ap-place', {'data-title': panel.title});
  const sign = h('span.sign');
  const el = h('details.card-box', {open: remembered(id), 'data-panel': id}, h('summary', {}, panel.icon ? h('img', {src: panel.icon, alt: ''}) : null, panel.title, sign), h('div.body', {}, place));
  $(panel.place === 'left' ? '#left-panels' : '#right-panels').append(el);
  let mounted = '';
  el.addEventListener('toggle', () => { localStorage.setItem(`panel:${id}`, el.open ? 'open' : 'closed'); open(); });
  function open() {
    const {issue} = view.state;
    if (!el.open || !issue || mounted === issue.key) return;
    mounted = issue.key;
    const {project, issuetype} = issue.fields;
    mount(place, {addonKey: panel.app_key, key: panel.module_key,
      context: {'issue.id': issue.id, 'issue.key': issue.key, 'issuetype.id': issuetype.id, 'project.id': project.id, 'project.key': project.key}});
  }
  return {
    show() {
      open();
      const value = view.state.properties[panel.status_property];
      sign.replaceChildren(...lozenge(value, panel.label));
    },
  };
}

// The property's shape: https://developer.atlassian.com/cloud/jira/platform/modules/issue-context/
function lozenge(property, label) {
  const value = property?.value;
  if (property?.type === 'lozenge' && value?.label) return [h(`span.loz.${KINDS[value.type] || 'gone'}`, {}, value.label)];
  if (property?.type === 'badge' && value?.label !== undefined) return [h('span.loz', {}, String(value.label))];
  return label ? [h('span.loz', {}, label)] : [];
}
