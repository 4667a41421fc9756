// Projects and people.
import {h, lozenge, page} from './dom.js';
import {all, del, get, post, put, q} from './api.js';
import {button, primary, table} from './table.js';

const TEAM = 'com.pyxis.greenhopper.jira:gh-simplified-agility-kanban';

export const projects = {
  actions: tools => [primary('Create project', () => tools.ask('Create project', [
    {name: 'name', label: 'Name', required: true}, {name: 'key', label: 'Key', required: true, hint: 'Two to ten capital letters and digits; issue keys begin with it'},
    {name: 'kind', label: 'Managed by', type: 'select', options: [['classic', 'the company: shared issue types and workflows'], ['team', 'the team: types and workflow of its own']]},
    {name: 'type', label: 'Type', type: 'select', options: [['software', 'Software'], ['service_desk', 'Service desk'], ['business', 'Business']]},
  ], 'Create', v => post('/project', {name: v.name, key: v.key.toUpperCase(), projectTypeKey: v.type, leadAccountId: page.user.accountId, ...(v.kind === 'team' ? {projectTemplateKey: TEAM} : {})}), 'The project is created'))],
  async draw(tools) {
    const found = await all('/project/search?orderBy=key&status=archived&status=live&expand=lead,issueTypes');
    return table('Projects', ['Project', 'Managed by', 'Lead', 'Issue types', ''], found.map(p => [
      h('span', {}, h('a', {href: `/projects/${p.key}`}, `${p.name} (${p.key})`), ' ', p.archived ? lozenge('Archived', 'warn') : null),
      p.simplified ? 'Team' : 'Company', p.lead?.displayName || 'Nobody', h('span.wrap', {}, (p.issueTypes || []).map(t => t.name).join(', ')),
      h('span.bar', {}, button('Rename', () => rename(tools, p), `Rename ${p.key}`), p.simplified ? null : button('Types', () => chooseTypes(tools, p), `Issue types of ${p.key}`),
        p.archived ? button('Restore', () => tools.run(() => post(`/project/${p.id}/restore`), `${p.name} is restored`), `Restore ${p.key}`)
          : button('Archive', () => tools.sure(`Archive ${p.name}?`, 'It can be read but no longer changed until it is restored.', 'Archive', () => post(`/project/${p.id}/archive`), `${p.name} is archived`), `Archive ${p.key}`),
        p.archived ? null : button('Delete', () => tools.sure(`Delete ${p.name}?`, 'Its issues go for good.', 'Delete', () => del(`/project/${p.id}?enableUndo=false`), `${p.name} is deleted`), `Delete ${p.key}`)),
    ]));
  },
};

const rename = (tools, p) => tools.ask(`Rename ${p.name}`, [{name: 'name', label: 'Name', value: p.name, required: true},
  {name: 'key', label: 'Key', value: p.key, required: true, hint: 'A new key renames every issue; the old keys still lead to them'}], 'Save',
v => put(`/project/${p.id}`, v), 'The project is renamed');

async function chooseTypes(tools, p) {
  const types = (await get('/issuetype')).filter(t => !t.scope);
  await tools.ask(`Issue types of ${p.name}`, [{name: 'types', label: 'Offered types', type: 'checks', value: p.issueTypes.map(t => t.id), options: types.map(t => [t.id, t.name])}], 'Save', async v => {
    const {issueTypeSchemeId} = await post('/issuetypescheme', {name: `${p.key} types ${Date.now()}`, issueTypeIds: v.types});
    await put('/issuetypescheme/project', {issueTypeSchemeId, projectId: p.id});
  }, 'The issue types are changed');
}

export const people = {
  actions: tools => [primary('Invite person', () => tools.ask('Invite person', [{name: 'emailAddress', label: 'E-mail', required: true}, {name: 'displayName', label: 'Name'}], 'Invite',
    v => post('/user', {...v, products: ['jira-software']}), 'The account is ready; pick it on the login page'))],
  async draw(tools) {
    const found = await all('/users/search', 'values');
    return table('People', ['Name', 'Kind', 'State', ''], found.map(p => [p.displayName, p.accountType === 'app' ? 'App' : 'Person', p.active ? lozenge('Active', 'ok') : lozenge('Closed'),
      p.active && p.accountType !== 'app' && p.accountId !== page.user.accountId
        ? button('Close account', () => tools.sure(`Close the account of ${p.displayName}?`, 'What they wrote stays; they cannot log in any more.', 'Close account', () => del(`/user?${q({accountId: p.accountId})}`), 'The account is closed'), `Close the account of ${p.displayName}`) : null]));
  },
};
