// Drives the site through npm's jira.js 5: its clients of v2, v3 and the agile API. Prints what went wrong as JSON.
import { pathToFileURL } from 'node:url';

const [folder, host, email, apiToken] = process.argv.slice(2);
const { Version2Client, Version3Client, AgileClient } = await import(pathToFileURL(`${folder}/node_modules/jira.js/dist/esm/index.mjs`));

const wrong = [];
let steps = 0;
const settings = { host, authentication: { basic: { email, apiToken } } };
const doc = text => ({ type: 'doc', version: 1, content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] });
const absent = new Proxy(() => 0, { get: (_, name) => (name === Symbol.toPrimitive ? () => '0' : name === 'then' ? undefined : name === 'toJSON' ? () => null : absent) });

async function step(name, work, check = () => true) {
  steps += 1;
  try {
    const answer = await work();
    if (!check(answer)) wrong.push(`${name}: unexpected ${JSON.stringify(answer)?.slice(0, 600)}`);
    return answer;
  } catch (error) {
    wrong.push(`${name}: ${error.message} ${JSON.stringify(error.response?.data ?? error.response ?? '')}`.slice(0, 800));
    return absent;
  }
}

for (const [version, jira, rich] of [[2, new Version2Client(settings), text => text], [3, new Version3Client(settings), doc]]) {
  const name = words => `v${version} ${words}`;
  const me = await step(name('myself'), () => jira.myself.getCurrentUser(), u => u.accountId);
  await step(name('serverInfo'), () => jira.serverInfo.getServerInfo(), i => i.deploymentType === 'Cloud');
  await step(name('fields'), () => jira.issueFields.getFields(), f => f.length > 10);
  await step(name('projects'), () => jira.projects.searchProjects(), p => p.values.length === 2);
  const issue = await step(name('create'), () => jira.issues.createIssue({ fields: { project: { key: 'SHOP' }, issuetype: { name: 'Bug' }, summary: 'From node', description: rich('words') } }), i => i.key);
  const key = { issueIdOrKey: issue.key };
  await step(name('get'), () => jira.issues.getIssue(key), i => (version === 3 ? i.fields.description.type === 'doc' : i.fields.description === 'words'));
  await step(name('edit'), () => jira.issues.editIssue({ ...key, fields: { summary: 'Edited' } }));
  await step(name('assign'), () => jira.issues.assignIssue({ ...key, accountId: me.accountId }));
  const comment = await step(name('comment'), () => jira.issueComments.addComment(version === 3 ? { ...key, comment: rich('First') } : { ...key, comment: 'First' }), c => c.id);
  await step(name('comments'), () => jira.issueComments.getComments(key), c => c.total === 1);
  await step(name('delete comment'), () => jira.issueComments.deleteComment({ ...key, id: comment.id }));
  const worklog = await step(name('worklog'), () => jira.issueWorklogs.addWorklog({ ...key, timeSpentSeconds: 3600 }), w => w.id);
  await step(name('delete worklog'), () => jira.issueWorklogs.deleteWorklog({ ...key, id: worklog.id }));
  const files = await step(name('attach'), () => jira.issueAttachments.addAttachment({ ...key, attachment: { filename: 'a.txt', file: Buffer.from('content') } }), a => a.length === 1);
  await step(name('attachment'), () => jira.issueAttachments.getAttachment({ id: files[0].id }), a => a.filename === 'a.txt');
  await step(name('content'), () => jira.issueAttachments.getAttachmentContent({ id: files[0].id }));
  const moves = await step(name('transitions'), () => jira.issues.getTransitions(key), t => t.transitions.length > 0);
  await step(name('transition'), () => jira.issues.doTransition({ ...key, transition: { id: moves.transitions[0].id } }));
  await step(name('search'), () => jira.issueSearch.searchForIssuesUsingJqlEnhancedSearch({ jql: 'project = SHOP', fields: ['summary'] }), s => s.issues.length === version - 1);
  await step(name('search by post'), () => jira.issueSearch.searchForIssuesUsingJqlEnhancedSearchPost({ jql: 'project = SHOP', fields: ['summary'] }));
  await step(name('count'), () => jira.issueSearch.countIssues({ jql: 'project = SHOP' }));
  await step(name('watchers'), () => jira.issueWatchers.getIssueWatchers(key));
  await step(name('users'), () => jira.userSearch.findUsers({ query: 'blue' }), u => u.length > 0);
}

const agile = new AgileClient(settings);
const filter = await step('filter', () => new Version3Client(settings).filters.createFilter({ name: 'Mine', jql: 'project = SHOP' }));
const board = await step('board', () => agile.board.createBoard({ name: 'Board', type: 'scrum', filterId: Number(filter.id) }), b => b.id);
await step('boards', () => agile.board.getAllBoards(), b => b.values.length === 1);
const sprint = await step('sprint', () => agile.sprint.createSprint({ name: 'Sprint 1', originBoardId: board.id }), s => s.state === 'future');
await step('into the sprint', () => agile.sprint.moveIssuesToSprintAndRank({ sprintId: sprint.id, issues: ['SHOP-1'] }));
await step('sprint issues', () => agile.sprint.getIssuesForSprint({ sprintId: sprint.id }), s => s.issues.length === 1);
await step('backlog', () => agile.backlog.moveIssuesToBacklog({ issues: ['SHOP-1'] }));
await step('delete sprint', () => agile.sprint.deleteSprint({ sprintId: sprint.id }));

console.log(JSON.stringify({ steps, wrong: [...new Set(wrong)] }));
