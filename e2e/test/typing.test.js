/** Viewing a conversation and typing in it. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { TRANSPORTS, heardNothing } from '../lib/device.js';
import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { TypingUser, fits } from '../lib/shapes.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

/** Ann types on her first device; her second and Ben view, Dan is a member who does not. */
async function world(options) {
  const people = await registerAll(server, 'ann', 'ben', 'dan', 'eve', 'fay');
  const { ann, ben, dan, eve } = people;
  const groupId = await ann.group('the group', ben, dan);
  const devices = {
    first: await ann.connect(options),
    second: await ann.connect(options),
    ben: await ben.connect(options),
    dan: await dan.connect(options),
    stranger: await eve.connect(options),
  };
  for (const name of ['first', 'second', 'ben']) await devices[name].view(groupId);
  const leave = () => Object.values(people).forEach((person) => person.leave());
  const typing = { userId: ann.id, conversationId: groupId };
  return { ...people, groupId, devices, typing, leave };
}

for (const transport of TRANSPORTS) {
  describe(`over ${transport.name}`, () => {
    test('to view a conversation says where one stands in it', async () => {
      const { ann, ben, groupId, devices, leave } = await world(transport.options);
      assert.equal(await devices.first.hears('joinedRoom'), groupId);
      await ann.send(groupId, 'one');
      await ben.send(groupId, 'two');
      const joined = await devices.first.view(groupId);
      assert.deepEqual(joined, { conversationId: groupId, lastSeq: 2, lastReadSeq: 1 });
      const left = await devices.first.does('leaveRoom', { conversationId: groupId });
      assert.deepEqual(left, { conversationId: groupId });
      leave();
    });

    test('typing is heard by those who view, but not by the typing device', async () => {
      const { fay, groupId, devices, typing, leave } = await world(transport.options);
      assert.deepEqual(await devices.first.does('typing', { conversationId: groupId }), {
        success: true,
      });
      for (const device of [devices.second, devices.ben]) {
        const heard = await device.hears('userTyping');
        fits(heard, TypingUser);
        assert.deepEqual(heard, typing);
      }
      assert.deepEqual(await devices.first.does('stopTyping', { conversationId: groupId }), {
        success: true,
      });
      for (const device of [devices.second, devices.ben]) {
        assert.deepEqual(await device.hears('userStopTyping'), typing);
      }
      for (const device of [devices.first, devices.dan, devices.stranger]) {
        await heardNothing(device, fay, 'userTyping', 'userStopTyping');
      }
      leave();
    });

    test('who left the conversation hears no typing in it', async () => {
      const { fay, groupId, devices, leave } = await world(transport.options);
      await devices.ben.does('leaveRoom', { conversationId: groupId });
      await devices.first.does('typing', { conversationId: groupId });
      await devices.second.hears('userTyping');
      await heardNothing(devices.ben, fay, 'userTyping');
      leave();
    });

    test('a typist who leaves the conversation has stopped', async () => {
      const { groupId, devices, typing, leave } = await world(transport.options);
      await devices.first.does('typing', { conversationId: groupId });
      await devices.ben.hears('userTyping');
      await devices.first.does('leaveRoom', { conversationId: groupId });
      assert.deepEqual(await devices.ben.hears('userStopTyping'), typing);
      leave();
    });

    test('a typist who drops has stopped', async () => {
      const { groupId, devices, typing, leave } = await world(transport.options);
      await devices.first.does('typing', { conversationId: groupId });
      await devices.ben.hears('userTyping');
      devices.first.socket.io.engine.close();
      assert.deepEqual(await devices.ben.hears('userStopTyping'), typing);
      leave();
    });

    test('a typist who falls silent has stopped', async () => {
      const { groupId, devices, typing, leave } = await world(transport.options);
      await devices.first.does('typing', { conversationId: groupId });
      await devices.ben.hears('userTyping');
      assert.deepEqual(await devices.ben.hears('userStopTyping'), typing);
      assert.equal(devices.ben.heard('userStopTyping').length, 1);
      leave();
    });

    test('who is removed while viewing views no more', async () => {
      const { ann, ben, fay, groupId, devices, leave } = await world(transport.options);
      await ann.api('DELETE', `/conversations/${groupId}/participants/${ben.id}`);
      await devices.ben.hears(
        'conversationUpdated',
        (shared) => !shared.participantIds.includes(ben.id),
      );
      await devices.first.does('typing', { conversationId: groupId });
      await devices.second.hears('userTyping');
      await heardNothing(devices.ben, fay, 'userTyping');
      leave();
    });

    test('a stranger may neither view, nor type, nor leave a trace', async () => {
      const { groupId, fay, devices, leave } = await world(transport.options);
      for (const name of ['joinRoom', 'leaveRoom', 'typing', 'stopTyping']) {
        await devices.stranger.fails(name, { conversationId: groupId }, 'forbidden');
      }
      await heardNothing(devices.ben, fay, 'userTyping', 'userStopTyping');
      await heardNothing(devices.stranger, fay, 'joinedRoom');
      leave();
    });
  });
}
