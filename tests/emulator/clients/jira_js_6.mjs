// Drives the site through npm's jira.js 6, whose schemas judge every answer. Prints what went wrong as JSON.
import { pathToFileURL } from 'node:url';

const [folder, host, email, apiToken] = process.argv.slice(2);
const { createCloudClient, createAgileClient } = await import(pathToFileURL(`${folder}/node_modules/jira.js/dist/index.js`));
const { createClient } = await import(pathToFileURL(`${folder}/node_modules/jira.js/dist/core/index.js`));

const wrong = [];
let steps = 0;
const client = createClient({
  host,
  auth: { type: 'basic', email, apiToken },
  onSchemaMismatch: report => wrong.push(...report.issues.map(each => `${report.endpoint}: at ${each.path}, expected ${each.expected}, got ${each.received}`)),
});
const jira = createCloudClient(client);
const agile = createAgileClient(client);

// What a failed step gives to the steps after it, so that one fault does not hide the others.
const absent = new Proxy(() => 0, { get: (_, name) => (name === Symbol.toPrimitive ? () => '0' : name === 'then' ? undefined : name === 'toJSON' ? () => null : absent) });

async function step(name, work, check = () => true) {
  steps += 1;
  try {
    const answer = await work();
    if (!check(answer)) wrong.push(`${name}: unexpected ${JSON.stringify(answer)?.slice(0, 600)}`);
    return answer;
  } catch (error) {
    wrong.push(`${name}: ${error.message} ${JSON.stringify(error.body ?? '')}`.slice(0, 800));
    return absent;
  }
}
async function refused(name, status, work) {
  steps += 1;
  try {
    await work();
    wrong.push(`${name}: was not refused`);
  } catch (error) {
    if (error.status !== status) wrong.push(`${name}: ${error.status ?? error.message} instead of ${status}`);
  }
}
const doc = text => ({ type: 'doc', version: 1, content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] });

// Who and where
const me = await step('myself', () => jira.myself.getCurrentUser(), u => u.accountId);
await step('serverInfo', () => jira.serverInfo.getServerInfo(), i => i.deploymentType === 'Cloud');
await step('configuration', () => jira.jiraSettings.getConfiguration());
await step('permissions', () => jira.permissions.getAllPermissions());
await step('mypermissions', () => jira.permissions.getMyPermissions({ permissions: 'BROWSE_PROJECTS,EDIT_ISSUES' }), p => p.permissions.EDIT_ISSUES.havePermission);
await step('permissions/check', () => jira.permissions.getBulkPermissions({ accountId: me.accountId, globalPermissions: ['ADMINISTER'], projectPermissions: [{ permissions: ['EDIT_ISSUES'], projects: [10000] }] }));
await step('permitted projects', () => jira.permissions.getPermittedProjects({ permissions: ['BROWSE_PROJECTS'] }), p => p.projects.length > 0);

// Lists
await step('fields', () => jira.issueFields.getFields(), f => f.length > 10);
await step('fields paged', () => jira.issueFields.getFieldsPaginated({ type: ['custom'] }));
await step('issue types', () => jira.issueTypes.getIssueAllTypes(), t => t.some(each => each.name === 'Bug'));
await step('priorities', () => jira.issuePriorities.searchPriorities(), p => p.values.length > 0);
await step('resolution', () => jira.issueResolutions.getResolution({ id: '10000' }), r => r.id === '10000');
const statuses = await step('statuses', () => jira.workflowStatuses.getStatuses(), s => s.length > 0);
await step('status', () => jira.workflowStatuses.getStatus({ idOrName: statuses[0].id }));
await step('status by name', () => jira.workflowStatuses.getStatus({ idOrName: statuses[0].name }));
await step('statuses by id', () => jira.status.getStatusesById({ id: [statuses[0].id] }), s => s.length === 1);
await step('statuses by name', () => jira.status.getStatusesByName({ name: [statuses[0].name] }));
await step('statuses search', () => jira.status.search({}));
await step('categories', () => jira.workflowStatusCategories.getStatusCategories());
await step('category', () => jira.workflowStatusCategories.getStatusCategory({ idOrKey: 'done' }));
await step('labels', () => jira.labels.getAllLabels());
await step('workflows', () => jira.workflows.searchWorkflows(), w => w.values.length > 0);

