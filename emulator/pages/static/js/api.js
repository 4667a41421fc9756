// Calls to the site's own REST API with the browser's session.

export class ApiError extends Error {
  constructor(status, body) {
    super(words(status, body));
    this.status = status;
    this.fields = (body && body.errors) || {};
  }
}

function words(status, body) {
  const lines = [...((body && body.errorMessages) || []), ...Object.values((body && body.errors) || {})];
  if (lines.length) return lines.join(' ');
  if (body && (body.message || body.error)) return body.message || body.error;
  if (status === 0) return 'The site did not answer. Check that it is running, then try again.';
  return `The site answered with status ${status}.`;
}

async function call(method, path, body, headers = {}) {
  const isForm = body instanceof FormData;
  let answer;
  try {
    answer = await fetch(path, {
      method, credentials: 'same-origin', cache: 'no-store',
      headers: {Accept: 'application/json', 'X-Atlassian-Token': 'no-check',
        ...(body !== undefined && !isForm ? {'Content-Type': 'application/json'} : {}), ...headers},
      body: body === undefined ? undefined : isForm ? body : JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0);
  }
  const text = await answer.text();
  let parsed = null;
  try { parsed = text ? JSON.parse(text) : null; } catch { parsed = null; }
  if (answer.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  if (!answer.ok) throw new ApiError(answer.status, parsed);
  return parsed;
}

export const base = '/rest/api/3';
const full = path => (path.startsWith('/rest/') || path.startsWith('/_') ? path : base + path);
export const get = path => call('GET', full(path));
export const post = (path, body = {}) => call('POST', full(path), body);
export const put = (path, body = {}) => call('PUT', full(path), body);
export const del = path => call('DELETE', full(path));

export const q = params => new URLSearchParams(
  Object.entries(params).filter(([, v]) => v !== undefined && v !== null && v !== '')).toString();

/** Every item of a paged answer, up to a limit that keeps the page quick. */
export async function all(path, key = 'values', limit = 1000) {
  const items = [];
  for (;;) {
    const answer = await get(`${path}${path.includes('?') ? '&' : '?'}startAt=${items.length}&maxResults=100`);
    const got = Array.isArray(answer) ? answer : answer[key] || [];
    items.push(...got);
    if (Array.isArray(answer) || !got.length || answer.isLast || items.length >= Math.min(limit, answer.total ?? limit)) return items;
  }
}
