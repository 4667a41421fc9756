// DOM of the editor -> ADF document. The inverse of adf-render.js; also takes what browsers make while one types.

const BLOCKS = {P: 'paragraph', DIV: 'paragraph', UL: 'bulletList', OL: 'orderedList', LI: 'listItem', BLOCKQUOTE: 'blockquote', PRE: 'codeBlock',
  H1: 'heading', H2: 'heading', H3: 'heading', H4: 'heading', H5: 'heading', H6: 'heading', HR: 'rule', TABLE: 'table', TR: 'tableRow',
  TD: 'tableCell', TH: 'tableHeader'};
const MARKS = {STRONG: 'strong', B: 'strong', EM: 'em', I: 'em', CODE: 'code', S: 'strike', STRIKE: 'strike', DEL: 'strike', U: 'underline'};
const INLINE_CONTENT = new Set(['paragraph', 'heading', 'taskItem', 'decisionItem', 'caption']);
const HOLDS_ONLY = {bulletList: 'listItem', orderedList: 'listItem'};

/** The document in the editor, or null when there is nothing in it. */
export function readAdf(root) {
  const content = blocks(root);
  const blank = content.every(n => n.type === 'paragraph' && !n.content?.length);
  return blank ? null : {type: 'doc', version: 1, content};
}

function typeOf(el) {
  if (el.nodeType !== Node.ELEMENT_NODE) return null;
  if (el.dataset.node && !/^H\d$/.test(el.tagName)) return el.tagName === 'P' && el.dataset.node === 'heading' ? 'paragraph' : el.dataset.node;
  return BLOCKS[el.tagName] || null;
}

const isBlockAtom = el => el.dataset?.adf && !['SPAN'].includes(el.tagName);

function blocks(parent) {
  const out = [];
  let line = [];
  const flush = () => {
    const content = trim(line.flatMap(n => inline(n, [])));
    if (content.length) out.push({type: 'paragraph', content});
    line = [];
  };
  for (const el of parent.childNodes) {
    if (el.nodeType === Node.ELEMENT_NODE && 'skip' in el.dataset) continue;
    if (isBlockAtom(el)) { flush(); out.push(JSON.parse(el.dataset.adf)); continue; }
    const type = typeOf(el);
    if (type) { flush(); out.push(...block(el, type)); }
    else if (['TBODY', 'THEAD', 'SECTION'].includes(el.tagName)) { flush(); out.push(...blocks(el)); }
    else if (el.nodeType === Node.TEXT_NODE && !el.data.trim() && !line.length) continue;
    else line.push(el);
  }
  flush();
  return out;
}

function block(el, type) {
  const holdsBlocks = [...el.children].some(c => typeOf(c) || isBlockAtom(c));
  // Browsers put lists and quotes inside a paragraph or a div: those are taken out of it.
  if (INLINE_CONTENT.has(type) && holdsBlocks) return blocks(el);
  const node = {type};
  const attrs = attributes(el, type);
  if (attrs) node.attrs = attrs;
  if (el.dataset.marks && type !== 'codeBlock') node.marks = JSON.parse(el.dataset.marks);
  if (type === 'rule') return [node];
  if (type === 'codeBlock') {
    // A browser adds a second line break when one types a break at the very end.
    const text = [...el.childNodes].map(n => (n.nodeName === 'BR' ? '\n' : n.textContent)).join('').replace(/\n\n$/, '\n');
    return [text ? {...node, content: [{type: 'text', text}]} : node];
  }
  if (INLINE_CONTENT.has(type)) {
    const content = trim([...el.childNodes].flatMap(n => inline(n, [])));
    if (content.length || type !== 'paragraph') node.content = content;
    return [node];
  }
  node.content = HOLDS_ONLY[type] ? items(el) : filled(type, blocks(el));
  return node.content.length ? [node] : [];
}

function attributes(el, type) {
  const kept = el.dataset.attrs ? JSON.parse(el.dataset.attrs) : null;
  if (type === 'heading') return {...(kept || {}), level: Number(el.tagName[1])};
  // A line split off from a heading or a code block carries its attributes along; a paragraph has none but localId.
  if (type === 'paragraph') return kept && kept.localId ? {localId: kept.localId} : null;
  return kept;
}

// A list's items; a list directly inside a list (as browsers indent) belongs to the item before it.
function items(list) {
  const out = [];
  for (const el of list.children) {
    const type = typeOf(el);
    if (type === 'bulletList' || type === 'orderedList') {
      const nested = block(el, type);
      if (out.length) out.at(-1).content.push(...nested); else out.push({type: 'listItem', content: [{type: 'paragraph'}, ...nested]});
    } else {
      const attrs = attributes(el, 'listItem');
      out.push({type: 'listItem', ...(attrs ? {attrs} : {}), content: filled('listItem', blocks(el))});
    }
  }
  return out;
}

// These may not be empty, and a list item has no headings.
function filled(type, content) {
  const needsText = /^(listItem|tableCell|tableHeader|blockquote|panel|expand|nestedExpand|layoutColumn)$/.test(type);
  if (needsText && !content.length) return [{type: 'paragraph'}];
  if (type !== 'listItem') return content;
  return content.map(n => (n.type === 'heading' ? {type: 'paragraph', ...(n.content?.length ? {content: n.content} : {})} : n));
}

function inline(n, marks) {
  if (n.nodeType === Node.TEXT_NODE) {
    const text = n.data.replace(/\u00a0/g, ' ').replace(/\u200b/g, '');
    return text ? [marks.length ? {type: 'text', text, marks} : {type: 'text', text}] : [];
  }
  if (n.nodeType !== Node.ELEMENT_NODE || 'skip' in n.dataset) return [];
  if (n.dataset.adf) return [JSON.parse(n.dataset.adf)];
  if (n.tagName === 'BR') return [{type: 'hardBreak'}];
  const mark = markOf(n);
  const next = mark && !marks.some(m => m.type === mark.type) ? allowed([...marks, mark]) : marks;
  return merge([...n.childNodes].flatMap(c => inline(c, next)));
}

function markOf(el) {
  if (el.dataset.mark) return JSON.parse(el.dataset.mark);
  if (el.tagName === 'A' && el.getAttribute('href')) return {type: 'link', attrs: {href: el.getAttribute('href')}};
  return MARKS[el.tagName] ? {type: MARKS[el.tagName]} : null;
}

// Code goes with links only: ADF refuses the other combinations.
const allowed = marks => (marks.some(m => m.type === 'code') ? marks.filter(m => m.type === 'code' || m.type === 'link') : marks);

function merge(nodes) {
  const out = [];
  for (const n of nodes) {
    const last = out.at(-1);
    if (last?.type === 'text' && n.type === 'text' && JSON.stringify(last.marks) === JSON.stringify(n.marks)) last.text += n.text;
    else out.push({...n});
  }
  return out;
}

// The last <br> of a line only holds the line open.
function trim(nodes) {
  const out = merge(nodes);
  if (out.at(-1)?.type === 'hardBreak') out.pop();
  return out;
}
