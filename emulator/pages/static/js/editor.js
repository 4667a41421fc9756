// The rich text editor: a contenteditable over rendered ADF with a toolbar.
import {h, icon} from './dom.js';
import {renderAdf} from './adf-render.js';
import {readAdf} from './adf-read.js';

const COMMANDS = [
  ['Bold', h('b', {}, 'B'), () => document.execCommand('bold')], ['Italic', h('em', {}, 'I'), () => document.execCommand('italic')],
  ['Code', icon('code'), toggleCode], ['Bulleted list', icon('ul'), () => document.execCommand('insertUnorderedList')],
  ['Numbered list', icon('ol'), () => document.execCommand('insertOrderedList')], ['Quote', icon('quote'), () => toggleBlock('BLOCKQUOTE')],
  ['Code block', icon('block'), () => toggleBlock('PRE')], ['Link', icon('link'), link],
];
const STYLES = [['P', 'Normal text'], ['H1', 'Heading 1'], ['H2', 'Heading 2'], ['H3', 'Heading 3'], ['H4', 'Heading 4']];

/** An editor for a document (or null): `{el, read(), focus()}`; `name` is what screen readers and tests call it. */
export function richEditor({name, doc = null, placeholder = '', onSave, onCancel}) {
  const text = h('div.editor-text.adf', {contenteditable: 'true', role: 'textbox', 'aria-multiline': 'true', 'aria-label': name, 'data-placeholder': placeholder});
  text.append(renderAdf(doc));
  text.addEventListener('focus', () => {
    document.execCommand('defaultParagraphSeparator', false, 'p');
    document.execCommand('styleWithCSS', false, false);
    if (!text.firstChild) document.execCommand('formatBlock', false, 'P');
  });
  text.addEventListener('paste', e => { e.preventDefault(); document.execCommand('insertText', false, e.clipboardData.getData('text/plain')); });
  text.addEventListener('keydown', e => keys(e, onSave, onCancel));
  const el = h('div.editor', {}, toolbar(name, text), text);
  return {el, read: () => readAdf(text), focus: () => { text.focus(); getSelection().selectAllChildren(text); getSelection().collapseToEnd(); }};
}

function toolbar(name, text) {
  const style = h('select', {'aria-label': 'Text style', onchange: () => { text.focus(); document.execCommand('formatBlock', false, style.value); }},
    STYLES.map(([value, label]) => h('option', {value}, label)));
  const buttons = COMMANDS.map(([label, face, run]) => h('button.btn.subtle.icon.sm', {type: 'button', 'aria-label': label, title: label,
    onmousedown: e => e.preventDefault(), onclick: () => { text.focus(); run(); }}, face.cloneNode(true)));
  text.addEventListener('keyup', () => show(style)); text.addEventListener('mouseup', () => show(style));
  return h('div.editor-bar', {role: 'toolbar', 'aria-label': `${name} formatting`}, style, buttons);
}

const blockName = () => document.queryCommandValue('formatBlock').toUpperCase();
const show = style => { style.value = STYLES.some(([v]) => v === blockName()) ? blockName() : 'P'; };

function around(tag) {
  const node = getSelection().anchorNode;
  return (node?.nodeType === Node.ELEMENT_NODE ? node : node?.parentElement)?.closest(`.editor-text ${tag}`);
}

function toggleBlock(tag) {
  const inside = around(tag.toLowerCase());
  if (!inside) return document.execCommand('formatBlock', false, tag);
  return document.execCommand(tag === 'PRE' ? 'formatBlock' : 'outdent', false, 'P');
}

function toggleCode() {
  const inside = around('code');
  if (inside) { inside.replaceWith(...inside.childNodes); return; }
  const range = getSelection().getRangeAt(0);
  const code = h('code', {}, range.collapsed ? '\u200b' : range.extractContents().textContent);
  range.insertNode(code);
  getSelection().selectAllChildren(code);
  if (code.textContent === '\u200b') getSelection().collapseToEnd();
}

function link() {
  const url = (prompt('Link address', 'https://') || '').trim();
  if (!/^(https?:\/\/.|mailto:.)/i.test(url)) return;
  if (!getSelection().isCollapsed) { document.execCommand('createLink', false, url); return; }
  const a = h('a', {href: url}, url);
  getSelection().getRangeAt(0).insertNode(a);
  getSelection().collapse(a.parentNode, [...a.parentNode.childNodes].indexOf(a) + 1);
}

function keys(e, onSave, onCancel) {
  if (e.key === 'Enter' && (e.ctrlKey || e.metaKey) && onSave) { e.preventDefault(); onSave(); }
  else if (e.key === 'Escape' && onCancel) { e.preventDefault(); e.stopPropagation(); onCancel(); }
  else if (e.key === 'Enter' && !e.shiftKey && around('pre')) { e.preventDefault(); document.execCommand('insertText', false, '\n'); }
}
