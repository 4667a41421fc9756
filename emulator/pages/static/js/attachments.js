// Attached files: shown, added (button or drop), taken away.
import {$, confirmDialog, h, icon, page, time} from './dom.js';
import {del, post} from './api.js';
import {change, part} from './part.js';

const size = n => (n < 1024 ? `${n} B` : n < 1048576 ? `${Math.round(n / 1024)} KB` : `${(n / 1048576).toFixed(1)} MB`);

export function attachments(view) {
  const upload = files => {
    const form = new FormData();
    [...files].forEach(f => form.append('file', f, f.name));
    if (files.length) change(view, () => post(`/issue/${view.state.issue.id}/attachments`, form));
  };
  const picker = h('input.sr', {type: 'file', multiple: true, disabled: true, 'aria-label': 'Attach files', tabindex: '-1', onchange: () => { upload(picker.files); picker.value = ''; }});
  $('#attachments').after(picker);
  document.addEventListener('attach', () => picker.click());
  const root = $('#issue');
  root.addEventListener('dragover', e => { if (e.dataTransfer.types.includes('Files')) e.preventDefault(); });
  root.addEventListener('drop', e => { if (page.can.attach && view.state.issue && e.dataTransfer.files.length) { e.preventDefault(); upload(e.dataTransfer.files); } });
  return part($('#attachments'), view, s => s.issue.fields.attachment || [], s => {
    picker.disabled = false;
    const files = s.issue.fields.attachment || [];
    return files.length ? h('section', {'aria-label': 'Attachments'}, h('h2', {}, `Attachments (${files.length})`), h('div.files', {role: 'list'}, files.map(f => file(view, f)))) : null;
  });
}

function file(view, f) {
  const link = `/rest/api/3/attachment/content/${f.id}`;
  const remove = async () => {
    if (await confirmDialog(`Delete ${f.filename}?`, 'The file goes for good.', 'Delete')) await change(view, () => del(`/attachment/${f.id}`));
  };
  return h('div.file', {role: 'listitem', 'aria-label': f.filename}, f.mimeType?.startsWith('image/') ? h('img', {src: `/rest/api/3/attachment/thumbnail/${f.id}`, alt: '', loading: 'lazy'}) : null,
    h('div.bar', {}, h('a', {href: link, download: f.filename, title: f.filename}, f.filename),
      h('button.btn.subtle.icon.sm', {type: 'button', 'aria-label': `Delete ${f.filename}`, onclick: remove}, icon('cross'))),
    h('span.subtlest.small', {}, `${size(f.size)} · `, time(f.created)));
}
