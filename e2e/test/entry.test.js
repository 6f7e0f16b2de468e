/** Coming in while one's memberships change: whoever is a member hears, whoever is none does not. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { fence } from '../lib/device.js';
import { PASSWORD, registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';

/** Enough that a connection and a change meet at every point of each other's way. */
const ROUNDS = 60;

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

test('a change of members counts for a device that is just connecting', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const groupId = await ann.group('crowd', ben);
  const path = `/conversations/${groupId}/participants`;
  let isMember = true;
  for (let round = 0; round < ROUNDS; round += 1) {
    const change = isMember
      ? ann.api('DELETE', `${path}/${ben.id}`)
      : ann.api('POST', path, { userIds: [ben.id] });
    const [device] = await Promise.all([ben.connect({ transports: ['websocket'] }), change]);
    isMember = !isMember;
    const content = `round ${round}`;
    await ann.send(groupId, content);
    await fence(device, eve);
    const heard = device.heard('newMessage', (message) => message.content === content);
    assert.equal(heard.length, isMember ? 1 : 0, `${content}, ${isMember ? 'in' : 'out'}`);
    device.close();
  }
});

test('a session that ends while its device is connecting has no device left', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  for (let round = 0; round < ROUNDS; round += 1) {
    const login = { email: ben.email, password: PASSWORD };
    const signedIn = (await ben.try('POST', '/auth/login', login)).body;
    const auth = { token: signedIn.accessToken };
    const device = ben.dial({ transports: ['websocket'], auth });
    const logout = fetch(`${server.url}/api/v1/auth/logout`, {
      method: 'POST',
      headers: { authorization: `Bearer ${signedIn.accessToken}` },
    });
    assert.equal((await logout).status, 204);
    // Refused, cut, or cut on its way in and refused when it came again: told to stay away, always.
    await device.until(
      () =>
        device.of('connect_error').some(({ error }) => error.data?.code === 'token_revoked') ||
        device.of('disconnect').some(({ reason }) => reason === 'io server disconnect'),
      'an end',
    );
    assert.equal(device.socket.active, false);
    device.close();
  }
  ann.leave();
});