// Projects
const made = await step('create project', () => jira.projects.createProject({ key: 'JSN', name: 'From node', projectTypeKey: 'software', projectTemplateKey: 'com.pyxis.greenhopper.jira:gh-simplified-agility-scrum', leadAccountId: me.accountId, description: 'd' }), p => p.key === 'JSN');
await step('projects', () => jira.projects.searchProjects({ expand: 'description,lead,issueTypes' }), p => p.values.some(each => each.key === 'JSN'));
const project = await step('project', () => jira.projects.getProject({ projectIdOrKey: 'SHOP' }), p => p.key === 'SHOP');
await step('update project', () => jira.projects.updateProject({ projectIdOrKey: 'JSN', description: 'new', name: 'Renamed' }), p => p.name === 'Renamed');
await step('project statuses', () => jira.projects.getAllStatuses({ projectIdOrKey: 'SHOP' }), s => s.length > 0);
await step('hierarchy', () => jira.projects.getHierarchy({ projectId: project.id }));
await step('project types', () => jira.projectTypes.getAllProjectTypes(), t => t.length > 0);
await step('project roles', () => jira.projectRoles.getProjectRoles({ projectIdOrKey: 'SHOP' }));
await step('roles', () => jira.projectRoles.getAllProjectRoles());
await step('role details', () => jira.projectRoles.getProjectRoleDetails({ projectIdOrKey: 'SHOP' }));
await step('project property', () => jira.projectProperties.setProjectProperty({ projectIdOrKey: 'SHOP', propertyKey: 'p', body: { a: 1 } }));
await step('valid key', () => jira.projectKeyAndNameValidation.getValidProjectKey({ key: 'SHOP' }));
await step('delete project', () => jira.projects.deleteProject({ projectIdOrKey: 'JSN' }));
await refused('deleted project', 404, () => jira.projects.getProject({ projectIdOrKey: 'JSN' }));

// Versions and components
const version = await step('create version', () => jira.projectVersions.createVersion({ projectId: Number(project.id), name: '1.0', description: 'first', releaseDate: '2026-12-01' }), v => v.id);
await step('version', () => jira.projectVersions.getVersion({ id: version.id }), v => v.name === '1.0');
await step('update version', () => jira.projectVersions.updateVersion({ id: version.id, body: { released: true } }), v => v.released);
await step('versions', () => jira.projectVersions.getProjectVersions({ projectIdOrKey: 'SHOP' }), v => v.length === 1);
await step('versions paged', () => jira.projectVersions.getProjectVersionsPaginated({ projectIdOrKey: 'SHOP' }), v => v.total === 1);
const component = await step('create component', () => jira.projectComponents.createComponent({ project: 'SHOP', name: 'Web', leadAccountId: me.accountId, assigneeType: 'PROJECT_LEAD' }), c => c.id);
await step('component', () => jira.projectComponents.getComponent({ id: component.id }), c => c.name === 'Web');
await step('update component', () => jira.projectComponents.updateComponent({ id: component.id, body: { description: 'x' } }), c => c.description === 'x');
await step('components', () => jira.projectComponents.getProjectComponents({ projectIdOrKey: 'SHOP' }), c => c.length === 1);
await step('components paged', () => jira.projectComponents.getProjectComponentsPaginated({ projectIdOrKey: 'SHOP' }));

