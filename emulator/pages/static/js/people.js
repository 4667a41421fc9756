// Picking people: a combobox that asks the site while one types.
import {avatar, h, uid} from './dom.js';
import {get, q} from './api.js';

/** `{el, read(), focus()}` for one person; `where` is `{issueKey}` or `{project}`; read() gives the account or null. */
export function personPicker({id, value, where, onlyAssignable}) {
  let chosen = value || null;
  let asked = 0;
  const list = h('ul', {role: 'listbox', id: uid('people'), hidden: true});
  const input = h('input', {id, type: 'text', role: 'combobox', autocomplete: 'off', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': list.id,
    value: chosen?.displayName || '', placeholder: 'Nobody'});
  const close = () => { list.hidden = true; input.setAttribute('aria-expanded', 'false'); };
  const pick = p => { chosen = p; input.value = p?.displayName || ''; close(); };
  const options = () => [...list.children];
  const mark = i => options().forEach((o, n) => o.setAttribute('aria-selected', String(n === i)));
  const marked = () => options().findIndex(o => o.getAttribute('aria-selected') === 'true');
  const search = async text => {
    const mine = ++asked;
    const found = await people(text, where, onlyAssignable).catch(() => []);
    if (mine !== asked) return;
    list.replaceChildren(...(text ? [] : [option(null, pick)]), ...found.map(p => option(p, pick)));
    list.hidden = !list.children.length;
    input.setAttribute('aria-expanded', String(!list.hidden));
    mark(text ? 0 : -1);
  };
  input.addEventListener('focus', () => { input.select(); search(''); });
  input.addEventListener('input', () => { if (!input.value) chosen = null; search(input.value); });
  input.addEventListener('blur', () => setTimeout(() => { close(); input.value = chosen?.displayName || ''; }, 150));
  input.addEventListener('keydown', e => {
    const count = options().length;
    if (e.key === 'ArrowDown' && count) { e.preventDefault(); mark((marked() + 1) % count); }
    else if (e.key === 'ArrowUp' && count) { e.preventDefault(); mark((marked() + count - 1) % count); }
    else if (e.key === 'Enter' && !list.hidden && marked() >= 0) { e.preventDefault(); options()[marked()].click(); }
    else if (e.key === 'Escape' && !list.hidden) { e.preventDefault(); e.stopPropagation(); close(); }
  });
  return {el: h('div.combo', {}, input, list), read: () => chosen, focus: () => input.focus()};
}

function option(p, pick) {
  return h('li', {role: 'option', 'aria-selected': 'false', onmousedown: e => e.preventDefault(), onclick: () => pick(p)},
    h('span.person', {}, avatar(p, '.sm'), p ? p.displayName : 'Nobody'));
}

function people(query, where, onlyAssignable) {
  const path = onlyAssignable ? '/user/assignable/search' : '/user/search';
  return get(`${path}?${q({...(onlyAssignable ? where : {}), maxResults: 20})}&query=${encodeURIComponent(query)}`)
    .then(found => found.filter(p => p.accountType !== 'app'));
}
