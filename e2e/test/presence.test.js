/** Who is online: heard by contacts alone, and only at the first device's coming and the last's going. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { TRANSPORTS, heardNothing } from '../lib/device.js';
import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { StatusChange, fits } from '../lib/shapes.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

/** Ann's friend, one who shares a group with her, and a stranger; all three look on. */
async function world(options) {
  const people = await registerAll(server, 'ann', 'friend', 'colleague', 'stranger', 'fay');
  const { ann, friend, colleague, stranger, fay } = people;
  await ann.befriend(friend);
  await ann.group('work', colleague);
  const devices = {
    friend: await friend.connect(options),
    colleague: await colleague.connect(options),
    stranger: await stranger.connect(options),
  };
  const leave = () => Object.values(people).forEach((person) => person.leave());
  return { ann, fay, devices, leave };
}

for (const transport of TRANSPORTS) {
  describe(`over ${transport.name}`, () => {
    test('contacts hear the first device come and the last one go', async () => {
      const { ann, fay, devices, leave } = await world(transport.options);
      const first = await ann.connect(transport.options);
      const online = { userId: ann.id, status: 'online', lastSeenAt: null };
      for (const device of [devices.friend, devices.colleague]) {
        const heard = await device.hears('userStatusChanged');
        fits(heard, StatusChange);
        assert.deepEqual(heard, online);
      }
      const second = await ann.connect(transport.options);
      first.close();
      await heardNothing(devices.stranger, fay, 'userStatusChanged');
      second.close();
      for (const device of [devices.friend, devices.colleague]) {
        const heard = await device.hears('userStatusChanged', ({ status }) => status === 'offline');
        fits(heard, StatusChange);
        assert.ok(heard.lastSeenAt);
        assert.equal(device.heard('userStatusChanged').length, 2);
      }
      await heardNothing(devices.stranger, fay, 'userStatusChanged');
      leave();
    });

    test('a reload is silent', async () => {
      const { ann, devices, leave } = await world(transport.options);
      const before = await ann.connect(transport.options);
      await devices.friend.hears('userStatusChanged');
      before.close();
      const after = await ann.connect(transport.options);
      after.close();
      // The next news is that she is gone for good: the reload itself made none.
      await devices.friend.hears('userStatusChanged', ({ status }) => status === 'offline');
      assert.deepEqual(
        devices.friend.heard('userStatusChanged').map(({ status }) => status),
        ['online', 'offline'],
      );
      leave();
    });

    test('lists tell the same as the events', async () => {
      const { ann, devices, leave } = await world(transport.options);
      const { friend } = { friend: devices.friend.person };
      const statusOfAnn = async () => (await friend.api('GET', '/friends')).data[0].status;
      assert.equal(await statusOfAnn(), 'offline');
      const device = await ann.connect(transport.options);
      assert.equal(await statusOfAnn(), 'online');
      device.close();
      await devices.friend.hears('userStatusChanged', ({ status }) => status === 'offline');
      assert.equal(await statusOfAnn(), 'offline');
      leave();
    });
  });
}

test('everyone hears where the operator says so', async () => {
  const loud = await startServer({ env: { PRESENCE_AUDIENCE: 'everyone' } });
  try {
    const { ann, stranger } = await registerAll(loud, 'ann', 'stranger');
    const device = await stranger.connect();
    await ann.connect();
    await device.hears('userStatusChanged', ({ userId }) => userId === ann.id);
    ann.leave();
    stranger.leave();
  } finally {
    await loud.remove();
  }
});