// Issues
const bug = { project: { key: 'SHOP' }, issuetype: { name: 'Bug' } };
const types = await step('createmeta', () => jira.issues.getCreateIssueMetaIssueTypes({ projectIdOrKey: 'SHOP' }), m => m.issueTypes.length > 0);
await step('createmeta fields', () => jira.issues.getCreateIssueMetaIssueTypeId({ projectIdOrKey: 'SHOP', issueTypeId: types.issueTypes[0].id }), m => m.fields.length > 0);
const issue = await step('create', () => jira.issues.createIssue({ fields: { ...bug, summary: 'From node', description: doc('Hello'), labels: ['node'], components: [{ id: component.id }], fixVersions: [{ id: version.id }] } }), i => i.key);
const bulk = await step('bulk create', () => jira.issues.createIssues({ issueUpdates: [{ fields: { ...bug, summary: 'one' } }, { fields: { ...bug, summary: 'two' } }] }), b => b.issues.length === 2);
const [one, two] = bulk.issues;
const key = { issueIdOrKey: issue.key };
await step('get', () => jira.issues.getIssue({ ...key, expand: 'names,schema,renderedFields,transitions,operations,editmeta,changelog,versionedRepresentations' }), i => i.fields.summary === 'From node');
await step('edit', () => jira.issues.editIssue({ ...key, fields: { summary: 'Edited' }, update: { labels: [{ add: 'more' }] } }));
await step('edit and return', () => jira.issues.editIssue({ ...key, fields: { summary: 'Again' }, returnIssue: true }), i => i?.fields?.summary === 'Again');
await step('wiki description', () => jira.issues.createIssue({ fields: { ...bug, summary: 'wiki', description: 'h2. Head\n\n*bold*' } }));
await step('assign', () => jira.issues.assignIssue({ ...key, accountId: me.accountId }));
await step('editmeta', () => jira.issues.getEditIssueMeta(key), m => m.fields.summary);
await step('bulkfetch', () => jira.issues.bulkFetchIssues({ issueIdsOrKeys: [issue.key, one.key], fields: ['summary'] }), b => b.issues.length === 2);
await step('changelog', () => jira.issues.getChangeLogs(key), c => c.values.length > 0);
const log = await step('changelog again', () => jira.issues.getChangeLogs({ ...key, maxResults: 1 }));
await step('changelog by ids', () => jira.issues.getChangeLogsByIds({ ...key, changelogIds: [Number(log.values[0].id)] }));
await step('changelog bulk', () => jira.issues.getBulkChangelogs({ issueIdsOrKeys: [issue.key] }), c => c.issueChangeLogs.length === 1);
await step('notify', () => jira.issues.notify({ ...key, subject: 'Look', textBody: 'here', to: { reporter: true } }));
await step('picker', () => jira.issueSearch.getIssuePickerResource({ query: 'Again' }));

// Transitions
const moves = await step('transitions', () => jira.issues.getTransitions({ ...key, expand: 'transitions.fields' }), t => t.transitions.length > 0);
await step('transition', () => jira.issues.doTransition({ ...key, transition: { id: moves.transitions[0].id } }));

// Search
await step('search', () => jira.issueSearch.searchAndReconsileIssuesUsingJql({ jql: 'project = SHOP order by created', maxResults: 2, fields: ['summary', 'status'] }), s => s.issues.length === 2 && s.nextPageToken && !s.isLast);
await step('search by post', () => jira.issueSearch.searchAndReconsileIssuesUsingJqlPost({ jql: 'project = SHOP', fields: ['*all'] }), s => s.isLast);
await step('count', () => jira.issueSearch.countIssues({ jql: 'project = SHOP' }), c => c.count === 4);
await step('match', () => jira.issueSearch.matchIssues({ issueIds: [Number(issue.id)], jqls: ['project = SHOP'] }), m => m.matches[0].matchedIssues.length === 1);
await refused('unbounded', 400, () => jira.issueSearch.searchAndReconsileIssuesUsingJql({ jql: 'order by created' }));
await step('parse', () => jira.jql.parseJqlQueries({ queries: ['project = SHOP and summary ~ "x" order by created'] }));
await step('autocomplete', () => jira.jql.getAutoComplete());
await step('suggestions', () => jira.jql.getFieldAutoCompleteForQueryString({ fieldName: 'status', fieldValue: 'D' }));

