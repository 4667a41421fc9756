// Breadcrumbs, summary, quick buttons, description and dates.
import {$, h, icon, page, pictured, time} from './dom.js';
import {put} from './api.js';
import {isEmpty, renderAdf} from './adf-render.js';
import {richEditor} from './editor.js';
import {change, part} from './part.js';
import {openCreate} from './create.js';

export const crumbs = view => part($('#crumbs'), view, s => [s.key, s.issue.fields.project, s.issue.fields.parent, s.issue.fields.issuetype], s => {
  const f = s.issue.fields;
  const link = `/issues?jql=${encodeURIComponent(`project = ${f.project.key} ORDER BY updated DESC`)}`;
  return [h('a', {href: link}, f.project.name), h('span', {}, '/'),
    ...(f.parent ? [h('a', {href: `/browse/${f.parent.key}`}, f.parent.key), h('span', {}, '/')] : []),
    pictured(f.issuetype), h('a', {href: `/browse/${s.key}`, 'aria-current': 'page'}, s.key)];
});

export const summary = view => part($('#summary'), view, s => [s.issue.fields.summary, 'summary' in s.meta], (s, self) => {
  const text = s.issue.fields.summary;
  if (!('summary' in s.meta)) return h('h1.head', {}, h('span.summary', {}, text));
  return h('h1.head', {}, h('button.summary.editable', {type: 'button', title: 'Edit summary', onclick: () => editSummary(view, self, text)}, text));
});

function editSummary(view, self, text) {
  const box = h('textarea', {rows: '1', 'aria-label': 'Summary'}, text);
  const error = h('p.field-error', {role: 'alert'});
  const save = async () => {
    const ok = await change(view, () => put(`/issue/${view.state.issue.id}`, {fields: {summary: box.value.trim()}}), e => { error.textContent = e.message; });
    if (ok) self.done();
  };
  box.addEventListener('keydown', e => {
    if (e.key === 'Enter') { e.preventDefault(); save(); }
    if (e.key === 'Escape') self.done();
  });
  self.edit(h('form.summary-edit', {onsubmit: e => { e.preventDefault(); save(); }}, box, error,
    h('div.acts', {}, h('button.btn.primary.sm', {}, 'Save'), h('button.btn.subtle.sm', {type: 'button', onclick: () => self.done()}, 'Cancel'))));
  box.focus();
  box.select();
}

export const quick = view => part($('#quick'), view, s => [s.key, Object.keys(s.meta).length > 0, s.issue.fields.issuetype.subtask], s => {
  if (!Object.keys(s.meta).length) return [];
  const button = (name, sign, onclick) => h('button.btn', {type: 'button', onclick}, icon(sign), name);
  return [page.can.attach ? button('Attach', 'clip', () => document.dispatchEvent(new Event('attach'))) : null,
    s.issue.fields.issuetype.subtask ? null : button('Add child issue', 'plus', () => openCreate({projectKey: s.issue.fields.project.key, parent: s.key, parentLevel: s.issue.fields.issuetype.hierarchyLevel ?? 0})),
    button('Link issue', 'link', () => document.dispatchEvent(new Event('link-issue')))];
});

export const description = view => part($('#description'), view, s => [s.issue.fields.description, 'description' in s.meta], (s, self) => {
  const doc = s.issue.fields.description;
  const may = 'description' in s.meta;
  const body = h('div.description.adf', {}, isEmpty(doc) ? h('p.none', {}, may ? 'Add a description…' : 'None') : renderAdf(doc));
  if (!may) return body;
  const edit = () => editDescription(view, self, doc);
  // Clicking the text edits it, but not when one clicks a link or marks words.
  body.addEventListener('click', e => { if (!e.target.closest('a') && getSelection().isCollapsed) edit(); });
  return [body, h('div.acts', {}, h('button.btn.link.small', {type: 'button', onclick: edit}, 'Edit description'))];
});

function editDescription(view, self, doc) {
  const error = h('p.field-error', {role: 'alert'});
  const save = async () => {
    const ok = await change(view, () => put(`/issue/${view.state.issue.id}`, {fields: {description: editor.read()}}), e => { error.textContent = e.message; });
    if (ok) self.done();
  };
  const editor = richEditor({name: 'Description', doc, onSave: save, onCancel: () => self.done()});
  self.edit(editor.el, error, h('div.acts', {}, h('button.btn.primary', {type: 'button', onclick: save}, 'Save'),
    h('button.btn.subtle', {type: 'button', onclick: () => self.done()}, 'Cancel')));
  editor.focus();
}

export const dates = view => part($('#dates'), view, s => [s.issue.fields.created, s.issue.fields.updated, s.issue.fields.resolutiondate], s => {
  const {created, updated, resolutiondate} = s.issue.fields;
  return [h('span', {}, 'Created ', time(created)), h('span', {}, 'Updated ', time(updated)), resolutiondate ? h('span', {}, 'Resolved ', time(resolutiondate)) : null];
});
