// The Details card: every field that has a value or can be given one, each edited in its place.
import {$, h, uid} from './dom.js';
import {get, put} from './api.js';
import {canEdit, control, isDoc, valueView} from './fields.js';
import {change, part} from './part.js';

const ORDER = ['assignee', 'reporter', 'issuetype', 'priority', 'labels', 'resolution', 'versions', 'fixVersions', 'components', 'parent', 'duedate'];
const ELSEWHERE = new Set(['summary', 'description', 'status', 'project', 'comment', 'attachment', 'issuelinks', 'subtasks', 'created', 'updated',
  'worklog', 'watches', 'votes', 'resolutiondate', 'statuscategorychangedate', 'lastViewed', 'workratio', 'creator', 'progress', 'aggregateprogress',
  'statusCategory', 'issuerestriction', 'timespent', 'timeestimate', 'timeoriginalestimate', 'aggregatetimespent', 'aggregatetimeestimate', 'aggregatetimeoriginalestimate', 'security', 'thumbnail']);
const USUAL = new Set(['assignee', 'reporter', 'issuetype', 'priority', 'labels']);
const READ_ONLY = {assignee: 'Assignee', reporter: 'Reporter', issuetype: 'Type', priority: 'Priority', labels: 'Labels', resolution: 'Resolution', parent: 'Parent'};
let catalogue = {};

/** Names and types of all fields. Read before the first drawing, or rows would move under somebody's pointer later. */
export const loadCatalogue = () => get('/field').then(found => { catalogue = Object.fromEntries(found.map(f => [f.id, f])); }, () => {});

/** Two cards: *Details* with the usual fields and all that hold something, *More fields* with the empty rest. */
export function details(view) {
  const rows = new Map();
  const main = h('div.rows');
  const rest = h('div.rows');
  const more = h('details.card-box', {hidden: true}, h('summary', {}, 'More fields'), h('div.body', {}, rest));
  $('#details').append(h('details.card-box', {open: true}, h('summary', {}, 'Details'), h('div.body', {}, main)));
  $('#more-fields').append(more);
  const self = {
    show() {
      const ids = fieldsOf(view.state);
      for (const [id, row] of rows) if (!ids.includes(id) && !row.part.editing) { row.el.remove(); rows.delete(id); }
      ids.forEach(id => { if (!rows.has(id)) rows.set(id, fieldRow(view, id, () => self.show())); });
      // A row in which somebody is editing stays where it is.
      const inRest = id => (rows.get(id).part.editing ? rest.contains(rows.get(id).el) : !USUAL.has(id) && !isFilled(view.state.issue.fields[id]));
      place(main, ids.filter(id => !inRest(id)).map(id => rows.get(id).el));
      place(rest, ids.filter(inRest).map(id => rows.get(id).el));
      more.hidden = !rest.children.length;
      rows.forEach(row => row.part.show());
    },
  };
  return self;
}

// Moves rows only where the order differs: moving a node would take the focus out of it.
function place(body, els) {
  els.forEach((el, i) => { if (body.children[i] !== el) body.insertBefore(el, body.children[i] || null); });
}

const isFilled = value => value !== null && value !== undefined && !(typeof value === 'object' && !Object.keys(value).length);

function fieldsOf({issue, meta}) {
  const ids = new Set(ORDER.filter(id => id in meta || issue.fields[id]));
  for (const id of [...Object.keys(meta), ...Object.keys(issue.fields)]) {
    if (!ELSEWHERE.has(id) && (id in meta || (isFilled(issue.fields[id]) && nameOf(id, meta)))) ids.add(id);
  }
  return [...ids];
}

const nameOf = (id, meta) => (id === 'issuetype' ? 'Type' : meta[id]?.name || catalogue[id]?.name || READ_ONLY[id]);

// `settle` finds the row its place again when an edit ends.
function fieldRow(view, id, settle) {
  const label = uid('label');
  const host = h('div.v');
  const name = h('span.k', {id: label});
  const el = h('div.kv', {role: 'group', 'aria-labelledby': label}, name, host);
  const self = part(host, view, s => [s.issue.fields[id], Boolean(s.meta[id]), nameOf(id, s.meta)], s => {
    const meta = s.meta[id] || {name: nameOf(id, s.meta), schema: catalogue[id]?.schema || {system: id, type: ['assignee', 'reporter'].includes(id) ? 'user' : 'any'}};
    name.textContent = nameOf(id, s.meta) || id;
    const value = valueView(meta, s.issue.fields[id]);
    if (!s.meta[id] || !canEdit(meta) || !(meta.operations || ['set']).includes('set')) return h('div.fixed', {}, value);
    return h('button.editable', {type: 'button', 'aria-label': `Edit ${name.textContent}`, onclick: e => { if (!e.target.closest('a')) editField(view, self, id, meta, name.textContent); }}, value);
  });
  const done = self.done;
  self.done = () => { done(); settle(); };
  return {el, part: self};
}

function editField(view, self, id, meta, name) {
  const error = h('p.field-error', {role: 'alert'});
  const save = async () => {
    const ok = await change(view, () => put(`/issue/${view.state.issue.id}`, {fields: {[id]: c.read()}}), e => { error.textContent = e.message; });
    if (ok) self.done();
  };
  const c = control({...meta, name}, view.state.issue.fields[id], {issueKey: view.state.key}, {onSave: save, onCancel: () => self.done()});
  const field = $('input, select', c.el) || c.el;
  if (!isDoc(meta)) field.setAttribute('aria-label', name);
  self.edit(h('form', {onsubmit: e => { e.preventDefault(); save(); }, onkeydown: e => { if (e.key === 'Escape') self.done(); }}, c.el, error,
    h('div.acts', {}, h('button.btn.primary.sm', {'aria-label': `Save ${name}`}, 'Save'),
      h('button.btn.subtle.sm', {type: 'button', 'aria-label': `Cancel ${name}`, onclick: () => self.done()}, 'Cancel'))));
  c.focus();
}