// Comments
const comment = await step('comment', () => jira.issueComments.addComment({ ...key, body: doc('First'), properties: [{ key: 'mark', value: { a: 1 } }] }), c => c.id);
await step('wiki comment', () => jira.issueComments.addComment({ ...key, body: 'h2. Head\n\n*bold*' }), c => c.body.type === 'doc');
await step('comments', () => jira.issueComments.getComments({ ...key, orderBy: '-created', expand: 'renderedBody' }), c => c.total === 2);
await step('one comment', () => jira.issueComments.getComment({ ...key, id: comment.id }));
await step('comments by ids', () => jira.issueComments.getCommentsByIds({ ids: [Number(comment.id)] }), c => c.values.length === 1);
await step('edit comment', () => jira.issueComments.updateComment({ ...key, id: comment.id, body: { body: doc('Second') } }));
await step('comment property', () => jira.issueCommentProperties.getCommentProperty({ commentId: comment.id, propertyKey: 'mark' }), p => p.value.a === 1);
await step('comment properties', () => jira.issueCommentProperties.getCommentPropertyKeys({ commentId: comment.id }));
await step('set comment property', () => jira.issueCommentProperties.setCommentProperty({ commentId: comment.id, propertyKey: 'more', body: 1 }));
await step('delete comment', () => jira.issueComments.deleteComment({ ...key, id: comment.id }));

// Attachments
await step('attachment meta', () => jira.issueAttachments.getAttachmentMeta(), m => m.enabled);
const files = await step('attach', () => jira.issueAttachments.addAttachment({ ...key, attachments: [{ filename: 'a.txt', content: Buffer.from('content of a') }] }), a => a.length === 1);
await step('attachment', () => jira.issueAttachments.getAttachment({ id: String(files[0].id) }), a => a.filename === 'a.txt');
await step('content', () => jira.issueAttachments.getAttachmentContent({ id: String(files[0].id) }));
await step('content here', () => jira.issueAttachments.getAttachmentContent({ id: String(files[0].id), redirect: false }));
await step('delete attachment', () => jira.issueAttachments.removeAttachment({ id: String(files[0].id) }));

// Worklogs
const worklog = await step('worklog', () => jira.issueWorklogs.addWorklog({ ...key, timeSpentSeconds: 3600, comment: doc('Work'), started: '2026-11-20T10:00:00.000+0000' }), w => w.id);
await step('worklogs', () => jira.issueWorklogs.getIssueWorklog(key), w => w.total === 1);
await step('one worklog', () => jira.issueWorklogs.getWorklog({ ...key, id: worklog.id }));
await step('edit worklog', () => jira.issueWorklogs.updateWorklog({ ...key, id: worklog.id, body: { timeSpent: '2h' } }), w => w.timeSpentSeconds === 7200);
await step('worklog property', () => jira.issueWorklogProperties.setWorklogProperty({ ...key, worklogId: worklog.id, propertyKey: 'p', body: { a: 1 } }));
await step('worklog properties', () => jira.issueWorklogProperties.getWorklogPropertyKeys({ ...key, worklogId: worklog.id }));
await step('worklogs since', () => jira.issueWorklogs.getIdsOfWorklogsModifiedSince({ since: 0 }));
await step('worklogs by ids', () => jira.issueWorklogs.getWorklogsForIds({ ids: [Number(worklog.id)] }), w => w.length === 1);
await step('delete worklog', () => jira.issueWorklogs.deleteWorklog({ ...key, id: worklog.id }));
await step('worklogs deleted', () => jira.issueWorklogs.getIdsOfWorklogsDeletedSince({ since: 0 }));

