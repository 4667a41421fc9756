// Child issues, links to other issues, and links to other places.
import {$, h, icon, lozenge, pictured, statusKind, uid} from './dom.js';
import {all, del, get, post} from './api.js';
import {safeLink} from './adf-render.js';
import {change, part} from './part.js';

const issueRow = (issue, ...more) => h('div.list-row', {role: 'listitem'}, pictured(issue.fields.issuetype), h('a', {href: `/browse/${issue.key}`}, issue.key),
  h('span.sum', {}, issue.fields.summary), issue.fields.status ? lozenge(issue.fields.status.name, statusKind(issue.fields.status)) : null, more);

/** Sub-tasks are a field of their parent; the children of an epic are found by search, which may lag a little. */
export function children(view) {
  let found = [];
  let asked = '';
  const self = part($('#children'), view, s => [s.issue.fields.subtasks || [], found], s => {
    const known = new Set((s.issue.fields.subtasks || []).map(i => i.key));
    const every = [...(s.issue.fields.subtasks || []), ...found.filter(i => !known.has(i.key))];
    return every.length ? h('section', {'aria-label': 'Child issues'}, h('h2', {}, 'Child issues'), h('div.list-rows', {role: 'list'}, every.map(i => issueRow(i)))) : null;
  });
  const show = self.show;
  self.show = () => {
    show();
    const {issue, key} = view.state;
    if (asked === issue.fields.updated || !(issue.fields.issuetype.hierarchyLevel > 0)) return;
    asked = issue.fields.updated;
    post('/search/jql', {jql: `parent = ${key} ORDER BY key`, fields: ['summary', 'status', 'issuetype'], maxResults: 100})
      .then(answer => { found = answer.issues; show(); }, () => {});
  };
  return self;
}

export function links(view) {
  let remote = [];
  let asked = '';
  const form = h('div');
  const list = h('div');
  $('#links').append(list, form);
  document.addEventListener('link-issue', () => openForm(view, form));
  const self = part(list, view, s => [s.issue.fields.issuelinks || [], remote], s => {
    const found = s.issue.fields.issuelinks || [];
    if (!found.length && !remote.length) return null;
    const kinds = Map.groupBy(found, l => (l.outwardIssue ? l.type.outward : l.type.inward));
    return h('section', {'aria-label': 'Linked issues'}, h('h2', {}, 'Linked issues'),
      [...kinds].map(([kind, items]) => [h('p.link-kind', {}, kind), h('div.list-rows', {role: 'list', 'aria-label': kind}, items.map(l => issueRow(l.outwardIssue || l.inwardIssue,
        unlink(`Remove link to ${(l.outwardIssue || l.inwardIssue).key}`, () => change(view, () => del(`/issueLink/${l.id}`))))))]),
      remote.length ? [h('p.link-kind', {}, 'links elsewhere'), h('div.list-rows', {role: 'list'}, remote.map(r => remoteRow(view, r)))] : null);
  });
  const show = self.show;
  self.show = () => {
    show();
    const {issue} = view.state;
    if (asked === issue.fields.updated) return;
    asked = issue.fields.updated;
    get(`/issue/${issue.id}/remotelink`).then(found => { remote = found || []; show(); }, () => {});
  };
  return self;
}

const unlink = (name, run) => h('button.btn.subtle.icon.sm', {type: 'button', 'aria-label': name, onclick: run}, icon('cross'));

const remoteRow = (view, r) => h('div.list-row', {role: 'listitem'}, h('span.sum', {}, Object.assign(h('a', {}, r.object.title), safeLink(r.object.url)), r.object.summary ? ` ${r.object.summary}` : ''),
  r.relationship ? h('span.subtle.small', {}, r.relationship) : null,
  unlink(`Remove link ${r.object.title}`, () => change(view, () => del(`/issue/${view.state.issue.id}/remotelink/${r.id}`))));

async function openForm(view, host) {
  const kind = h('select', {'aria-label': 'Kind of link'});
  const key = h('input', {type: 'text', 'aria-label': 'Issue to link', placeholder: 'Issue key', id: uid('link')});
  const error = h('p.field-error', {role: 'alert'});
  const close = () => host.replaceChildren();
  const save = async () => {
    const [id, way] = kind.value.split(':');
    const [here, there] = [{key: view.state.key}, {key: key.value.trim().toUpperCase()}];
    const body = {type: {id}, ...(way === 'out' ? {inwardIssue: here, outwardIssue: there} : {inwardIssue: there, outwardIssue: here})};
    if (await change(view, () => post('/issueLink', body), e => { error.textContent = e.message; })) close();
  };
  host.replaceChildren(h('form', {'aria-label': 'Link issue', onsubmit: e => { e.preventDefault(); save(); }}, h('div.acts', {}, kind, key,
    h('button.btn.primary', {}, 'Link'), h('button.btn.subtle', {type: 'button', onclick: close}, 'Cancel')), error));
  key.focus();
  const types = await all('/issueLinkType', 'issueLinkTypes').catch(e => { error.textContent = e.message; return []; });
  kind.append(...types.flatMap(t => [h('option', {value: `${t.id}:out`}, t.outward), t.inward !== t.outward ? h('option', {value: `${t.id}:in`}, t.inward) : null]).filter(Boolean));
}
