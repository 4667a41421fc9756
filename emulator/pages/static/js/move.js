// Moving an issue to another project, or giving it another type.
import {h, page, say, uid} from './dom.js';
import {all, get, post, put} from './api.js';

export async function openMove(view) {
  const {issue} = view.state;
  const title = uid('move');
  const project = h('select', {id: uid('project')});
  const type = h('select', {id: uid('type')});
  const problem = h('p.field-error', {role: 'alert'});
  const go = h('button.btn.primary', {}, 'Move');
  const dialog = h('dialog.dialog.small', {'aria-labelledby': title, onclose: () => dialog.remove()},
    h('form', {onsubmit: e => { e.preventDefault(); send(); }}, h('h2', {id: title}, `Move ${issue.key}`),
      h('div.form-field', {}, h('label', {for: project.id}, 'Project'), project), h('div.form-field', {}, h('label', {for: type.id}, 'Issue type'), type), problem,
      h('footer', {}, h('button.btn.subtle', {type: 'button', onclick: () => dialog.close()}, 'Cancel'), go)));
  document.body.append(dialog);
  dialog.showModal();
  const types = async () => {
    const found = await all(`/issue/createmeta/${project.value}/issuetypes`, 'issueTypes');
    type.replaceChildren(...found.filter(t => Boolean(t.subtask) === Boolean(issue.fields.issuetype.subtask))
      .map(t => h('option', {value: t.id, selected: t.name === issue.fields.issuetype.name}, t.name)));
  };
  const guarded = f => f().catch(error => { problem.textContent = error.message; });
  project.addEventListener('change', () => guarded(types));
  async function send() {
    problem.textContent = '';
    go.disabled = true;
    await guarded(async () => {
      if (project.value === issue.fields.project.id) await put(`/issue/${issue.id}`, {fields: {issuetype: {id: type.value}}});
      else await moveAway(issue, project.value, type.value);
      dialog.close();
      await view.refresh();
      say(`${view.state.key} is up to date`);
    });
    go.disabled = false;
  }
  await guarded(async () => {
    const found = page.can.move ? await all('/project/search?orderBy=key') : [issue.fields.project];
    project.replaceChildren(...found.map(p => h('option', {value: p.id, selected: p.id === issue.fields.project.id}, `${p.name} (${p.key})`)));
    await types();
  });
}

async function moveAway(issue, projectId, typeId) {
  const {taskId} = await post('/bulk/issues/move', {sendBulkNotification: false, targetToSourcesMapping: {[`${projectId},${typeId}`]: {
    issueIdsOrKeys: [issue.key], inferClassificationDefaults: true, inferFieldDefaults: true, inferStatusDefaults: true, inferSubtaskTypeDefault: true}}});
  for (let tries = 0; tries < 60; tries++) {
    const task = await get(`/bulk/queue/${taskId}`);
    if (task.status === 'COMPLETE') {
      const failed = Object.values(task.failedAccessibleIssues || {}).flat();
      if (failed.length) throw new Error(failed.join(' '));
      return;
    }
    if (['FAILED', 'CANCELLED', 'DEAD'].includes(task.status)) throw new Error('The move failed. The issue stays where it was.');
    await new Promise(resolve => setTimeout(resolve, 250));
  }
  throw new Error('The move takes longer than expected. Reload the page later.');
}