// Links
await step('link types', () => jira.issueLinkTypes.getIssueLinkTypes(), t => t.issueLinkTypes.length > 0);
const kind = await step('create link type', () => jira.issueLinkTypes.createIssueLinkType({ name: 'Haunts', inward: 'is haunted by', outward: 'haunts' }), t => t.id);
await step('update link type', () => jira.issueLinkTypes.updateIssueLinkType({ issueLinkTypeId: kind.id, inward: 'haunted by' }));
await step('link', () => jira.issueLinks.linkIssues({ type: { name: 'Haunts' }, inwardIssue: { key: one.key }, outwardIssue: { key: two.key } }));
const linked = await step('linked', () => jira.issues.getIssue({ issueIdOrKey: one.key }), i => i.fields.issuelinks.length === 1);
await step('one link', () => jira.issueLinks.getIssueLink({ linkId: linked.fields.issuelinks[0].id }));
await step('delete link', () => jira.issueLinks.deleteIssueLink({ linkId: linked.fields.issuelinks[0].id }));
await step('delete link type', () => jira.issueLinkTypes.deleteIssueLinkType({ issueLinkTypeId: kind.id }));
const remote = await step('remote link', () => jira.issueRemoteLinks.createOrUpdateRemoteIssueLink({ ...key, globalId: 'g=1', application: { type: 'x', name: 'X' }, relationship: 'see', object: { url: 'https://example.com/1', title: 'One' } }), r => r.id);
await step('remote links', () => jira.issueRemoteLinks.getRemoteIssueLinks(key), r => r.length === 1);
await step('remote link by id', () => jira.issueRemoteLinks.getRemoteIssueLinkById({ ...key, linkId: String(remote.id) }));
await step('delete remote link', () => jira.issueRemoteLinks.deleteRemoteIssueLinkByGlobalId({ ...key, globalId: 'g=1' }));

// Properties, watchers, votes
await step('property', () => jira.issueProperties.setIssueProperty({ ...key, propertyKey: 'mark', body: { a: 1 } }));
await step('properties', () => jira.issueProperties.getIssuePropertyKeys(key), p => p.keys.length === 1);
await step('read property', () => jira.issueProperties.getIssueProperty({ ...key, propertyKey: 'mark' }), p => p.value.a === 1);
await step('delete property', () => jira.issueProperties.deleteIssueProperty({ ...key, propertyKey: 'mark' }));
await step('watch', () => jira.issueWatchers.addWatcher({ ...key, accountId: me.accountId }));
await step('watchers', () => jira.issueWatchers.getIssueWatchers(key), w => w.watchCount >= 1);
await step('watching', () => jira.issueWatchers.getIsWatchingIssueBulk({ issueIds: [issue.id] }), w => w.issuesIsWatching[issue.id]);
await step('unwatch', () => jira.issueWatchers.removeWatcher({ ...key, accountId: me.accountId }));
await step('votes', () => jira.issueVotes.getVotes(key));

// People
await step('user', () => jira.users.getUser({ accountId: me.accountId, expand: 'groups,applicationRoles' }));
await step('users', () => jira.users.getAllUsers(), u => u.length > 1);
await step('user search', () => jira.userSearch.findUsers({ query: 'blue' }));
await step('assignable', () => jira.userSearch.findAssignableUsers({ project: 'SHOP' }), u => u.length > 0);
await step('user picker', () => jira.userSearch.findUsersForPicker({ query: 'a' }));
await step('user query', () => jira.userSearch.findUsersByQuery({ query: 'is assignee of SHOP' }));
await step('user groups', () => jira.users.getUserGroups({ accountId: me.accountId }));
const group = await step('create group', () => jira.groups.createGroup({ name: 'node-people' }), g => g.groupId);
await step('add to group', () => jira.groups.addUserToGroup({ groupId: group.groupId, accountId: me.accountId }));
await step('members', () => jira.groups.getUsersFromGroup({ groupId: group.groupId }), m => m.total === 1);
await step('groups', () => jira.groups.findGroups({ query: 'node' }), g => g.total === 1);
await step('leave group', () => jira.groups.removeUserFromGroup({ groupId: group.groupId, accountId: me.accountId }));
await step('delete group', () => jira.groups.removeGroup({ groupId: group.groupId }));
await step('users and groups', () => jira.groupAndUserPicker.findUsersAndGroups({ query: 'a' }));

// Filters
const filter = await step('create filter', () => jira.filters.createFilter({ name: 'Mine', jql: 'project = SHOP' }), f => f.id);
await step('filter', () => jira.filters.getFilter({ id: Number(filter.id) }));
await step('update filter', () => jira.filters.updateFilter({ id: Number(filter.id), body: { name: 'Ours', jql: 'project = SHOP' } }));
await step('filters', () => jira.filters.getFiltersPaginated({}), f => f.total === 1);
await step('my filters', () => jira.filters.getMyFilters(), f => f.length === 1);
await step('delete filter', () => jira.filters.deleteFilter({ id: Number(filter.id) }));

