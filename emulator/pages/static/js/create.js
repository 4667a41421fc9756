// The Create dialog: the fields come from createmeta, so a site's custom fields show by their type.
import {$, h, say, uid} from './dom.js';
import {all, post} from './api.js';
import {canEdit, control} from './fields.js';

const FIRST = ['summary', 'description', 'priority', 'assignee', 'labels', 'parent'];
const HIDDEN = new Set(['project', 'issuetype', 'reporter']);

/** Opens the dialog; `parent` and its level in the hierarchy make it create a child issue. Tells `issue-created` on the document when done. */
export async function openCreate({projectKey, parent, parentLevel = 0}) {
  if ($('dialog[open]')) return;
  const title = uid('create');
  const project = h('select', {id: uid('project'), required: true});
  const type = h('select', {id: uid('type'), required: true});
  const fields = h('div.stack');
  const problem = h('p.field-error', {role: 'alert'});
  const submit = h('button.btn.primary', {type: 'submit'}, 'Create');
  const dialog = h('dialog.dialog', {'aria-labelledby': title, onclose: () => dialog.remove()});
  const form = h('form', {method: 'dialog', novalidate: true}, h('h2', {id: title}, parent ? `Create child of ${parent}` : 'Create'),
    h('div.two', {}, row('Project', project, project.id, true), row('Issue type', type, type.id, true)), fields, problem,
    h('footer', {}, h('button.btn.subtle', {type: 'button', onclick: () => dialog.close()}, 'Cancel'), submit));
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();

  let controls = [];
  let given = {};
  let asked = 0;
  const loadFields = async () => {
    const mine = ++asked;
    const metas = (await all(`/issue/createmeta/${project.value}/issuetypes/${type.value}`, 'fields')).filter(f => !HIDDEN.has(f.fieldId) && canEdit(f));
    if (mine !== asked) return;
    // Read only now: what was typed while the answer was on its way counts too.
    given = Object.fromEntries(controls.map(c => [c.meta.fieldId, c.read()]));
    metas.sort((a, b) => rank(a) - rank(b));
    // A field that stays as it is keeps its control: a person may be typing in it.
    const kept = new Map(controls.map(c => [sameAs(c.meta, c.project), c]));
    controls = metas.map(meta => kept.get(sameAs(meta, project.value)) || fieldRow(meta, start(meta, given, parent), project));
    arrange(fields, controls.map(c => c.row));
  };
  const loadTypes = async () => {
    const level = t => t.hierarchyLevel ?? (t.subtask ? -1 : 0);
    const types = (await all(`/issue/createmeta/${project.value}/issuetypes`, 'issueTypes')).filter(t => (parent ? level(t) === parentLevel - 1 : !t.subtask));
    const usual = types.find(t => t.name === localStorage.lastType) || types.find(t => level(t) === 0);
    const before = type.selectedOptions[0]?.textContent || usual?.name;
    type.replaceChildren(...types.map(t => h('option', {value: t.id, selected: t.name === before}, t.name)));
    await loadFields();
  };
  const guarded = async f => {
    form.setAttribute('aria-busy', 'true');
    await f().catch(error => { problem.textContent = error.message; });
    form.removeAttribute('aria-busy');
  };
  project.addEventListener('change', () => guarded(loadTypes));
  type.addEventListener('change', () => guarded(loadFields));
  form.addEventListener('submit', e => { e.preventDefault(); send(); });

  async function send() {
    problem.textContent = '';
    submit.disabled = true;
    try {
      const made = await post('/issue', {fields: collect(controls, project.value, type.value)});
      localStorage.lastType = type.selectedOptions[0].textContent;
      dialog.close();
      say(`${made.key} created`);
      $('#notes').lastElementChild.querySelector('span').replaceChildren(h('a', {href: `/browse/${made.key}`}, made.key), ' created');
      document.dispatchEvent(new CustomEvent('issue-created', {detail: made}));
    } catch (error) {
      showErrors(error, controls, problem);
    } finally {
      submit.disabled = false;
    }
  }

  await guarded(async () => {
    const found = await all('/project/search?orderBy=key&action=create');
    if (!found.length) throw new Error('There is no project in which you may create issues.');
    project.replaceChildren(...found.map(p => h('option', {value: p.key, selected: p.key === (projectKey || localStorage.lastProject)}, `${p.name} (${p.key})`)));
    await loadTypes();
    if (dialog.contains(document.activeElement) && !fields.contains(document.activeElement)) controls.find(c => c.meta.fieldId === 'summary')?.focus();
  });
}

/** Makes these rows the children of a node without moving one that is in its place: moving takes the focus away. */
function arrange(parent, rows) {
  for (const gone of [...parent.children].filter(row => !rows.includes(row))) gone.remove();
  rows.forEach((row, at) => { if (parent.children[at] !== row) parent.insertBefore(row, parent.children[at] || null); });
}

// What is typed has nothing to do with the project; what is looked for (people, versions) has.
const TYPED = new Set(['string', 'number', 'date', 'datetime']);
const sameAs = (meta, project) => JSON.stringify(TYPED.has(meta.schema.type) ? meta : [meta, project]);

const rank = meta => (FIRST.includes(meta.fieldId) ? FIRST.indexOf(meta.fieldId) : FIRST.length) - (meta.required ? 10 : 0);

function start(meta, given, parent) {
  if (meta.fieldId === 'parent' && parent) return {key: parent};
  const value = given[meta.fieldId];
  return value?.type === 'doc' || typeof value === 'string' || (Array.isArray(value) && meta.schema.items === 'string') ? value : meta.defaultValue ?? null;
}

function fieldRow(meta, value, project) {
  const c = control(meta, value, {project: project.value});
  const error = h('p.field-error', {id: uid('error')});
  return {meta, project: project.value, ...c, error, row: row(meta.name, c.el, c.id, meta.required, error)};
}

const row = (name, el, id, required, error = null) => h('div.form-field', {},
  h('label', {for: id}, name, required ? h('span.req', {'aria-hidden': 'true'}, ' *') : null), el, error);

function collect(controls, projectKey, typeId) {
  localStorage.lastProject = projectKey;
  const fields = {project: {key: projectKey}, issuetype: {id: typeId}};
  for (const c of controls) {
    const value = c.read();
    if (value !== null && !(Array.isArray(value) && !value.length)) fields[c.meta.fieldId] = value;
  }
  return fields;
}

/** Puts each field's error beside its control and the rest below; focus goes to the first. */
export function showErrors(error, controls, problem) {
  const fields = {...error.fields};
  for (const c of controls) {
    c.error.textContent = fields[c.meta.fieldId] || '';
    delete fields[c.meta.fieldId];
  }
  const first = controls.find(c => c.error.textContent);
  problem.textContent = first ? Object.values(fields).join(' ') : error.message;
  first?.focus();
}
