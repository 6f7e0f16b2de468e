/** Requests of the HTTP API, with a token that is renewed by the cookie. */

import { state } from './state.js';

/** One request of the API; refused ones throw with their `status`. */
export async function request(method, path, body) {
  const headers = { accept: 'application/json' };
  if (state.token) headers.authorization = `Bearer ${state.token}`;
  if (body) headers['content-type'] = 'application/json';
  const answer = await fetch(`/api/v1${path}`, {
    method,
    headers,
    body: body && JSON.stringify(body),
  });
  const json = answer.status === 204 ? null : await answer.json();
  if (answer.ok) return json;
  const fields = (json.errors ?? []).map((error) => `${error.path} ${error.message}`);
  throw Object.assign(new Error(fields.join('; ') || json.detail || json.title), {
    status: answer.status,
  });
}

/** The same for a signed-in user: tries again with a new token when the old one has run out. */
export async function api(method, path, body) {
  try {
    return await request(method, path, body);
  } catch (error) {
    if (error.status !== 401 || !(await refresh())) throw error;
    return request(method, path, body);
  }
}

/** Trades the cookie for a new access token. A used cookie ends its session, so tabs take turns. */
export function refresh() {
  const trade = async () => {
    try {
      state.token = null;
      const signedIn = await request('POST', '/auth/refresh', {});
      state.token = signedIn.accessToken;
      state.me = signedIn.user;
      return true;
    } catch {
      return false;
    }
  };
  return navigator.locks ? navigator.locks.request('salala-refresh', trade) : trade();
}