// Boards and sprints
const board = await step('create board', async () => {
  const shown = await jira.filters.createFilter({ name: 'Board', jql: 'project = SHOP' });
  return agile.board.createBoard({ name: 'Board', type: 'scrum', filterId: Number(shown.id), location: { type: 'project', projectKeyOrId: 'SHOP' } });
}, b => b.id);
const boardId = { boardId: board.id };
await step('boards', () => agile.board.getAllBoards(), b => b.values.some(each => each.id === board.id));
await step('board', () => agile.board.getBoard(boardId));
await step('board configuration', () => agile.board.getConfiguration(boardId));
const sprint = await step('create sprint', () => agile.sprint.createSprint({ name: 'Sprint 1', originBoardId: board.id, goal: 'g' }), s => s.state === 'future');
const sprintId = { sprintId: sprint.id };
await step('into the sprint', () => agile.sprint.moveIssuesToSprintAndRank({ ...sprintId, issues: [issue.key, one.key] }));
await step('start sprint', () => agile.sprint.partiallyUpdateSprint({ ...sprintId, state: 'active', startDate: '2026-11-20T10:00:00.000Z', endDate: '2026-12-04T10:00:00.000Z' }), s => s.state === 'active');
await step('sprint', () => agile.sprint.getSprint(sprintId));
await step('sprints', () => agile.board.getAllSprints(boardId), s => s.values.length === 1);
await step('sprint issues', () => agile.sprint.getIssuesForSprint(sprintId), s => s.issues.length === 2);
await step('board sprint issues', () => agile.board.getBoardIssuesForSprint({ ...boardId, ...sprintId }));
await step('board issues', () => agile.board.getIssuesForBoard(boardId));
await step('to backlog', () => agile.backlog.moveIssuesToBacklog({ issues: [one.key] }));
await step('backlog', () => agile.board.getIssuesForBacklog(boardId), b => b.issues.some(each => each.key === one.key));
await step('board projects', () => agile.board.getProjects(boardId));
await step('board versions', () => agile.board.getAllVersions(boardId));
await step('epics', () => agile.board.getEpics(boardId));
await step('rank', () => agile.issue.rankIssues({ issues: [two.key], rankBeforeIssue: one.key }));
await step('agile issue', () => agile.issue.getIssue(key));
const epic = await step('epic', () => jira.issues.createIssue({ fields: { project: { key: 'SHOP' }, issuetype: { name: 'Epic' }, summary: 'Big' } }));
await step('into the epic', () => agile.epic.moveIssuesToEpic({ epicIdOrKey: epic.key, issues: [two.key] }));
await step('agile epic', () => agile.epic.getEpic({ epicIdOrKey: epic.key }), e => e.key === epic.key);
await step('epic issues', () => agile.epic.getIssuesForEpic({ epicIdOrKey: epic.key }), e => e.issues.length === 1);
await step('close sprint', () => agile.sprint.updateSprint({ ...sprintId, name: 'Done', state: 'closed', startDate: '2026-11-20T10:00:00.000Z', endDate: '2026-12-04T10:00:00.000Z' }), s => s.state === 'closed');
await step('delete sprint', () => agile.sprint.deleteSprint(sprintId));
await step('delete board', () => agile.board.deleteBoard(boardId));

// Ends
await step('delete issue', () => jira.issues.deleteIssue(key));
await refused('deleted issue', 404, () => jira.issues.getIssue(key));
await refused('bad field', 400, () => jira.issues.createIssue({ fields: { ...bug } }));
await step('delete component', () => jira.projectComponents.deleteComponent({ id: component.id }));
await step('remove version', () => jira.projectVersions.deleteAndReplaceVersion({ id: version.id }));

console.log(JSON.stringify({ steps, wrong: [...new Set(wrong)] }));
