// A table of the settings pages.
import {h} from './dom.js';

/** `rows` are arrays of cells; the first cell names the row. */
export const table = (name, heads, rows) => (rows.length
  ? h('div.scroller', {role: 'region', 'aria-label': name, tabindex: '0'}, h('table.issues.settings-table', {'aria-label': name}, h('thead', {}, h('tr', {}, heads.map(text => (text ? h('th', {scope: 'col'}, text) : h('th', {scope: 'col'}, h('span.sr', {}, 'Actions')))))),
    h('tbody', {}, rows.map(cells => h('tr', {}, cells.map((cell, i) => (i ? h('td', {}, cell) : h('th', {scope: 'row'}, cell))))))))
  : h('p.empty', {}, 'Nothing here yet. Create the first one.'));

export const button = (text, onclick, label) => h('button.btn.sm', {type: 'button', onclick, 'aria-label': label}, text);
export const primary = (text, onclick) => h('button.btn.primary', {type: 'button', onclick}, text);
