// One control per kind of field, chosen by the schema in createmeta and editmeta; and how a value is shown.
import {h, lozenge, person, pictured, statusKind, time, uid} from './dom.js';
import {isEmpty, renderAdf} from './adf-render.js';
import {richEditor} from './editor.js';
import {personPicker} from './people.js';

const custom = meta => (meta.schema.custom || '').split(':').pop();
const textOf = v => v?.name ?? v?.value ?? v?.displayName ?? v?.key ?? (typeof v === 'object' && v ? v.id : v);

export const isDoc = meta => ['description', 'environment'].includes(meta.schema.system) || custom(meta) === 'textarea';

function kindOf(meta) {
  const {type, items, system} = meta.schema;
  if (isDoc(meta)) return 'doc';
  if (type === 'option-with-child') return 'cascade';
  if (type === 'array' && items === 'user') return 'people';
  if (type === 'user') return 'person';
  if (type === 'array' && items === 'string' && !meta.allowedValues) return 'words';
  if (type === 'array' && meta.allowedValues) return 'many';
  if (meta.allowedValues) return 'one';
  if (system === 'parent' || type === 'issuelink') return 'issue';
  if (['number', 'date', 'datetime', 'string', 'group', 'timetracking'].includes(type)) return type;
  return null;
}

/** Whether a person can set this field here. */
export const canEdit = meta => kindOf(meta) !== null && !['attachment', 'issuelinks', 'comment', 'worklog'].includes(meta.schema.system);

/** The control: `{el, read(), focus()}`, `read` giving what REST wants. `where` says whom one may assign. */
export function control(meta, value, where, extra = {}) {
  const id = extra.id || uid('field');
  const make = CONTROLS[kindOf(meta)];
  return {id, ...make({meta, value, where, id, ...extra})};
}

const input = (id, type, value, attributes = {}) => {
  const el = h('input', {id, type, value: value ?? '', ...attributes});
  return {el, focus: () => el.focus(), text: () => el.value.trim()};
};

const CONTROLS = {
  doc: ({meta, value, onSave, onCancel}) => richEditor({name: meta.name, doc: value, onSave, onCancel}),
  string: ({meta, value, id}) => { const c = input(id, custom(meta) === 'url' ? 'url' : 'text', value); return {...c, read: () => c.text() || null}; },
  number: ({value, id}) => { const c = input(id, 'number', value, {step: 'any'}); return {...c, read: () => (c.text() ? Number(c.text()) : null)}; },
  date: ({value, id}) => { const c = input(id, 'date', value); return {...c, read: () => c.text() || null}; },
  datetime: ({value, id}) => {
    const c = input(id, 'datetime-local', value ? new Date(new Date(value) - new Date(value).getTimezoneOffset() * 6e4).toISOString().slice(0, 16) : '');
    return {...c, read: () => (c.text() ? new Date(c.text()).toISOString().replace('Z', '+0000') : null)};
  },
  group: ({value, id}) => { const c = input(id, 'text', value?.name); return {...c, read: () => (c.text() ? {name: c.text()} : null)}; },
  issue: ({value, id}) => { const c = input(id, 'text', value?.key, {placeholder: 'Issue key'}); return {...c, read: () => (c.text() ? {key: c.text().toUpperCase()} : null)}; },
  words: ({value, id}) => {
    const c = input(id, 'text', (value || []).join(' '), {placeholder: 'Separate with spaces'});
    return {...c, read: () => c.text().split(/\s+/).filter(Boolean)};
  },
  timetracking: ({value, id}) => {
    const c = input(id, 'text', value?.originalEstimate, {placeholder: 'Original estimate, as 2d 4h'});
    return {...c, read: () => (c.text() ? {originalEstimate: c.text()} : null)};
  },
  person: ({meta, value, where, id}) => {
    const c = personPicker({id, value, where, onlyAssignable: meta.schema.system === 'assignee'});
    return {...c, read: () => (c.read() ? {accountId: c.read().accountId} : null)};
  },
  people: ({value, where, id}) => people(value || [], where, id),
  one: ({meta, value, id}) => {
    const el = h('select', {id}, !meta.required || !value ? h('option', {value: ''}, meta.required ? 'Choose…' : 'None') : null,
      meta.allowedValues.map(v => h('option', {value: v.id, selected: v.id === value?.id}, textOf(v))));
    return {el, focus: () => el.focus(), read: () => (el.value ? {id: el.value} : null)};
  },
  many: ({meta, value, id}) => {
    const has = new Set((value || []).map(v => v.id));
    const el = h('select', {id, multiple: true, size: Math.min(6, Math.max(2, meta.allowedValues.length))},
      meta.allowedValues.map(v => h('option', {value: v.id, selected: has.has(v.id)}, textOf(v))));
    return {el, focus: () => el.focus(), read: () => [...el.selectedOptions].map(o => ({id: o.value}))};
  },
  cascade: ({meta, value, id}) => cascade(meta, value, id),
};

