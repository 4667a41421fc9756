// What every page does: theme, project links, search by key or words, the Create dialog.
import {$, h, initials, page, say} from './dom.js';
import {all} from './api.js';
import {openCreate} from './create.js';

function theme() {
  document.querySelectorAll('input[name="theme"]').forEach(radio => radio.addEventListener('change', () => {
    // The bridge watches these attributes and tells every open frame.
    document.documentElement.dataset.colorMode = radio.value;
    document.cookie = `jira_theme=${radio.value}; path=/; max-age=31536000; samesite=lax`;
  }));
}

function search() {
  const form = $('.search');
  form?.addEventListener('submit', e => {
    e.preventDefault();
    const text = form.elements.text.value.trim();
    if (/^[a-z][a-z0-9_]+-\d+$/i.test(text)) location.assign(`/browse/${text.toUpperCase()}`);
    else if (text) location.assign(`/issues?jql=${encodeURIComponent(`text ~ "${text.replace(/["\\]/g, '\\$&')}" ORDER BY updated DESC`)}`);
    else location.assign('/issues');
  });
}

async function projects() {
  const place = $('#project-links');
  if (!place) return;
  const jql = new URLSearchParams(location.search).get('jql') || '';
  try {
    const found = await all('/project/search?orderBy=key');
    place.replaceChildren(...found.map(p => {
      const link = `project = ${p.key} ORDER BY updated DESC`;
      const here = jql === link || (page.issueKey || '').startsWith(`${p.key}-`);
      return h('a', {href: `/issues?jql=${encodeURIComponent(link)}`, title: p.name, 'aria-current': here ? 'page' : undefined}, `${p.name} (${p.key})`);
    }));
    if (!found.length) place.replaceChildren(h('p.quiet', {}, 'No project yet'));
  } catch (error) {
    place.replaceChildren(h('p.quiet', {}, error.message));
  }
}

document.querySelectorAll('[data-initials]').forEach(el => { el.textContent = initials(page.user?.displayName); });
$('#create-button')?.addEventListener('click', () => openCreate({projectKey: (page.issueKey || '').split('-')[0]}));
document.addEventListener('keydown', e => {
  const typing = e.target.closest?.('input, textarea, select, [contenteditable="true"], dialog');
  if (e.key === 'c' && !typing && !e.ctrlKey && !e.metaKey && !e.altKey && page.user) { e.preventDefault(); openCreate({}); }
});
theme();
search();
projects();
const told = sessionStorage.getItem('note');
if (told) { sessionStorage.removeItem('note'); say(told); }
