// The issue view: loads the issue, shows its parts, and keeps them fresh while nobody edits them.
import {$, page} from './dom.js';
import {all, get, q} from './api.js';
import {activity} from './activity.js';
import {attachments} from './attachments.js';
import {details, loadCatalogue} from './details.js';
import {followers} from './followers.js';
import {children, links} from './links.js';
import {panels} from './panels.js';
import {crumbs, dates, description, quick, summary} from './heading.js';
import {status} from './transitions.js';
import {onRefresh} from './bridge.js';

const root = $('#issue');
const POLL_MS = 2000;
// The API gives at most five properties at once.
const statusProperties = page.panels.map(p => p.status_property).filter(Boolean).slice(0, 5);
const state = {key: page.issueKey, issue: null, meta: {}, comments: [], properties: {}};
let seen = '';
let metaFor = '';
let gone = false;

const view = {state, refresh, leave: words => { gone = true; if (words) sessionStorage.setItem('note', words); location.assign('/issues'); }};
const parts = [crumbs, summary, quick, description, attachments, children, links, activity, status, followers, details, panels, dates].map(make => make(view));

const path = () => `/issue/${encodeURIComponent(state.issue?.id || state.key)}`;
const mark = issue => JSON.stringify([issue.fields.updated, issue.key, issue.properties || {}]);
const wanted = fields => q({fields, properties: statusProperties.join(',')});

let reading = loadCatalogue();

/** Reads everything again and shows what changed. Parts in which somebody is editing wait until they are done. */
function refresh() {
  // One after the other, or an older answer could come last and win.
  reading = reading.catch(() => {}).then(read);
  return reading;
}

async function read() {
  const issue = await get(`${path()}?${wanted('*all')}`);
  const comments = await all(`/issue/${issue.id}/comment?orderBy=created`, 'comments');
  const place = `${issue.fields.project.id}/${issue.fields.issuetype.id}`;
  if (metaFor !== place) {
    // A person who may not edit still sees the page, only without controls.
    state.meta = (await get(`/issue/${issue.id}/editmeta`).catch(() => ({fields: {}}))).fields;
    metaFor = place;
  }
  seen = mark(issue);
  Object.assign(state, {issue, comments, key: issue.key, properties: issue.properties || {}});
  document.title = `[${issue.key}] ${issue.fields.summary} - ${page.site.name}`;
  if (location.pathname !== `/browse/${issue.key}`) history.replaceState(null, '', `/browse/${issue.key}${location.hash}`);
  parts.forEach(part => part.show());
  root.removeAttribute('aria-busy');
}

async function poll() {
  if (gone) return;
  try {
    if (!document.hidden && state.issue && mark(await get(`${path()}?${wanted('updated')}`)) !== seen) await refresh();
  } catch (error) {
    if (error.status === 404) return missing(error);
  }
  setTimeout(poll, POLL_MS);
}

function missing(error) {
  gone = true;
  root.removeAttribute('aria-busy');
  const words = document.createElement('div');
  words.className = 'message-page';
  const title = document.createElement('h1');
  title.textContent = error.status === 404 ? 'This issue does not exist' : 'The issue could not be shown';
  const text = document.createElement('p');
  text.textContent = error.status === 404 ? 'It was deleted or moved, or you may not see it.' : error.message;
  words.append(title, text);
  root.replaceChildren(words);
}

onRefresh(() => refresh().catch(() => {}));
document.addEventListener('visibilitychange', () => { if (!document.hidden && state.issue && !gone) refresh().catch(() => {}); });
document.addEventListener('issue-created', () => refresh().catch(() => {}));
refresh().then(() => setTimeout(poll, POLL_MS), missing);
