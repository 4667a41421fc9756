// The JQL editor that apps may open (`AP.jira.showJQLEditor`): a query, and how many issues match it now.
import {h, uid} from './dom.js';
import {post} from './api.js';

/** Resolves to the query, or null when the person cancelled. */
export function editJql({jql = '', header = 'JQL query', descriptionText = '', submitText = 'Use query', cancelText = 'Cancel'}) {
  return new Promise(resolve => {
    const title = uid('jql-title');
    const box = h('textarea', {rows: '4', 'aria-label': 'JQL query', spellcheck: 'false'}, jql);
    const note = h('p.subtle', {role: 'status'});
    let timer;
    const check = async () => {
      try {
        const {count} = await post('/search/approximate-count', {jql: box.value});
        note.textContent = `${count} ${count === 1 ? 'issue matches' : 'issues match'} now`;
        note.className = 'subtle';
      } catch (error) { note.textContent = error.message; note.className = 'field-error'; }
    };
    box.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(check, 400); });
    const dialog = h('dialog.dialog', {'aria-labelledby': title, onclose: () => { dialog.remove(); resolve(dialog.returnValue === 'use' ? box.value : null); }},
      h('form', {method: 'dialog'}, h('h2', {id: title}, header), descriptionText ? h('p.subtle', {}, descriptionText) : null, box, note,
        h('footer', {}, h('button.btn.subtle', {value: 'cancel'}, cancelText), h('button.btn.primary', {value: 'use'}, submitText))));
    document.body.append(dialog);
    dialog.showModal();
    check();
  });
}
