/* Small custom elements. Each enhances HTML that works without it. */

/* <age-text datetime="…">12 seconds ago</age-text>: keeps the words true while the page stands. */
const STEPS = [[60, 1, 'second'], [3600, 60, 'minute'], [86400, 3600, 'hour'], [7 * 86400, 86400, 'day']];
const words = new Intl.RelativeTimeFormat('en', {numeric: 'always'});
const narrow = new Intl.RelativeTimeFormat('en', {numeric: 'always', style: 'narrow'});
customElements.define('age-text', class extends HTMLElement {
  static observedAttributes = ['datetime', 'short'];
  connectedCallback() {
    this.timer = setInterval(() => this.show(), 5000);
    this.show();
  }
  disconnectedCallback() { clearInterval(this.timer); }
  attributeChangedCallback() { if (this.isConnected) this.show(); }
  show() {
    const at = new Date(this.getAttribute('datetime'));
    this.title = at.toLocaleString();
    const seconds = Math.round((at - Date.now()) / 1000);
    const step = STEPS.find(([limit]) => Math.abs(seconds) < limit);
    const style = this.hasAttribute('short') ? narrow : words;
    const text = Math.abs(seconds) < 2 ? (seconds > 0 ? 'now' : 'just now') : step && style.format(Math.trunc(seconds / step[1]), step[2]);
    if (text && text !== this.textContent) this.textContent = text;
  }
});

/* <choice-list>: a search box over checkboxes and a count of what is chosen. */
customElements.define('choice-list', class extends HTMLElement {
  connectedCallback() {
    this.search = this.querySelector('input[type=search]');
    this.search.addEventListener('input', () => this.filter());
    // Enter in the search box must not send the form.
    this.search.addEventListener('keydown', event => { if (event.key === 'Enter') event.preventDefault(); });
    this.addEventListener('change', () => this.count());
    this.count();
  }
  filter() {
    const wanted = this.search.value.trim().toLowerCase();
    let shown = 0;
    for (const row of this.querySelectorAll('.choice')) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      shown += row.hidden ? 0 : 1;
    }
    this.querySelector('[data-none]').hidden = shown > 0;
  }
  count() {
    const chosen = this.querySelectorAll('input[type=checkbox]:checked').length;
    const said = this.querySelector('[data-count]');
    if (said) said.textContent = chosen ? `${chosen} selected` : 'Nothing selected';
  }
});

/* <pair-picker>: the issue types of the chosen project only, and at the partner the type of the same name first. */
customElements.define('pair-picker', class extends HTMLElement {
  connectedCallback() {
    for (const side of ['ours', 'theirs']) {
      const type = this.querySelector(`[name=${side}_type]`);
      type.groups = [...type.querySelectorAll('optgroup')];
      this.querySelector(`[name=${side}_project]`).addEventListener('change', () => this.narrow(side));
      this.narrow(side, true);
    }
    this.querySelector('[name=ours_type]').addEventListener('change', () => this.match());
  }
  narrow(side, keep = false) {
    const type = this.querySelector(`[name=${side}_type]`);
    const chosen = type.value;
    const project = this.querySelector(`[name=${side}_project]`).value;
    const empty = type.querySelector('option[value=""]');
    type.replaceChildren(empty, ...type.groups.filter(group => group.dataset.project === project));
    type.disabled = !project;
    type.value = keep && [...type.options].some(option => option.value === chosen) ? chosen : '';
    if (!keep) this.match();
  }
  match() {
    const theirs = this.querySelector('[name=theirs_type]');
    const wanted = this.querySelector('[name=ours_type]').selectedOptions[0];
    if (theirs.value || !wanted || !wanted.value) return;
    const same = [...theirs.options].find(option => option.value && option.text === wanted.text);
    if (same) theirs.value = same.value;
  }
});

/* <sort-list>: rows moved by dragging their handle, or with Alt and the arrow keys on it. The server moves and says so. */
customElements.define('sort-list', class extends HTMLElement {
  connectedCallback() {
    for (const name of ['dragstart', 'dragover', 'drop', 'dragend', 'keydown']) this.addEventListener(name, this);
  }
  get rows() { return [...this.querySelectorAll(':scope > .maprow')]; }
  handleEvent(event) {
    const row = event.target.closest?.('.maprow');
    if (event.type === 'keydown') this.key(event, row);
    else if (event.type === 'dragstart') this.start(event, row);
    else if (event.type === 'dragend') this.clear();
    else if (this.dragged && row) this.over(event, row);
  }
  start(event, row) {
    if (!event.target.closest('.handle')) return;
    this.dragged = row;
    row.dataset.dragging = '';
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', row.getAttribute('aria-label'));
    event.dataTransfer.setDragImage(row, 12, 12);
  }
  over(event, row) {
    event.preventDefault();
    const box = row.getBoundingClientRect();
    const edge = event.clientY < box.top + box.height / 2 ? 'top' : 'bottom';
    if (event.type === 'dragover') {
      for (const other of this.rows) if (other !== row) delete other.dataset.edge;
      row.dataset.edge = edge;
      return;
    }
    const rest = this.rows.filter(other => other !== this.dragged);
    const [dragged, place] = [this.dragged, rest.indexOf(row) + (edge === 'bottom' ? 1 : 0)];
    this.clear();
    if (row !== dragged) this.move(dragged, place);
  }
  clear() {
    delete this.dragged;
    for (const row of this.rows) { delete row.dataset.edge; delete row.dataset.dragging; }
  }
  key(event, row) {
    if (!event.altKey || !/^Arrow(Up|Down)$/.test(event.key) || !event.target.matches('.handle')) return;
    event.preventDefault();
    const to = this.rows.indexOf(row) + (event.key === 'ArrowUp' ? -1 : 1);
    if (to >= 0 && to < this.rows.length) this.move(row, to);
  }
  move(row, to) {
    // The focus goes with the row: its handle will stand at the place it moves to.
    if (row.contains(document.activeElement)) this.follow = to;
    const form = this.querySelector('form');
    form.elements.row.value = row.dataset.row;
    form.elements.to.value = to;
    form.requestSubmit();
  }
});
document.addEventListener('htmx:after:swap', () => {
  const list = document.querySelector('sort-list');
  if (!list || list.follow === undefined) return;
  document.getElementById(`handle-${list.follow}`)?.focus();
  delete list.follow;
});

/* <person-picker>: what the search found below its box, chosen with the arrow keys and Enter or by a click. */
customElements.define('person-picker', class extends HTMLElement {
  connectedCallback() {
    this.addEventListener('keydown', event => this.key(event));
    this.addEventListener('click', event => this.choose(event.target.closest('[role=option]')));
    this.addEventListener('input', () => { this.querySelector('[type=hidden]').value = ''; });
  }
  get box() { return this.querySelector('input[type=search]'); }
  key(event) {
    if (event.key === 'Enter' && event.target === this.box) event.preventDefault();
    if (event.key === 'Escape') this.close();
    if (!/^Arrow(Up|Down)$/.test(event.key)) return;
    event.preventDefault();
    const found = [this.box, ...this.querySelectorAll('[role=option]')];
    const place = found.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1);
    found[(place + found.length) % found.length].focus();
  }
  choose(option) {
    if (!option) return;
    this.box.value = option.textContent;
    this.querySelector('[type=hidden]').value = option.value;
    this.close();
    this.box.focus();
  }
  close() { this.querySelector('[role=listbox]').hidden = true; }
});
