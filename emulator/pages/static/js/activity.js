// Activity: comments (read, add, edit, delete) and the issue's history, newest first.
import {$, avatar, confirmDialog, h, icon, page, time} from './dom.js';
import {all, del, get, post, put} from './api.js';
import {renderAdf} from './adf-render.js';
import {richEditor} from './editor.js';
import {change} from './part.js';
import {worklogs} from './worklogs.js';

const TABS = ['Comments', 'Work log', 'History'];

const tabId = name => `tab-${name.replace(' ', '-')}`;

export function activity(view) {
  const host = $('#activity');
  const panels = {Comments: comments(view), 'Work log': worklogs(view), History: history(view)};
  let open = 'Comments';
  const tabs = TABS.map(name => h('button', {type: 'button', role: 'tab', id: tabId(name), 'aria-controls': 'activity', onclick: () => select(name),
    onkeydown: e => { if (/^Arrow(Left|Right)$/.test(e.key)) { select(TABS[(TABS.indexOf(open) + (e.key === 'ArrowRight' ? 1 : TABS.length - 1)) % TABS.length]); tabs[TABS.indexOf(open)].focus(); } }}, name));
  $('.activity [role="tablist"]').append(...tabs);
  host.setAttribute('role', 'tabpanel');
  function select(name) {
    open = name;
    tabs.forEach((tab, i) => { tab.setAttribute('aria-selected', String(TABS[i] === name)); tab.tabIndex = TABS[i] === name ? 0 : -1; });
    host.setAttribute('aria-labelledby', tabId(name));
    host.replaceChildren(panels[name].el);
    panels[name].show();
  }
  select(open);
  return {show: () => panels[open].show()};
}

function comments(view) {
  const list = h('div', {role: 'list', 'aria-label': 'Comments'});
  const shown = new Map();
  const el = h('div', {}, composer(view), list);
  const show = () => {
    if (!view.state.issue) return;
    const wanted = [...view.state.comments].sort((a, b) => b.created.localeCompare(a.created) || Number(b.id) - Number(a.id));
    for (const [id, item] of shown) if (!wanted.some(c => c.id === id) && !item.editing) { item.el.remove(); shown.delete(id); }
    wanted.forEach((c, i) => {
      if (!shown.has(c.id)) shown.set(c.id, commentItem(view));
      const item = shown.get(c.id);
      item.show(c);
      if (list.children[i] !== item.el) list.insertBefore(item.el, list.children[i] || null);
    });
  };
  return {el, show};
}

function commentItem(view) {
  const el = h('div', {role: 'listitem'});
  let last = '';
  const item = {
    el, editing: false,
    show(c) {
      const now = JSON.stringify(c);
      if (item.editing || now === last) return;
      last = now;
      const who = c.author?.displayName || 'Anonymous';
      const closed = c.jsdPublic === false;
      el.className = `comment${closed ? ' internal' : ''}`;
      el.setAttribute('aria-label', `Comment by ${who}`);
      el.replaceChildren(avatar(c.author), h('div', {},
        h('div.by', {}, h('b', {}, who), time(c.created), c.updated !== c.created ? h('span.subtlest.small', {title: c.updated}, 'edited') : null,
          closed ? h('span.loz.warn', {}, icon('lock'), ' Internal note') : null,
          c.visibility ? h('span.loz.warn', {}, icon('lock'), ` Restricted to ${c.visibility.value || c.visibility.identifier}`) : null),
        h('div.adf', {}, renderAdf(c.body)),
        h('div.acts', {}, h('button.btn.link.small', {type: 'button', onclick: () => edit(c)}, 'Edit'), h('button.btn.link.small', {type: 'button', onclick: () => remove(c)}, 'Delete'))));
    },
  };
  const path = c => `/issue/${view.state.issue.id}/comment/${c.id}`;
  const done = c => { item.editing = false; last = ''; item.show(view.state.comments.find(x => x.id === c.id) || c); };
  function edit(c) {
    item.editing = true;
    const error = h('p.field-error', {role: 'alert'});
    const save = async () => {
      const body = {body: editor.read() || {type: 'doc', version: 1, content: []}, ...(c.visibility ? {visibility: c.visibility} : {})};
      if (await change(view, () => put(path(c), body), e => { error.textContent = e.message; })) done(c);
    };
    const editor = richEditor({name: 'Edit comment', doc: c.body, onSave: save, onCancel: () => done(c)});
    el.replaceChildren(avatar(c.author), h('div', {}, editor.el, error, h('div.acts', {}, h('button.btn.primary', {type: 'button', onclick: save}, 'Save'),
      h('button.btn.subtle', {type: 'button', onclick: () => done(c)}, 'Cancel'))));
    editor.focus();
  }
  async function remove(c) {
    if (await confirmDialog('Delete this comment?', 'It goes for good.', 'Delete')) await change(view, () => del(path(c)));
  }
  return item;
}

function composer(view) {
  const body = h('div');
  const el = h('div.new-comment', {}, avatar(page.user), body);
  const idle = () => body.replaceChildren(h('button.box.editable', {type: 'button', onclick: start}, 'Add a comment…'));
  function start() {
    const error = h('p.field-error', {role: 'alert'});
    const seen = h('select', {'aria-label': 'Visible to'}, h('option', {value: ''}, 'Visible to everybody'), h('option', {value: 'internal'}, 'Internal note'));
    roles(view.state.issue.fields.project.key).then(names => seen.append(...names.map(n => h('option', {value: `role:${n}`}, `Restricted to ${n}`))));
    const save = async () => {
      const doc = editor.read();
      if (!doc) { error.textContent = 'Write something first.'; editor.focus(); return; }
      const extra = seen.value === 'internal' ? {properties: [{key: 'sd.public.comment', value: {internal: true}}]}
        : seen.value ? {visibility: {type: 'role', value: seen.value.slice(5)}} : {};
      if (await change(view, () => post(`/issue/${view.state.issue.id}/comment`, {body: doc, ...extra}), e => { error.textContent = e.message; })) idle();
    };
    const editor = richEditor({name: 'New comment', onSave: save, onCancel: idle});
    body.replaceChildren(editor.el, error, h('div.acts', {}, h('button.btn.primary', {type: 'button', onclick: save}, 'Save'),
      h('button.btn.subtle', {type: 'button', onclick: idle}, 'Cancel'), h('span.sp'), seen));
    editor.focus();
  }
  idle();
  return el;
}

const roles = key => get(`/project/${key}/role`).then(found => Object.keys(found || {}).filter(n => !n.startsWith('atlassian-addons')), () => []);

function history(view) {
  const el = h('div', {role: 'list', 'aria-label': 'History'});
  let last = '';
  return {
    el,
    async show() {
      if (!view.state.issue) return;
      const changes = await all(`/issue/${view.state.issue.id}/changelog`).catch(() => []);
      const now = JSON.stringify(changes.map(c => c.id));
      if (now === last) return;
      last = now;
      el.replaceChildren(...[...changes].reverse().map(entry), h('p.subtlest', {}, 'Created by ', view.state.issue.fields.creator?.displayName || 'somebody', ', ', time(view.state.issue.fields.created)));
    },
  };
}

const entry = c => h('div.change', {role: 'listitem'}, avatar(c.author), h('div', {}, h('div', {}, h('b', {}, c.author?.displayName || 'Somebody'), ' ', time(c.created)),
  h('table', {}, h('tbody', {}, c.items.map(i => h('tr', {}, h('td', {}, i.field), h('td', {}, i.fromString || 'None'), h('td', {}, `→ ${i.toString && typeof i.toString === 'string' ? i.toString : 'None'}`)))))));
