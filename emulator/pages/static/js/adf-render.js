// ADF document -> DOM. The DOM keeps all of the document (`data-node`, `data-attrs`, `data-marks`, `data-adf`), so that
// `adf-read.js` gives the same document back after a person edited only a word of it.
import {h, lozenge} from './dom.js';

const TAGS = {
  paragraph: 'p', bulletList: 'ul', orderedList: 'ol', listItem: 'li', blockquote: 'blockquote', table: 'table', tableRow: 'tr',
  tableCell: 'td', tableHeader: 'th', panel: 'div.adf-panel', expand: 'div.adf-expand', nestedExpand: 'div.adf-expand',
  layoutSection: 'div.adf-layout', layoutColumn: 'div', taskList: 'div.adf-tasks', taskItem: 'div.adf-task',
  decisionList: 'div.adf-tasks', decisionItem: 'div.adf-decision', caption: 'p.adf-caption',
};
const MARKS = {strong: 'strong', em: 'em', code: 'code', strike: 's', underline: 'u', link: 'a', subsup: 'sub', textColor: 'span',
  backgroundColor: 'mark'};

const INLINE = new Set(['mention', 'emoji', 'date', 'status', 'inlineCard', 'mediaInline', 'inlineExtension', 'placeholder']);

/** The document (or null) as a fragment; nothing for an empty one. */
export function renderAdf(doc) {
  const fragment = document.createDocumentFragment();
  for (const node of doc?.content || []) fragment.append(render(node));
  return fragment;
}

export const isEmpty = doc => !doc?.content?.length || JSON.stringify(doc).search(/"text":|"attrs":|"rule"/) < 0;

function render(node) {
  if (node.type === 'text') return text(node);
  if (node.type === 'hardBreak') return h('br');
  if (node.type === 'heading') return keep(h(`h${Math.min(6, node.attrs?.level || 1)}`), node, children(node));
  if (node.type === 'rule') return keep(h('hr'), node, []);
  if (node.type === 'codeBlock') return keep(h('pre'), node, [(node.content || []).map(t => t.text).join('')]);
  const tag = TAGS[node.type];
  if (!tag) return atom(node);
  const el = keep(h(tag), node, [...prefix(node), ...children(node)]);
  if (node.type === 'orderedList' && node.attrs?.order > 1) el.setAttribute('start', String(node.attrs.order));
  if (node.attrs?.colspan > 1) el.setAttribute('colspan', String(node.attrs.colspan));
  if (node.attrs?.rowspan > 1) el.setAttribute('rowspan', String(node.attrs.rowspan));
  if (node.type === 'panel') el.dataset.kind = node.attrs?.panelType || 'info';
  if (node.type === 'paragraph' && !node.content?.length) el.append(h('br'));
  return el;
}

const children = node => (node.content || []).map(render);

function keep(el, node, content) {
  if (node.type !== 'paragraph' && !/^(bulletList|listItem|blockquote)$/.test(node.type)) el.dataset.node = node.type;
  if (node.attrs) el.dataset.attrs = JSON.stringify(node.attrs);
  if (node.marks) el.dataset.marks = JSON.stringify(node.marks);
  el.append(...content);
  return el;
}

// Signs that belong to the node's look, not to its content.
function prefix(node) {
  const sign = el => { el.contentEditable = 'false'; el.dataset.skip = ''; return [el]; };
  if (node.type === 'taskItem') return sign(h('input', {type: 'checkbox', disabled: true, checked: node.attrs?.state === 'DONE', 'aria-label': 'Task done'}));
  if (node.type === 'decisionItem') return sign(h('span', {}, '↳ '));
  if (/xpand$/.test(node.type) && node.attrs?.title) return sign(h('div.adf-title', {}, node.attrs.title));
  return [];
}

function text(node) {
  let out = document.createTextNode(node.text);
  for (const mark of [...(node.marks || [])].reverse()) {
    const el = h(MARKS[mark.type] || 'span');
    if (mark.type === 'subsup' && mark.attrs?.type === 'sup') { out = wrapMark(h('sup'), mark, out); continue; }
    if (mark.type === 'link') Object.assign(el, safeLink(mark.attrs?.href));
    if (mark.type === 'textColor') el.style.color = mark.attrs?.color || '';
    out = wrapMark(el, mark, out);
  }
  return out;
}

function wrapMark(el, mark, child) {
  el.dataset.mark = JSON.stringify(mark);
  el.append(child);
  return el;
}

export function safeLink(href) {
  const ok = /^(https?:|mailto:|\/|#)/i.test(href || '');
  return ok ? {href, rel: 'noreferrer noopener', target: href.startsWith('#') ? '' : '_blank'} : {};
}

// Nodes that are one thing to the editor: shown, moved and deleted whole.
function atom(node) {
  const a = node.attrs || {};
  const el = atomView(node, a);
  el.dataset.adf = JSON.stringify(node);
  el.contentEditable = 'false';
  return el;
}

function atomView(node, a) {
  switch (node.type) {
    case 'mention': return h('span.adf-mention', {}, a.text?.startsWith('@') ? a.text : `@${a.text || a.id}`);
    case 'emoji': return h('span', {}, a.text || a.shortName);
    case 'date': return h('span.adf-date', {}, new Date(Number(a.timestamp)).toLocaleDateString('en', {dateStyle: 'medium', timeZone: 'UTC'}));
    case 'status': return lozenge(a.text, {green: 'ok', blue: 'info', red: 'bad', yellow: 'warn', purple: 'disc'}[a.color] || 'gone');
    case 'inlineCard': case 'blockCard': case 'embedCard':
      return h(node.type === 'inlineCard' ? 'span' : 'div', {}, Object.assign(h('a.adf-card', {}, a.url || 'Link'), safeLink(a.url)));
    case 'mediaSingle': case 'mediaGroup': return h('div.adf-media', {}, (node.content || []).map(m => h('div', {}, media(m))));
    case 'mediaInline': case 'media': return h('span.adf-media', {}, media(node));
    default: return h(INLINE.has(node.type) ? 'span.adf-unknown' : 'div.adf-unknown', {}, plain(node) || `[${node.type}]`);
  }
}

function media(node) {
  const a = node.attrs || {};
  if (node.type === 'caption') return h('span.adf-caption', {}, plain(node));
  if (a.type === 'external') return Object.assign(h('a', {}, a.alt || a.url), safeLink(a.url));
  return h('span.adf-file', {}, a.alt || a.__fileName || `File ${a.id || ''}`);
}

/** All the text of a node, for excerpts. */
export const plain = node => node?.text ?? (node?.content || []).map(plain).join(' ') ?? '';