function cascade(meta, value, id) {
  const child = h('select', {'aria-label': `${meta.name}, second level`});
  const parent = h('select', {id}, h('option', {value: ''}, 'None'), meta.allowedValues.map(v => h('option', {value: v.id, selected: v.id === value?.id}, textOf(v))));
  const fill = chosen => child.replaceChildren(h('option', {value: ''}, 'None'),
    ...(meta.allowedValues.find(v => v.id === parent.value)?.children || []).map(v => h('option', {value: v.id, selected: v.id === chosen}, textOf(v))));
  parent.addEventListener('change', () => fill());
  fill(value?.child?.id);
  return {el: h('div.stack', {}, parent, child), focus: () => parent.focus(),
    read: () => (parent.value ? {id: parent.value, ...(child.value ? {child: {id: child.value}} : {})} : null)};
}

function people(value, where, id) {
  const chosen = new Map(value.map(p => [p.accountId, p]));
  const chips = h('div.labels');
  const show = () => chips.replaceChildren(...[...chosen.values()].map(p => h('span.loz', {}, p.displayName,
    h('button.btn.subtle.icon.sm', {type: 'button', 'aria-label': `Remove ${p.displayName}`, onclick: () => { chosen.delete(p.accountId); show(); }}, '×'))));
  const picker = personPicker({id, where});
  const take = () => { const p = picker.read(); if (p) { chosen.set(p.accountId, p); show(); } };
  show();
  picker.el.addEventListener('click', take);
  picker.el.addEventListener('focusout', take);
  return {el: h('div.stack', {}, chips, picker.el), focus: picker.focus, read: () => { take(); return [...chosen.keys()].map(accountId => ({accountId})); }};
}

/** The value as a person reads it. */
export function valueView(meta, value) {
  const none = h('span.none', {}, meta.schema?.system === 'assignee' ? 'Unassigned' : 'None');
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length)) return none;
  const {type, items, system} = meta.schema || {};
  if (value.type === 'doc') return isEmpty(value) ? none : h('div.adf', {}, renderAdf(value));
  if (type === 'user') return person(value);
  if (value.iconUrl && value.name) return pictured(value);
  if (system === 'labels' || (Array.isArray(value) && items === 'string')) return h('span.labels', {}, value.map(v => h('span.loz', {}, v)));
  if (Array.isArray(value)) return document.createTextNode(value.map(textOf).join(', '));
  if (type === 'datetime') return time(value);
  if (type === 'status') return lozenge(value.name, statusKind(value));
  if (type === 'option-with-child') return document.createTextNode([value.value, value.child?.value].filter(Boolean).join(' / '));
  if (type === 'timetracking') return value.originalEstimate || value.remainingEstimate ? document.createTextNode(value.originalEstimate || value.remainingEstimate) : none;
  if (type === 'issuelink' || system === 'parent') return h('a', {href: `/browse/${value.key}`}, value.key);
  return document.createTextNode(String(textOf(value) ?? ''));
}
