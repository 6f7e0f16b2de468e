/** Accounts and sessions over HTTP, in their exact shapes. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PASSWORD, register, request } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { List, Me, Session, SignedIn, fits, isProblem } from '../lib/shapes.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

const post = (path, body, more) => request(server, 'POST', path, { body, ...more });
const account = (name) => ({
  username: name,
  email: `${name}@example.org`,
  password: PASSWORD,
  displayName: 'Some Name',
});

/** The cookies that an answer sets, as a browser would send them back. */
const cookies = (answer) =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');

test('an account is made, and signs in by address or name', async () => {
  const made = await post('/auth/register', account('ann.b-c_1'));
  assert.equal(made.status, 201);
  fits(made.body, SignedIn);
  assert.equal(made.body.user.email, 'ann.b-c_1@example.org');
  assert.equal(made.body.user.displayName, 'Some Name');
  for (const email of ['ann.b-c_1@example.org', 'ann.b-c_1', 'ANN.B-C_1']) {
    const answer = await post('/auth/login', { email, password: PASSWORD });
    assert.equal(answer.status, 200);
    fits(answer.body, SignedIn);
    const me = await request(server, 'GET', '/auth/me', { token: answer.body.accessToken });
    assert.equal(me.status, 200);
    fits(me.body, Me);
    assert.equal(me.body.id, made.body.user.id);
  }
});

test('a name or address that is taken, in whatever case, is a conflict', async () => {
  await post('/auth/register', account('taken'));
  const other = { ...account('other'), username: 'TAKEN' };
  isProblem(await post('/auth/register', other), 409, 'conflict');
  const same = { ...account('another'), email: 'Taken@Example.org' };
  isProblem(await post('/auth/register', same), 409, 'conflict');
});

test('an account that does not fit is refused field by field', async () => {
  for (const [field, value] of [
    ['username', 'a'],
    ['username', 'a'.repeat(41)],
    ['username', 'with space'],
    ['username', ['ann']],
    ['username', null],
    ['email', 'no address'],
    ['email', 7],
    ['password', 'short'],
    ['password', 'x'.repeat(257)],
    ['password', undefined],
    ['displayName', 'nul\u0000'],
  ]) {
    const answer = await post('/auth/register', { ...account('unfit'), [field]: value });
    isProblem(answer, 422, 'invalid_payload');
    assert.deepEqual(
      answer.body.errors.map((error) => error.path),
      [field],
    );
  }
});

test('a refresh token works once; its second use ends the session', async () => {
  const person = await register(server);
  const first = await post('/auth/refresh', { refreshToken: person.refreshToken });
  assert.equal(first.status, 200);
  fits(first.body, SignedIn);
  assert.notEqual(first.body.refreshToken, person.refreshToken);
  const device = await person.connect({ auth: { token: first.body.accessToken } });
  isProblem(
    await post('/auth/refresh', { refreshToken: person.refreshToken }),
    401,
    'unauthorized',
  );
  assert.equal(await device.disconnected(), 'io server disconnect');
  const stolen = await post('/auth/refresh', { refreshToken: first.body.refreshToken });
  isProblem(stolen, 401, 'unauthorized');
  const me = await request(server, 'GET', '/auth/me', { token: first.body.accessToken });
  isProblem(me, 401, 'unauthorized');
  person.leave();
});

test('the page signs in by cookies, which need our own origin to write', async () => {
  const { username } = await register(server);
  const signedIn = await post('/auth/login', { email: username, password: PASSWORD });
  for (const line of signedIn.headers.getSetCookie()) {
    assert.match(line, /; *HttpOnly/i);
    assert.match(line, /; *SameSite=Strict/i);
  }
  const cookie = cookies(signedIn);
  const refresh = (origin) =>
    post('/auth/refresh', {}, { headers: { cookie, ...(origin ? { origin } : {}) } });
  assert.equal((await refresh('https://elsewhere.example')).status, 403);
  const refreshed = await refresh(server.url);
  assert.equal(refreshed.status, 200);
  const read = await request(server, 'GET', '/auth/me', {
    headers: { cookie: cookies(refreshed) },
  });
  assert.equal(read.status, 200);
  const write = (origin) =>
    request(server, 'PATCH', '/users/me', {
      headers: { cookie: cookies(refreshed), origin },
      body: { bio: 'by cookie' },
    });
  assert.equal((await write('https://elsewhere.example')).status, 403);
  assert.equal((await write(server.url)).status, 200);
});

