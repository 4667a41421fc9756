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
    this.querySelector('[data-count]').textContent = chosen ? `${chosen} selected` : 'Nothing selected';
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
