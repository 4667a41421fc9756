// The status button with its menu of transitions, and the issue's other actions.
import {$, confirmDialog, h, icon, lozenge, say, statusKind, uid} from './dom.js';
import {del, get, post} from './api.js';
import {canEdit, control} from './fields.js';
import {showErrors} from './create.js';
import {openMove} from './move.js';
import {change, part} from './part.js';

export const status = view => part($('#status-row'), view, s => [s.issue.fields.status, s.key, Object.keys(s.meta).length > 0], s => {
  const now = s.issue.fields.status;
  const menu = h('div.menu.at', {popover: 'auto', id: uid('menu'), role: 'menu', 'aria-label': 'Transitions'});
  const button = h(`button.status-btn.${statusKind(now)}`, {type: 'button', 'aria-haspopup': 'menu', 'aria-label': `Status: ${now.name}. Change status`,
    onclick: () => fill(view, menu).then(() => open(menu, button))}, now.name, icon('down'));
  const more = h('div.menu.at', {popover: 'auto', id: uid('menu'), role: 'menu', 'aria-label': 'Actions'},
    h('button.item', {type: 'button', role: 'menuitem', onclick: () => { more.hidePopover(); openMove(view); }}, 'Move or change type'),
    h('button.item', {type: 'button', role: 'menuitem', onclick: () => { more.hidePopover(); remove(view); }}, 'Delete'));
  const dots = h('button.btn.subtle.icon', {type: 'button', 'aria-label': 'Actions', 'aria-haspopup': 'menu', onclick: () => open(more, dots)}, icon('more'));
  return [button, menu, h('span.sp'), dots, more];
});

function open(menu, by) {
  const box = by.getBoundingClientRect();
  menu.style.top = `${box.bottom + 4}px`;
  menu.style.left = `${Math.min(box.left, innerWidth - 240)}px`;
  menu.showPopover();
  $('[role="menuitem"]', menu)?.focus();
  menu.onkeydown = e => {
    const items = [...menu.querySelectorAll('[role="menuitem"]')];
    const step = {ArrowDown: 1, ArrowUp: -1}[e.key];
    if (step) { e.preventDefault(); items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus(); }
  };
}

async function fill(view, menu) {
  try {
    const {transitions} = await get(`/issue/${view.state.issue.id}/transitions?expand=transitions.fields`);
    menu.replaceChildren(...transitions.map(t => h('button.item', {type: 'button', role: 'menuitem', onclick: () => { menu.hidePopover(); move(view, t); }},
      h('span.grow', {}, t.name), t.to ? lozenge(t.to.name, statusKind(t.to)) : null)));
    if (!transitions.length) menu.replaceChildren(h('p.who', {}, 'No transition is open to you from here.'));
  } catch (error) {
    menu.replaceChildren(h('p.who', {}, error.message));
  }
}

function move(view, transition) {
  const fields = Object.entries(transition.fields || {}).map(([id, meta]) => ({fieldId: id, ...meta})).filter(canEdit);
  if (fields.length) return screen(view, transition, fields);
  return change(view, () => post(`/issue/${view.state.issue.id}/transitions`, {transition: {id: transition.id}}));
}

// A transition with a screen asks for its fields first.
function screen(view, transition, metas) {
  const title = uid('transition');
  const problem = h('p.field-error', {role: 'alert'});
  const controls = metas.map(meta => {
    const c = control(meta, view.state.issue.fields[meta.fieldId], {issueKey: view.state.key});
    const error = h('p.field-error');
    return {meta, ...c, error, row: h('div.form-field', {}, h('label', {for: c.id}, meta.name, meta.required ? h('span.req', {}, ' *') : null), c.el, error)};
  });
  const send = async () => {
    const fields = Object.fromEntries(controls.map(c => [c.meta.fieldId, c.read()]).filter(([, v]) => v !== null));
    const run = () => post(`/issue/${view.state.issue.id}/transitions`, {transition: {id: transition.id}, fields});
    if (await change(view, run, error => showErrors(error, controls, problem))) dialog.close();
  };
  const dialog = h('dialog.dialog.small', {'aria-labelledby': title, onclose: () => dialog.remove()},
    h('form', {novalidate: true, onsubmit: e => { e.preventDefault(); send(); }}, h('h2', {id: title}, transition.name), controls.map(c => c.row), problem,
      h('footer', {}, h('button.btn.subtle', {type: 'button', onclick: () => dialog.close()}, 'Cancel'), h('button.btn.primary', {}, transition.name))));
  document.body.append(dialog);
  dialog.showModal();
  controls[0].focus();
}

async function remove(view) {
  const {key, issue} = view.state;
  const count = (issue.fields.subtasks || []).length;
  if (!await confirmDialog(`Delete ${key}?`, `The issue${count ? `, its ${count} child issues` : ''}, its comments and its attachments go for good.`, 'Delete')) return;
  try {
    await del(`/issue/${issue.id}?deleteSubtasks=true`);
    view.leave(`${key} is deleted`);
  } catch (error) {
    say(error.message, 'bad');
  }
}
