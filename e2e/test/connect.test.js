/** Who gets on the line, who does not, and what ends a connection. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { Device, TRANSPORTS, fence } from '../lib/device.js';
import { PASSWORD, register, registerAll, request, signToken } from '../lib/person.js';
import { startServer } from '../lib/server.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

for (const transport of TRANSPORTS) {
  describe(`over ${transport.name}`, () => {
    const dial = (options) => new Device(server.url, { ...transport.options, ...options });

    test('a token is taken from the query, from auth and from the header', async () => {
      const { token } = await register(server);
      for (const options of [
        { query: { token } },
        { auth: { token } },
        { extraHeaders: { authorization: `Bearer ${token}` } },
      ]) {
        const device = dial(options);
        await device.connected();
        assert.ok(device.socket.id);
        device.close();
      }
    });

    test('a token made elsewhere with the same secret opens, without a session', async () => {
      const { id } = await register(server);
      const device = dial({ auth: { token: signToken({ sub: id, exp: inAnHour() }) } });
      await device.connected();
      device.close();
    });

    test('each refusal has its code, and a sentence', async () => {
      const { id, token } = await register(server);
      const good = { sub: id, exp: inAnHour() };
      const cases = [
        ['token_missing', {}],
        ['token_missing', { auth: { token: '' } }],
        ['token_missing', { extraHeaders: { cookie: `salala_access=${token}` } }],
        ['token_invalid', { auth: { token: 'nonsense' } }],
        ['token_invalid', { query: { token: `${token}x` } }],
        ['token_invalid', { auth: { token: signToken(good, { secret: 'another secret' }) } }],
        ['token_invalid', { auth: { token: signToken(good, { algorithm: 'none' }) } }],
        ['token_invalid', { auth: { token: signToken(good, { algorithm: 'HS512' }) } }],
        ['token_invalid', { auth: { token: signToken({ sub: id }) } }],
        ['token_expired', { auth: { token: signToken({ sub: id, exp: 1_000_000 }) } }],
        ['user_not_found', { auth: { token: signToken({ ...good, sub: randomUUID() }) } }],
        ['user_not_found', { auth: { token: signToken({ ...good, sub: 'nobody' }) } }],
      ];
      for (const [code, options] of cases) {
        const device = dial(options);
        const error = await device.refused();
        assert.deepEqual(error.data, { code });
        assert.match(error.message, /\w+ \w+/);
        assert.deepEqual(device.of('connect'), []);
        device.close();
      }
    });

    test('what is refused leaves nothing behind', async () => {
      const { ann, ben } = await registerAll(server, 'ann', 'ben');
      await ann.direct(ben);
      const device = dial({ auth: { token: signToken({ sub: ann.id, exp: 1_000_000 }) } });
      await device.refused();
      assert.equal((await ben.api('GET', `/users/${ann.id}`)).status, 'offline');
      device.close();
    });

    test('presence and rooms stand before `connect`, and nothing comes before it', async () => {
      const { ann, ben } = await registerAll(server, 'ann', 'ben');
      const conversationId = await ben.direct(ann);
      const sending = Promise.all(
        Array.from({ length: 20 }, (_, index) => ben.send(conversationId, `message ${index}`)),
      );
      const device = ann.dial(transport.options);
      // Sent before there is a connection: it goes right behind the handshake.
      const joined = device.view(conversationId);
      await device.connected();
      const status = (await ben.api('GET', `/users/${ann.id}`)).status;
      assert.equal(status, 'online');
      assert.equal((await joined).conversationId, conversationId);
      await sending;
      await fence(device, ben);
      assert.equal(device.of('connect')[0].after, 0);
      ann.leave();
    });

    test('an origin that is not ours is refused at the handshake, our own is not', async () => {
      const { token } = await register(server);
      const stranger = dial({
        auth: { token },
        extraHeaders: { origin: 'https://elsewhere.example' },
      });
      const error = await stranger.refused();
      assert.equal(error.data, undefined);
      stranger.close();
      const own = dial({ auth: { token }, extraHeaders: { origin: server.url } });
      await own.connected();
      own.close();
    });

    test('a session that is ended is cut, the others are not', async () => {
      const person = await register(server);
      const other = await person.signIn();
      const own = await person.connect(transport.options);
      const cut = await person.connect({
        ...transport.options,
        auth: { token: other.accessToken },
      });
      const { data } = await person.api('GET', '/auth/sessions');
      const session = data.find((candidate) => !candidate.current);
      await person.api('DELETE', `/auth/sessions/${session.id}`);
      assert.equal(await cut.disconnected(), 'io server disconnect');
      await own.ask('nothing', {});
      assert.deepEqual(own.of('disconnect'), []);
      const back = dial({ auth: { token: other.accessToken } });
      assert.equal((await back.refused()).data.code, 'token_revoked');
      back.close();
      person.leave();
    });

    test('a new password cuts all other sessions', async () => {
      const person = await register(server);
      const other = await person.signIn();
      const own = await person.connect(transport.options);
      const cut = await person.connect({
        ...transport.options,
        auth: { token: other.accessToken },
      });
      await person.api('POST', '/auth/password', {
        currentPassword: PASSWORD,
        newPassword: 'another good password',
      });
      assert.equal(await cut.disconnected(), 'io server disconnect');
      await own.ask('nothing', {});
      assert.deepEqual(own.of('disconnect'), []);
      person.leave();
    });

    test('an account that an operator shuts is cut, and comes back when it is opened', async () => {
      const person = await register(server);
      const device = await person.connect(transport.options);
      await server.command('user', 'disable', person.username);
      assert.equal(await device.disconnected(), 'io server disconnect');
      const back = dial({ auth: { token: person.token } });
      assert.equal((await back.refused()).data.code, 'token_revoked');
      back.close();
      await server.command('user', 'enable', person.username);
      const { accessToken } = await person.signIn();
      await person.connect({ ...transport.options, auth: { token: accessToken } });
      person.leave();
    });

    test('signing out cuts the own session', async () => {
      const person = await register(server);
      const device = await person.connect(transport.options);
      await person.api('POST', '/auth/logout');
      assert.equal(await device.disconnected(), 'io server disconnect');
      device.close();
    });

    test('a malformed packet closes that connection alone, and the client comes back', async () => {
      const { ann, ben } = await registerAll(server, 'ann', 'ben');
      const bystander = await ben.connect(transport.options);
      const device = await ann.connect(transport.options);
      device.socket.io.engine.write('this is no packet');
      const reason = await device.disconnected();
      assert.ok(['transport close', 'transport error'].includes(reason), reason);
      await device.connected(2);
      await bystander.ask('nothing', {});
      assert.deepEqual(bystander.of('disconnect'), []);
      ann.leave();
      ben.leave();
    });

    test('another namespace than the main one is not there', async () => {
      const { token } = await register(server);
      const device = new Device(`${server.url}/elsewhere`, {
        ...transport.options,
        auth: { token },
      });
      assert.equal((await device.refused()).message, 'Invalid namespace');
      device.close();
    });
  });
}

test('a client that may, upgrades from polling to websocket', async () => {
  const person = await register(server);
  const device = person.dial({ transports: ['polling', 'websocket'] });
  const upgraded = new Promise((resolve) => {
    device.socket.io.once('open', () => device.socket.io.engine.once('upgrade', resolve));
  });
  await device.connected();
  assert.equal((await upgraded).name, 'websocket');
  await device.ask('nothing', {});
  assert.deepEqual(device.of('disconnect'), []);
  device.close();
});

test('an origin outside gets HTTP 403 on both transports', async () => {
  const headers = { origin: 'https://elsewhere.example' };
  const handshake = '/socket.io/?EIO=4&transport=';
  const polling = await fetch(`${server.url}${handshake}polling`, { headers });
  assert.equal(polling.status, 403);
  await polling.arrayBuffer();
  const upgrade = httpRequest(`${server.url}${handshake}websocket`, {
    headers: {
      ...headers,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    },
  });
  upgrade.end();
  const [answer] = await once(upgrade, 'response');
  assert.equal(answer.statusCode, 403);
  answer.resume();
});

test('a configured origin is let in, and told so to its browser', async () => {
  const origin = 'https://app.example';
  const open = await startServer({ env: { CORS_ORIGIN: `${origin},https://other.example` } });
  try {
    const { token } = await register(open);
    for (const { options } of TRANSPORTS) {
      const device = new Device(open.url, {
        ...options,
        auth: { token },
        extraHeaders: { origin },
      });
      await device.connected();
      device.close();
    }
    const handshake = await fetch(`${open.url}/socket.io/?EIO=4&transport=polling`, {
      headers: { origin },
    });
    assert.equal(handshake.headers.get('access-control-allow-origin'), origin);
    const api = await fetch(`${open.url}/api/v1/auth/me`, { headers: { origin } });
    assert.equal(api.headers.get('access-control-allow-origin'), origin);
    const stranger = await fetch(`${open.url}/api/v1/auth/me`, {
      headers: { origin: 'https://elsewhere.example' },
    });
    assert.equal(stranger.headers.get('access-control-allow-origin'), null);
  } finally {
    await open.remove();
  }
});

test('the client that the server hands out is the stock one', async () => {
  const stock = await readFile(
    new URL('../node_modules/socket.io-client/dist/socket.io.min.js', import.meta.url),
    'utf8',
  );
  const served = await fetch(`${server.url}/socket.io/socket.io.min.js`);
  assert.equal(served.status, 200);
  assert.equal(await served.text(), stock);
});

test('a refused sign-in says the same for a wrong password and an unknown name', async () => {
  const { username } = await register(server);
  const login = (email) =>
    request(server, 'POST', '/auth/login', { body: { email, password: 'wrong password' } });
  const [wrong, unknown] = [await login(username), await login('nobody-at-all')];
  assert.equal(wrong.status, 401);
  assert.deepEqual(wrong.body, unknown.body);
});
