// Issue types, statuses, workflows and priorities.
import {h, lozenge} from './dom.js';
import {all, del, get, post, put} from './api.js';
import {button, primary, table} from './table.js';

const CATEGORIES = [['TODO', 'To do'], ['IN_PROGRESS', 'In progress'], ['DONE', 'Done']];
const LOOK = {TODO: 'gone', IN_PROGRESS: 'info', DONE: 'ok'};
const name = value => ({name: 'name', label: 'Name', value, required: true});

export const types = {
  actions: tools => [primary('Create issue type', () => tools.ask('Create issue type', [name(), {name: 'description', label: 'Description'},
    {name: 'type', label: 'Level', type: 'select', options: [['standard', 'Standard'], ['subtask', 'Sub-task']]}], 'Create', v => post('/issuetype', v), 'The issue type is created'))],
  async draw(tools) {
    const found = await get('/issuetype');
    return table('Issue types', ['Name', 'Level', 'Project', ''], found.map(t => [t.name, t.subtask ? 'Sub-task' : t.hierarchyLevel > 0 ? 'Epic' : 'Standard', t.scope ? 'A team\'s own' : 'Shared',
      h('span.bar', {}, button('Rename', () => tools.ask(`Rename ${t.name}`, [name(t.name)], 'Save', v => put(`/issuetype/${t.id}`, v), 'The issue type is renamed'), `Rename ${t.name}`),
        button('Delete', () => tools.sure(`Delete ${t.name}?`, 'Only a type that no issue has can be deleted here.', 'Delete', () => del(`/issuetype/${t.id}`), 'The issue type is deleted'), `Delete ${t.name}`))]));
  },
};

export const statuses = {
  actions: tools => [primary('Create status', () => tools.ask('Create status', [name(), {name: 'statusCategory', label: 'Category', type: 'select', options: CATEGORIES}], 'Create',
    v => post('/statuses', {scope: {type: 'GLOBAL'}, statuses: [v]}), 'The status is created'))],
  async draw(tools) {
    const found = await all('/statuses/search');
    return table('Statuses', ['Name', 'Category', ''], found.map(s => [s.name, lozenge(CATEGORIES.find(([key]) => key === s.statusCategory)[1], LOOK[s.statusCategory]), h('span.bar', {},
      button('Edit', () => tools.ask(`Edit ${s.name}`, [name(s.name), {name: 'statusCategory', label: 'Category', type: 'select', value: s.statusCategory, options: CATEGORIES}], 'Save',
        v => put('/statuses', {statuses: [{id: s.id, ...v}]}), 'The status is changed'), `Edit ${s.name}`),
      button('Delete', () => tools.sure(`Delete ${s.name}?`, 'Only a status that no workflow uses can be deleted.', 'Delete', () => del(`/statuses?id=${s.id}`), 'The status is deleted'), `Delete ${s.name}`))]));
  },
};

export const workflows = {
  async draw(tools) {
    const {values, statuses: known} = await get('/workflows/search?maxResults=200');
    const names = Object.fromEntries(known.map(s => [s.statusReference, s.name]));
    return values.map(w => h('section.workflow', {'aria-label': w.name}, h('div.bar', {}, h('h2.grow', {}, w.name),
      button('Add status', () => addStatus(tools, w, known), `Add a status to ${w.name}`), button('Add transition', () => addTransition(tools, w, known, names), `Add a transition to ${w.name}`)),
    table(`Transitions of ${w.name}`, ['Transition', 'From', 'To', 'Asks for', ''], w.transitions.map(t => [t.name,
      t.type === 'INITIAL' ? 'Creating' : t.type === 'GLOBAL' ? 'Any status' : t.links.map(l => names[l.fromStatusReference]).join(', '),
      t.toStatusReference ? names[t.toStatusReference] : 'The same status', asks(t),
      t.type === 'INITIAL' ? null : button('Remove', () => tools.sure(`Remove ${t.name}?`, 'Issues can no longer go this way.', 'Remove', () => save(w, known, {transitions: w.transitions.filter(x => x.id !== t.id)}), 'The transition is removed'), `Remove ${t.name} from ${w.name}`)]))));
  },
};

const asks = t => (t.validators || []).map(v => v.parameters?.fieldsRequired).filter(Boolean).join(', ') || (t.transitionScreen ? 'A screen' : '');
const refs = known => known.map(s => ({id: s.id, name: s.name, statusCategory: s.statusCategory, statusReference: s.statusReference}));
const save = (w, known, changed) => post('/workflows/update', {statuses: refs(known), workflows: [{id: w.id, version: w.version,
  statuses: w.statuses.map(s => ({statusReference: s.statusReference, properties: s.properties || {}})), transitions: w.transitions, ...changed}]});

async function addStatus(tools, w, known) {
  const held = new Set(w.statuses.map(s => s.statusReference));
  const others = (await all('/statuses/search')).filter(s => !held.has(s.id));
  await tools.ask(`Add a status to ${w.name}`, [{name: 'id', label: 'Status', type: 'select', options: others.map(s => [s.id, s.name])}], 'Add', v => {
    const status = others.find(s => s.id === v.id);
    const every = [...known.filter(s => s.id !== v.id), {...status, statusReference: status.id}];
    return save(w, every, {statuses: [...w.statuses.map(s => ({statusReference: s.statusReference, properties: {}})), {statusReference: status.id, properties: {}}]});
  }, 'The status is added; now lead a transition to it');
}

function addTransition(tools, w, known, names) {
  const own = w.statuses.map(s => [s.statusReference, names[s.statusReference]]);
  return tools.ask(`Add a transition to ${w.name}`, [name(), {name: 'from', label: 'From', type: 'select', options: [['', 'Any status'], ...own]}, {name: 'to', label: 'To', type: 'select', options: [...own, ['', 'The same status']]}], 'Add',
    v => save(w, known, {transitions: [...w.transitions, {name: v.name, type: v.from ? 'DIRECTED' : 'GLOBAL', links: v.from ? [{fromStatusReference: v.from}] : [], ...(v.to ? {toStatusReference: v.to} : {})}]}), 'The transition is added');
}

export const priorities = {
  actions: tools => [primary('Create priority', () => tools.ask('Create priority', [name(), {name: 'statusColor', label: 'Colour', value: '#707070', required: true, hint: 'As #RRGGBB'}], 'Create', v => post('/priority', v), 'The priority is created'))],
  async draw(tools) {
    const found = await all('/priority/search');
    return table('Priorities', ['Name', 'Default', ''], found.map((p, i) => [p.name, p.isDefault ? lozenge('Default', 'info') : button('Make default', () => tools.run(() => put('/priority/default', {id: p.id}), `${p.name} is the default`), `Make ${p.name} the default`),
      h('span.bar', {}, i ? button('Up', () => tools.run(() => put('/priority/move', {ids: [p.id], ...(i > 1 ? {after: found[i - 2].id} : {position: 'First'})}), `${p.name} is moved up`), `Move ${p.name} up`) : null,
        button('Rename', () => tools.ask(`Rename ${p.name}`, [name(p.name)], 'Save', v => put(`/priority/${p.id}`, v), 'The priority is renamed'), `Rename ${p.name}`))]));
  },
};
