// Small helpers over the DOM. Text always enters as text nodes, never as HTML.

/** Makes an element: h('button.btn', {type: 'button', onclick: f}, 'Save'). `undefined` attributes are left out. */
export function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const el = document.createElement(name || 'div');
  if (classes.length) el.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) el.addEventListener(key.slice(2), value);
    else if (key in el && typeof value !== 'string') el[key] = value;
    else el.setAttribute(key, value === true ? '' : value);
  }
  el.append(...children.flat(9).filter(c => c !== null && c !== undefined && c !== false));
  return el;
}

export const $ = (selector, root = document) => root.querySelector(selector);

/** The data that the server put into the page (`<script type="application/json">`). */
export const page = JSON.parse($('#page-data').textContent);

export const icon = name => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'i');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#i-${name}`);
  svg.append(use);
  return svg;
};

/** Tells the person what happened: seen in the corner, spoken by screen readers, gone after a while. */
export function say(text, kind = 'info') {
  const note = h(`div.note.${kind}`, {}, icon(kind === 'bad' ? 'error' : 'check'), h('span', {}, text),
    h('button.btn.subtle.icon.sm', {type: 'button', 'aria-label': 'Close message', onclick: () => note.remove()}, icon('cross')));
  $('#notes').append(note);
  setTimeout(() => note.remove(), kind === 'bad' ? 12000 : 5000);
}

let serial = 0;
export const uid = prefix => `${prefix}-${++serial}`;

export function initials(name) {
  const parts = (name || '?').replace(/[^\p{L}\p{N} ]/gu, '').split(/\s+/).filter(Boolean);
  return ((parts[0]?.[0] || '?') + (parts.length > 1 ? parts.at(-1)[0] : '')).toUpperCase();
}

export function avatar(person, size = '') {
  const name = person?.displayName || 'Anonymous';
  const hue = [...name].reduce((n, c) => (n * 31 + c.codePointAt(0)) % 6, 7);
  return h(`span.avatar${size}`, {'data-hue': String(hue), 'aria-hidden': 'true'}, initials(name));
}

export const person = p => h('span.person', {}, avatar(p, '.sm'), p ? p.displayName : 'Unassigned');

const relative = new Intl.RelativeTimeFormat('en', {numeric: 'auto'});
const steps = [[60, 'second', 1], [3600, 'minute', 60], [86400, 'hour', 3600], [86400 * 30, 'day', 86400]];

export function ago(iso) {
  const then = new Date(iso);
  const seconds = (then - Date.now()) / 1000;
  const step = steps.find(([limit]) => Math.abs(seconds) < limit);
  if (step && Math.abs(seconds) < 10) return 'just now';
  return step ? relative.format(Math.round(seconds / step[2]), step[1])
    : then.toLocaleDateString('en', {day: 'numeric', month: 'short', year: 'numeric'});
}

/** A moment, shown relative and kept fresh by `refreshTimes`; the exact time is its tooltip. */
export const time = iso => h('time', {datetime: iso, title: new Date(iso).toLocaleString('en')}, ago(iso));

setInterval(() => document.querySelectorAll('time[datetime]').forEach(el => { el.textContent = ago(el.dateTime); }), 10000);

/** Asks before something that cannot be undone; resolves to true or false. */
export function confirmDialog(title, text, action) {
  return new Promise(resolve => {
    const heading = uid('confirm');
    const dialog = h('dialog.dialog.small', {'aria-labelledby': heading, onclose: () => { dialog.remove(); resolve(dialog.returnValue === 'yes'); }},
      h('form', {method: 'dialog'}, h('h2', {id: heading}, title), h('p.subtle', {}, text),
        h('footer', {}, h('button.btn.subtle', {value: 'no'}, 'Cancel'), h('button.btn.danger', {value: 'yes'}, action))));
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A value with the small picture that the API names for it. */
export const pictured = v => (v ? h('span.person', {}, v.iconUrl ? h('img.pic', {src: local(v.iconUrl), alt: ''}) : null, v.name) : null);
// The API names pictures by the site's base URL, which is this page's origin.
const local = url => { const u = new URL(url, location.href); return u.origin === location.origin ? u.pathname : url; };

const CATEGORY = {new: 'gone', indeterminate: 'info', done: 'ok', undefined: 'gone'};
export const statusKind = status => CATEGORY[status?.statusCategory?.key] || 'gone';
export const lozenge = (text, kind = 'gone') => h(`span.loz.${kind}`, {}, text);
