// Custom fields, and the options of those that offer a choice.
import {$, h, icon, uid} from './dom.js';
import {all, del, get, post, put} from './api.js';
import {button, primary, table} from './table.js';

const BASE = 'com.atlassian.jira.plugin.system.customfieldtypes:';
const KINDS = [['textfield', 'Short text'], ['textarea', 'Paragraph'], ['url', 'URL'], ['float', 'Number'], ['datepicker', 'Date'], ['datetime', 'Date and time'], ['labels', 'Labels'],
  ['select', 'Select list, one choice'], ['radiobuttons', 'Radio buttons'], ['multiselect', 'Select list, many choices'], ['multicheckboxes', 'Checkboxes'], ['cascadingselect', 'Select list, cascading'],
  ['userpicker', 'Person'], ['people', 'People'], ['grouppicker', 'Group'], ['multigrouppicker', 'Groups'], ['version', 'Version'], ['multiversion', 'Versions'], ['project', 'Project']];
const CHOICES = new Set(['select', 'radiobuttons', 'multiselect', 'multicheckboxes', 'cascadingselect']);
const kind = field => field.schema.custom.split(':')[1];
const nameOf = field => KINDS.find(([key]) => key === kind(field))?.[1] || kind(field);

export const fields = {
  actions: tools => [primary('Create field', () => tools.ask('Create custom field', [{name: 'name', label: 'Name', required: true},
    {name: 'type', label: 'Type', type: 'select', options: KINDS.map(([key, text]) => [BASE + key, text])}, {name: 'description', label: 'Description'}], 'Create', v => post('/field', v), 'The field is created'))],
  async draw(tools) {
    const found = (await get('/field')).filter(f => f.custom).sort((a, b) => a.name.localeCompare(b.name));
    return table('Custom fields', ['Field', 'Type', 'Id', ''], found.map(f => [f.name, nameOf(f), h('code', {}, f.id), h('span.bar', {},
      CHOICES.has(kind(f)) ? button('Options', () => editOptions(f), `Options of ${f.name}`) : null,
      button('Rename', () => tools.ask(`Rename ${f.name}`, [{name: 'name', label: 'Name', value: f.name, required: true}], 'Save', v => put(`/field/${f.id}`, v), 'The field is renamed'), `Rename ${f.name}`),
      button('Delete', () => tools.sure(`Delete ${f.name}?`, 'Its values in all issues go for good.', 'Delete', () => del(`/field/${f.id}`), 'The field is deleted'), `Delete ${f.name}`))]));
  },
};

async function editOptions(field) {
  const title = uid('options');
  const problem = h('p.field-error', {role: 'alert'});
  const rows = h('ul.stack.plain', {'aria-label': `Options of ${field.name}`});
  const context = (await all(`/field/${field.id}/context`))[0];
  const path = `/field/${field.id}/context/${context?.id}/option`;
  const box = h('input', {type: 'text', 'aria-label': 'New option', autocomplete: 'off'});
  const parent = h('select', {'aria-label': 'Below'});
  const guarded = async work => { problem.textContent = ''; try { await work(); await show(); } catch (error) { problem.textContent = error.message; } };
  async function show() {
    const found = await all(path);
    const top = found.filter(o => !o.optionId);
    parent.replaceChildren(h('option', {value: ''}, 'Top level'), ...top.map(o => h('option', {value: o.id}, `Below ${o.value}`)));
    rows.replaceChildren(...top.flatMap(o => [row(o, top), ...found.filter(c => c.optionId === o.id).map((c, _, all) => row(c, all))]));
  }
  function row(option, siblings) {
    const at = siblings.indexOf(option);
    const value = h('input', {type: 'text', value: option.value, 'aria-label': `Value of ${option.value}`, onchange: () => guarded(() => put(path, {options: [{id: option.id, value: value.value.trim()}]}))});
    const up = () => put(`${path}/move`, {customFieldOptionIds: [option.id], ...(at > 1 ? {after: siblings[at - 2].id} : {position: 'First'})});
    return h(`li.bar${option.optionId ? '.below' : ''}`, {}, value, option.disabled ? h('span.loz', {}, 'Disabled') : null, h('span.sp'),
      at > 0 ? button('Up', () => guarded(up), `Move ${option.value} up`) : null,
      button(option.disabled ? 'Enable' : 'Disable', () => guarded(() => put(path, {options: [{id: option.id, disabled: !option.disabled}]})), `${option.disabled ? 'Enable' : 'Disable'} ${option.value}`),
      h('button.btn.subtle.icon.sm', {type: 'button', 'aria-label': `Delete ${option.value}`, onclick: () => guarded(() => del(`${path}/${option.id}`))}, icon('cross')));
  }
  const add = () => guarded(async () => {
    await post(path, {options: [{value: box.value.trim(), ...(parent.value ? {optionId: parent.value} : {})}]});
    box.value = '';
    box.focus();
  });
  const dialog = h('dialog.dialog', {'aria-labelledby': title, onclose: () => dialog.remove()},
    h('form', {onsubmit: e => { e.preventDefault(); add(); }}, h('h2', {id: title}, `Options of ${field.name}`), rows, problem,
      h('div.bar', {}, box, kind(field) === 'cascadingselect' ? parent : null, h('button.btn', {}, 'Add option')),
      h('footer', {}, h('button.btn.primary', {type: 'button', onclick: () => dialog.close()}, 'Done'))));
  if (!context) { problem.textContent = 'The field has no context. Create one by REST first.'; } else await show();
  document.body.append(dialog);
  dialog.showModal();
  $('input[aria-label="New option"]', dialog).focus();
}
