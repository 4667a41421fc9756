/* Glue between the pages, htmx and the host. Every request carries a fresh context token. */
// The build in this script's own address goes on to what it needs, so that no browser mixes two releases.
const {search} = new URL(import.meta.url);
const host = await import(`./host.js${search}`);
await import(`./elements.js${search}`);

const WORDS = {
  0: 'Twinline did not answer. Check your connection, then try again.',
  401: 'Your session with Jira has ended. Reload the page.',
  403: 'You may not do this. Ask a Jira administrator.',
  413: 'What you entered is too long.',
  429: 'Too many requests. Wait a moment, then try again.',
};
const element = id => document.getElementById(id);

host.followTheme();

document.addEventListener('htmx:config:request', event => {
  const {ctx} = event.detail;
  // A page nobody looks at need not ask for news.
  if (ctx.sourceEvent.type === 'every' && document.hidden) { event.preventDefault(); return; }
  ctx.fetch = async (url, request) => {
    if (!host.inFrame) throw new Error('opened outside Jira');
    request.headers.Authorization = `JWT ${await host.token()}`;
    // An edit that waited for the one before goes on top of what that one left.
    const state = ctx.sourceElement.getAttribute('hx-include') === '#state' && element('revision');
    if (state && request.body instanceof URLSearchParams) request.body.set('revision', state.value);
    return fetch(url, request);
  };
});

/* An answer that is no page of ours (an error in JSON, a proxy's page) must not be put into the page. */
document.addEventListener('htmx:after:request', event => {
  const {ctx} = event.detail;
  const type = ctx.response.headers.get('Content-Type') || '';
  const ours = type.startsWith('text/html') && ctx.response.headers.has('X-Twinline-Fragment');
  if (!ours && ctx.response.status !== 204) { event.preventDefault(); complain(ctx, ctx.response.status); }
});
document.addEventListener('htmx:error', event => {
  if (event.detail.ctx) complain(event.detail.ctx, 0);
});

function complain(ctx, status) {
  // Polling goes on by itself and says nothing: the age shown beside what it refreshes tells.
  if (ctx.sourceEvent.type === 'every') return;
  const words = WORDS[status] || `Something went wrong at Twinline (${status}). Try again in a moment.`;
  const notice = document.querySelector('dialog[open] .notice') || element('notice');
  notice.replaceChildren(message(words));
  notice.querySelector('[tabindex]').focus();
}

function message(words) {
  const copy = element('failed').content.cloneNode(true);
  copy.querySelector('[data-words]').textContent = words;
  return copy;
}

/* Said to screen readers; what is seen has changed already. */
document.addEventListener('twinline:said', event => { element('live').textContent = event.detail.words; });
document.addEventListener('twinline:flag', event => {
  host.flag(event.detail);
  element('live').textContent = `${event.detail.title} ${event.detail.body || ''}`;
});

/* Dialogs come from the server into #dialogs; they are gone once their request has changed the page. */
document.addEventListener('htmx:after:swap', event => {
  const {ctx} = event.detail;
  const dialog = document.querySelector('#dialogs dialog');
  if (dialog && ['main', 'editor'].includes(ctx.target.id)) dialog.remove();
  else if (dialog && !dialog.open) dialog.showModal();
  if (ctx.target.id === 'editor' && ctx.response.status < 400) element('notice').replaceChildren();
  const added = ctx.sourceElement.matches?.('form[data-clears]') && ctx.response.status < 400 && element(ctx.sourceElement.id);
  if (added) { added.reset(); added.querySelector('select, input:not([type=hidden])').focus(); }
  if (ctx.target.id === 'lists') for (const chosen of dialog.querySelectorAll(':checked')) chosen.scrollIntoView({block: 'nearest'});
  arrived(ctx);
});

/* A new place: the focus moves to its heading, which screen readers then say, or to the first field with an error. */
function arrived({target, response}) {
  const main = element('main');
  if (target !== main) return;
  if (response.status < 400) element('notice').replaceChildren();
  const wrong = main.querySelector('[data-focus]');
  (wrong || main.querySelector('h1')).focus();
  if (!wrong) window.scrollTo(0, 0);
  remember();
}
document.addEventListener('close', event => { if (event.target.matches('#dialogs dialog')) event.target.remove(); }, true);
document.addEventListener('click', event => {
  const closer = event.target.closest('[data-closes]');
  if (closer) closer.closest('dialog').close();
  // A chosen entry closes its menu; the popover itself only closes on a click outside.
  const menu = event.target.closest('[popover]');
  if (menu && event.target.closest('button:not([aria-disabled]), a')) menu.hidePopover();
  const again = event.target.closest('[data-reload]');
  if (again) location.reload();
});

/* What is being mended is no longer called wrong; the next answer tells. */
document.addEventListener('input', ({target}) => {
  const field = target.closest('.field.wrong, .dimension');
  if (!field || target.type === 'search') return;
  field.classList.remove('wrong');
  target.removeAttribute('aria-invalid');
  const error = (field.matches('.dimension') ? field : field.parentElement).querySelector(':scope > .error');
  if (error) error.remove();
});

/* The arrow keys walk through an open menu. */
document.addEventListener('keydown', event => {
  const menu = event.target.closest?.('.menu:popover-open') || document.querySelector('.menu:popover-open');
  if (!menu || !/^Arrow(Up|Down)$/.test(event.key) || event.altKey) return;
  event.preventDefault();
  const entries = [...menu.querySelectorAll('button, a')];
  const place = entries.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1);
  entries[(place + entries.length) % entries.length].focus();
});

/* Place menus beside their button: the top layer knows nothing of it, and a style attribute is not allowed. */
document.addEventListener('beforetoggle', event => {
  if (event.newState !== 'open' || !event.target.matches('.menu')) return;
  const box = document.querySelector(`[popovertarget="${event.target.id}"]`).getBoundingClientRect();
  const sheet = event.target;
  sheet.style.setProperty('--x', `${Math.round(window.innerWidth - box.right)}px`);
  sheet.style.setProperty('--y', `${Math.round(box.bottom + 4)}px`);
}, true);

/* Where we are, for deep links and Back. */
let here = '';
function remember() {
  const page = document.querySelector('[data-place]');
  if (!page || page.dataset.place === here) return;
  const first = here === '';
  here = page.dataset.place;
  document.title = page.dataset.title;
  if (!first) host.place.push(here);
}
function go(state) {
  const target = /^[a-z0-9/-]+$/.test(state) ? state : 'synchronizations';
  if (target === here) return;
  here = target;
  window.htmx.ajax('GET', `${document.body.dataset.base}/ui/${target}`, {target: '#main', swap: 'innerHTML'});
}
if (document.body.dataset.page === 'admin') {
  remember();
  host.place.onBack(go);
  host.place.read().then(state => { if (state) go(state); });
}

/* The panel's frame is as high as its content. */
if (document.body.dataset.page === 'panel') {
  const box = element('main');
  new ResizeObserver(() => host.resize(Math.ceil(box.getBoundingClientRect().height))).observe(box);
}
