// The host's half of the Connect bridge: the modules that Jira itself adds to atlassian-connect-js, and mounting of frames.
// `AP.flag`, `AP.dialog`, `AP.events`, `AP.env`, `AP.theming` and `AP.messages` are the bridge's own.
import {$, page, say} from './dom.js';
import {openCreate} from './create.js';
import {editJql} from './jql-dialog.js';

const {connectHost, $: jquery} = window;
const last = a => a[a.length - 1];
const extensionOf = callback => callback._context.extension;
const contextOf = e => (e.options || {}).productContext || {};
const promised = f => { f.returnsPromise = true; return f; };
const refreshers = new Set();

// jQuery 3 dropped the `.load(handler)` shorthand which the bridge's dialogs still use.
const plainLoad = jquery.fn.load;
jquery.fn.load = function (f, ...rest) { return typeof f === 'function' ? this.on('load', f) : plainLoad.call(this, f, ...rest); };
window._AP = Object.assign(window._AP || {}, {dialogModules: page.dialogs || {}});

const ask = (path, e) => jquery.ajax({url: `/_host/${path}`, method: 'POST', contentType: 'application/json',
  data: JSON.stringify({addon_key: e.addon_key, key: e.key, context: contextOf(e), fullPage: (e.options || {}).isFullPage === true})});

function nested(context) {
  const jira = {};
  for (const [name, value] of Object.entries(context)) {
    const [owner, part] = name.split('.');
    if (part && owner !== 'ac') (jira[owner] ||= {})[part] = String(value);
  }
  return {jira, license: {active: true}};
}

connectHost.defineModule('context', {
  getToken: promised(function () { return Promise.resolve(ask('token', extensionOf(last(arguments)))).then(j => j.token); }),
  getContext: promised(function () { return Promise.resolve(nested(contextOf(extensionOf(last(arguments))))); }),
});

// A module without a name is global: AP.request(...). It speaks as the person, with the session of this page.
connectHost.defineModule({
  request: promised(function (url, options, _callback) {
    const o = {...(typeof url === 'string' ? {url, ...(options || {})} : url)};
    const method = (o.type || 'GET').toUpperCase();
    const path = '/' + String(o.url || '').replace(/^\/+/, '');
    const body = o.data === undefined || method === 'GET' ? undefined : typeof o.data === 'string' ? o.data : JSON.stringify(o.data);
    if (!path.startsWith('/rest/')) return Promise.reject({err: 'Only /rest/ may be requested.', xhr: {status: 403, statusText: 'Forbidden', responseText: ''}});
    return fetch(path, {method, body, credentials: 'same-origin', headers: {'Content-Type': o.contentType || 'application/json', Accept: 'application/json',
      'X-Atlassian-Token': 'no-check', ...(o.headers || {})}}).then(async answer => {
      const text = await answer.text();
      const xhr = {status: answer.status, statusText: answer.statusText, responseText: text};
      if (!answer.ok) throw {err: text, xhr};
      return {body: text, xhr};
    });
  }),
});

connectHost.defineModule('user', {
  getCurrentUser(_callback) { last(arguments)({atlassianAccountId: page.user.accountId}); },
  getLocale(_callback) { last(arguments)('en_US'); },
  getTimeZone(_callback) { last(arguments)(Intl.DateTimeFormat().resolvedOptions().timeZone); },
});

const TARGETS = {
  issue: c => `/browse/${encodeURIComponent(c.issueKey || c.issueId)}`,
  dashboard: () => '/issues',
  projectsummary: c => `/issues?jql=${encodeURIComponent(`project = ${c.projectKey} ORDER BY updated DESC`)}`,
  addonmodule: c => `/plugins/servlet/ac/${encodeURIComponent(c.addonKey)}/${encodeURIComponent(c.moduleKey)}${custom(c)}`,
  site: c => new URL(c.relativeUrl || '/', location.origin).pathname + new URL(c.relativeUrl || '/', location.origin).search,
};
const custom = c => {
  const given = Object.entries({...(c.customData || {}), ...(c.context || {})});
  return given.length ? `?${new URLSearchParams(given.map(([k, v]) => [k.includes('.') ? k : `ac.${k}`, v]))}` : '';
};

connectHost.defineModule('navigator', {
  go(target, context, callback) {
    const address = TARGETS[String(target).toLowerCase()];
    if (address) location.assign(address({addonKey: extensionOf(last(arguments)).addon_key, ...(context || {})}));
    else say(`An app asked to go to “${target}”, which this site does not have.`, 'bad');
  },
  getLocation(_callback) {
    const e = extensionOf(last(arguments));
    last(arguments)(page.issueKey ? {target: 'issue', context: {issueKey: page.issueKey}}
      : {target: 'addonModule', context: {addonKey: e.addon_key, moduleKey: e.key}});
  },
  reload() { location.reload(); },
});

connectHost.defineModule('jira', {
  refreshIssuePage() { refreshers.forEach(f => f()); },
  openIssueDialog(key, _callback) { location.assign(`/browse/${encodeURIComponent(key)}`); },
  openCreateIssueDialog(_callback, _options) { openCreate({}); },
  showJQLEditor(options, _callback) { const done = last(arguments); editJql(options || {}).then(jql => done(jql === null ? undefined : {jql})); },
  isNativeApp(_callback) { last(arguments)(false); },
  isDashboardItemEditable(_callback) { last(arguments)(false); },
});

const state = () => decodeURIComponent(location.hash.replace(/^#!?/, ''));
connectHost.defineModule('history', {
  pushState(given) { history.pushState(null, '', `#!${encodeURIComponent(given)}`); },
  replaceState(given) { history.replaceState(null, '', `#!${encodeURIComponent(given)}`); },
  getState(_type, _callback) { last(arguments)(state()); },
  go(delta) { history.go(delta); }, back() { history.back(); }, forward() { history.forward(); },
  // The bridge answers a callback once: for each further step the frame hears the event `history_popstate`.
  popState(_callback) { const done = last(arguments); addEventListener('popstate', () => done({newState: state(), newURL: location.href}), {once: true}); },
});
addEventListener('popstate', () => connectHost.broadcastEvent('history_popstate', {}, {newState: state(), newURL: location.href}));

const stored = (e, name) => `ac:${e.addon_key}:${name}`;
connectHost.defineModule('cookie', {
  save(name, value, _expires) { localStorage.setItem(stored(extensionOf(last(arguments)), name), value); },
  read(name, _callback) { last(arguments)(localStorage.getItem(stored(extensionOf(last(arguments)), name)) ?? undefined); },
  erase(name) { localStorage.removeItem(stored(extensionOf(last(arguments)), name)); },
});

connectHost.registerContentResolver.resolveByExtension(e => ask('resolve', e));
connectHost.onIframeEstablished(({extension}) => {
  document.documentElement.dataset.bridges = [...new Set([...(document.documentElement.dataset.bridges || '').split(' '), extension.key])].join(' ').trim();
});

/** Calls `f` when an app asks for the issue to be shown afresh. */
export const onRefresh = f => refreshers.add(f);

/** Puts an app's module into `place`. A frame that cannot be had says why there instead. */
export async function mount(place, {addonKey, key, context = {}, fullPage = false}) {
  try {
    const extension = await ask('resolve', {addon_key: addonKey, key, options: {productContext: context, isFullPage: fullPage}});
    jquery(place).empty().append(connectHost.create(extension));
    $('iframe', place)?.setAttribute('title', place.dataset.title || key);
  } catch (problem) {
    place.textContent = problem.responseJSON?.message || 'The app could not be opened. Reload the page.';
  }
}
