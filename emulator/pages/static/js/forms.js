// A dialog with a few plain fields, made from a list of them.
import {h, uid} from './dom.js';

/**
 * `fields`: `{name, label, value, type: 'text' | 'select' | 'checks', options: [[value, text]], required, hint}`.
 * `run(values)` does the work; its refusal is said in words and the dialog stays. Resolves to true when done.
 */
export function formDialog(title, fields, action, run) {
  return new Promise(resolve => {
    const heading = uid('form');
    const problem = h('p.field-error', {role: 'alert'});
    const controls = fields.map(control);
    const submit = h('button.btn.primary', {}, action);
    let done = false;
    const send = async () => {
      submit.disabled = true;
      problem.textContent = '';
      try {
        await run(Object.fromEntries(controls.map(c => [c.name, c.read()])));
        done = true;
        dialog.close();
      } catch (error) { problem.textContent = error.message; } finally { submit.disabled = false; }
    };
    const dialog = h('dialog.dialog.small', {'aria-labelledby': heading, onclose: () => { dialog.remove(); resolve(done); }},
      h('form', {onsubmit: e => { e.preventDefault(); send(); }}, h('h2', {id: heading}, title), controls.map(c => c.el), problem,
        h('footer', {}, h('button.btn.subtle', {type: 'button', onclick: () => dialog.close()}, 'Cancel'), submit)));
    document.body.append(dialog);
    dialog.showModal();
  });
}

function control({name, label, value = '', type = 'text', options = [], required, hint}) {
  const id = uid('field');
  const help = hint ? h('p.subtlest.small', {id: `${id}-hint`}, hint) : null;
  const more = {id, required, 'aria-describedby': hint ? `${id}-hint` : undefined};
  if (type === 'checks') {
    const boxes = options.map(([key, text]) => ({key, box: h('input', {type: 'checkbox', checked: value.includes(key)}), text}));
    return {name, read: () => boxes.filter(b => b.box.checked).map(b => b.key),
      el: h('fieldset.form-field', {}, h('legend', {}, label), boxes.map(b => h('label.bar', {}, b.box, b.text)))};
  }
  const field = type === 'select' ? h('select', more, options.map(([key, text]) => h('option', {value: key, selected: key === value}, text)))
    : h('input', {...more, type: 'text', value, autocomplete: 'off'});
  return {name, read: () => field.value.trim(), el: h('div.form-field', {}, h('label', {for: id}, label, required ? h('span.req', {'aria-hidden': 'true'}, ' *') : null), field, help)};
}