test('sessions are listed and ended', async () => {
  const person = await register(server);
  const other = await person.signIn();
  const list = await person.api('GET', '/auth/sessions');
  fits(list, List(Session));
  assert.equal(list.data.length, 2);
  assert.equal(list.data.filter((session) => session.current).length, 1);
  const session = list.data.find((candidate) => !candidate.current);
  const ended = await person.try('DELETE', `/auth/sessions/${session.id}`);
  assert.equal(ended.status, 204);
  isProblem(await person.try('DELETE', `/auth/sessions/${session.id}`), 404, 'not_found');
  const me = await request(server, 'GET', '/auth/me', { token: other.accessToken });
  isProblem(me, 401, 'unauthorized');
  isProblem(await post('/auth/refresh', { refreshToken: other.refreshToken }), 401, 'unauthorized');
});

test('a password is changed by who knows it', async () => {
  const person = await register(server);
  const change = (currentPassword, newPassword) =>
    person.try('POST', '/auth/password', { currentPassword, newPassword });
  assert.ok([401, 403].includes((await change('wrong password', 'a good password')).status));
  isProblem(await change(PASSWORD, 'short'), 422, 'invalid_payload');
  assert.equal((await change(PASSWORD, 'a good password')).status, 204);
  const old = await post('/auth/login', { email: person.email, password: PASSWORD });
  isProblem(old, 401, 'unauthorized');
  await person.signIn('a good password');
});

test('who has signed out is out', async () => {
  const person = await register(server);
  assert.equal((await person.try('POST', '/auth/logout')).status, 204);
  isProblem(await person.try('GET', '/auth/me'), 401, 'unauthorized');
  const back = await post('/auth/refresh', { refreshToken: person.refreshToken });
  isProblem(back, 401, 'unauthorized');
});

test('a server that is closed takes nobody new', async () => {
  const closed = await startServer({ env: { REGISTRATION: 'closed' } });
  try {
    const answer = await request(closed, 'POST', '/auth/register', { body: account('late') });
    isProblem(answer, 403, 'forbidden');
  } finally {
    await closed.remove();
  }
});

test('health and readiness are told to anybody, figures to users', async () => {
  const status = async (path, headers = {}) => {
    const answer = await fetch(`${server.url}${path}`, { headers });
    await answer.text();
    return answer.status;
  };
  assert.equal(await status('/healthz'), 200);
  assert.equal(await status('/readyz'), 200);
  assert.equal(await status('/metrics'), 401);
  const { token } = await register(server, 'watcher');
  assert.equal(await status('/metrics', { authorization: `Bearer ${token}` }), 200);
});

test('every route but the open ones needs a user', async () => {
  for (const [method, path] of [
    ['GET', '/auth/me'],
    ['GET', '/auth/sessions'],
    ['POST', '/auth/password'],
    ['GET', '/users/search?q=a'],
    ['PATCH', '/users/me'],
    ['GET', '/friends'],
    ['GET', '/friend-requests'],
    ['POST', '/friend-requests'],
    ['GET', '/conversations'],
    ['POST', '/conversations/direct'],
    ['POST', '/conversations/groups'],
    ['GET', '/conversations/x'],
    ['GET', '/conversations/x/messages'],
    ['POST', '/conversations/x/messages'],
    ['POST', '/conversations/x/read'],
    ['GET', '/conversations/x/media'],
    ['GET', '/messages/x'],
    ['DELETE', '/messages/x'],
    ['PUT', '/messages/x/reactions/%F0%9F%91%8D'],
  ]) {
    const body = method === 'GET' || method === 'DELETE' ? undefined : {};
    isProblem(await request(server, method, path, { body }), 401, 'unauthorized');
  }
});
