// The issue list: JQL in, pages of issues out.
import {$, h, lozenge, person, pictured, statusKind, time} from './dom.js';
import {post} from './api.js';

const form = $('#jql-form');
const box = $('#jql');
const FIELDS = ['summary', 'issuetype', 'status', 'priority', 'assignee', 'updated'];
const DEFAULT = 'created >= -3650d ORDER BY updated DESC';
let next = null;
let asked = 0;

const row = ({key, fields: f}) => h('tr', {}, h('td', {}, pictured(f.issuetype)), h('td', {}, h('a', {href: `/browse/${key}`}, key)),
  h('td.sum', {}, h('a', {href: `/browse/${key}`}, f.summary)), h('td', {}, f.status ? lozenge(f.status.name, statusKind(f.status)) : null),
  h('td', {}, pictured(f.priority)), h('td', {}, f.assignee ? person(f.assignee) : h('span.none', {}, 'Unassigned')), h('td.subtle', {}, f.updated ? time(f.updated) : null));

async function load(more) {
  const mine = ++asked;
  const jql = box.value.trim() || DEFAULT;
  try {
    const answer = await post('/search/jql', {jql, fields: FIELDS, maxResults: 50, ...(more && next ? {nextPageToken: next} : {})});
    if (mine !== asked) return;
    $('#jql-error').textContent = '';
    box.removeAttribute('aria-invalid');
    next = answer.nextPageToken || null;
    const rows = answer.issues.map(row);
    if (more) $('#rows').append(...rows); else $('#rows').replaceChildren(...rows);
    $('#more').hidden = !next || answer.isLast === true;
    $('#nothing').hidden = $('#rows').children.length > 0;
    $('#nothing').textContent = 'No issue matches. Change the query, or create one.';
    if (!more) count(jql, mine);
  } catch (error) {
    $('#jql-error').textContent = error.message;
    box.setAttribute('aria-invalid', 'true');
    $('#more').hidden = true;
  }
}

async function count(jql, mine) {
  const {count: n} = await post('/search/approximate-count', {jql: jql.replace(/\s*order\s+by\s[^"']*$/i, '') || DEFAULT}).catch(() => ({count: null}));
  if (mine === asked) $('#count').textContent = n === null || n === undefined ? '' : `${n} ${n === 1 ? 'issue' : 'issues'}`;
}

function fromAddress() {
  box.value = new URLSearchParams(location.search).get('jql') || '';
  load(false);
}

form.addEventListener('submit', e => {
  e.preventDefault();
  history.pushState(null, '', box.value.trim() ? `/issues?jql=${encodeURIComponent(box.value.trim())}` : '/issues');
  load(false);
});
box.addEventListener('keydown', e => { if (e.key === 'Enter' && !e.shiftKey) { e.preventDefault(); form.requestSubmit(); } });
$('#more').addEventListener('click', () => load(true));
addEventListener('popstate', fromAddress);
document.addEventListener('issue-created', () => load(false));
fromAddress();
