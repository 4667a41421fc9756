/* All that is Jira's bridge stands here, so that another host can take its place. Outside a frame nothing answers:
   the page stays readable and says so when it is asked to do something. */
const bridge = window.AP;
const COOKIE = 'twinline_theme';

export const inFrame = Boolean(bridge && bridge.context);

export const token = () => bridge.context.getToken();

export const flag = ({title, body = '', type = 'success'}) => {
  if (bridge && bridge.flag) bridge.flag.create({title, body, type, close: type === 'error' ? 'manual' : 'auto'});
};

export const resize = height => {
  if (bridge && bridge.resize) bridge.resize('100%', `${height}px`);
};

/* Deep links and Back: the place inside our pages is the state behind "#!" in the host's address. */
export const place = {
  push: state => bridge && bridge.history && bridge.history.pushState(state),
  read: () => new Promise(resolve => {
    if (!bridge || !bridge.history || !bridge.history.getState) { resolve(''); return; }
    const answer = bridge.history.getState('hash', resolve);
    if (typeof answer === 'string') resolve(answer);
  }),
  // The callback answers once in some hosts; they tell of further steps by an event.
  onBack: go => {
    const heard = ({newState, newURL = ''} = {}) => go(newState ?? decodeURIComponent(newURL.split('#!')[1] || ''));
    if (bridge && bridge.history && bridge.history.popState) bridge.history.popState(heard);
    if (bridge && bridge.events) bridge.events.on('history_popstate', heard);
  },
};

/* Third-party frames have no storage but a partitioned cookie: it lets the server render the next page in this theme. */
export const followTheme = () => {
  const page = document.documentElement;
  new MutationObserver(() => {
    document.cookie = `${COOKIE}=${page.dataset.colorMode}; Path=/; Max-Age=31536000; SameSite=None; Secure; Partitioned`;
  }).observe(page, {attributes: true, attributeFilter: ['data-color-mode']});
  if (bridge && bridge.theming) bridge.theming.initializeTheming();
};
