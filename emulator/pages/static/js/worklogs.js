// Time that people logged: added, changed, taken away.
import {avatar, confirmDialog, h, time} from './dom.js';
import {all, del, post, put} from './api.js';
import {renderAdf} from './adf-render.js';
import {formDialog} from './forms.js';

const doc = text => ({type: 'doc', version: 1, content: [{type: 'paragraph', content: [{type: 'text', text}]}]});
const words = node => (node?.text || '') + (node?.content || []).map(words).join(' ');

export function worklogs(view) {
  const list = h('div', {role: 'list', 'aria-label': 'Work log'});
  const el = h('div', {}, h('button.btn', {type: 'button', onclick: () => edit()}, 'Log work'), list);
  const path = () => `/issue/${view.state.issue.id}/worklog`;
  let last = '';
  async function show() {
    if (!view.state.issue) return;
    const found = await all(path(), 'worklogs').catch(() => []);
    const now = JSON.stringify(found);
    if (now === last) return;
    last = now;
    list.replaceChildren(...found.reverse().map(item), ...(found.length ? [] : [h('p.subtlest', {}, 'Nobody has logged work yet.')]));
  }
  const item = w => h('div.comment', {role: 'listitem', 'aria-label': `Work by ${w.author?.displayName || 'somebody'}`}, avatar(w.author), h('div', {},
    h('div.by', {}, h('b', {}, w.author?.displayName || 'Somebody'), h('span.loz', {}, w.timeSpent), time(w.started)),
    w.comment ? h('div.adf', {}, renderAdf(w.comment)) : null,
    h('div.acts', {}, h('button.btn.link.small', {type: 'button', onclick: () => edit(w)}, 'Edit'), h('button.btn.link.small', {type: 'button', onclick: () => remove(w)}, 'Delete'))));
  async function edit(w) {
    const fields = [{name: 'timeSpent', label: 'Time spent', value: w?.timeSpent, required: true, hint: 'For example 2h 30m or 1d'},
      {name: 'comment', label: 'What was done', value: w?.comment ? words(w.comment) : ''}];
    const done = await formDialog(w ? 'Change work' : 'Log work', fields, 'Save', given => {
      const body = {timeSpent: given.timeSpent, ...(given.comment && (!w || given.comment !== words(w.comment)) ? {comment: doc(given.comment)} : {})};
      return w ? put(`${path()}/${w.id}`, body) : post(path(), body);
    });
    if (done) await after();
  }
  async function remove(w) {
    if (!await confirmDialog('Delete this work?', 'The time is taken off the issue.', 'Delete')) return;
    await del(`${path()}/${w.id}`);
    await after();
  }
  const after = async () => { await view.refresh().catch(() => {}); await show(); };
  return {el, show};
}
