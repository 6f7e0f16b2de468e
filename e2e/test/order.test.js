/** Order and idempotency: `seq` without holes, the same on every device and after a restart. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { TRANSPORTS } from '../lib/device.js';
import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';

const EACH = 100;

for (const transport of TRANSPORTS) {
  describe(`over ${transport.name}`, () => {
    test('three who pipeline a hundred each are heard in one order by all', async () => {
      const server = await startServer();
      try {
        const { ann, ben, cem } = await registerAll(server, 'ann', 'ben', 'cem');
        const conversationId = await ann.group('crowd', ben, cem);
        const senders = [];
        for (const person of [ann, ben, cem]) senders.push(await person.connect(transport.options));
        const listener = await ann.connect(transport.options);
        const acks = await Promise.all(
          senders.flatMap((device) =>
            Array.from({ length: EACH }, (_, index) =>
              device.does('sendMessage', { conversationId, content: `${index}` }),
            ),
          ),
        );
        const all = Array.from({ length: 3 * EACH }, (_, index) => index + 1);
        assert.deepEqual(
          acks.map((message) => message.seq).sort((a, b) => a - b),
          all,
        );
        for (const device of [...senders, listener]) {
          await device.hears('newMessage', (message) => message.seq === all.length);
          const heard = device.heard('newMessage');
          assert.deepEqual(
            heard.map((message) => message.seq),
            all,
          );
          for (const person of [ann, ben, cem]) {
            const own = heard.filter((message) => message.senderId === person.id);
            assert.deepEqual(
              own.map((message) => message.content),
              Array.from({ length: EACH }, (_, index) => `${index}`),
            );
          }
        }
        for (const person of [ann, ben, cem]) person.leave();
      } finally {
        await server.remove();
      }
    });

    test('events of one socket take effect in the order in which they were sent', async () => {
      const server = await startServer();
      try {
        const { ann, ben } = await registerAll(server, 'ann', 'ben');
        const conversationId = await ann.direct(ben);
        const viewer = await ben.connect(transport.options);
        await viewer.view(conversationId);
        const device = await ann.connect(transport.options);
        const { socket } = device;
        for (let round = 0; round < 20; round += 1) {
          socket.emit('typing', { conversationId });
          socket.emit('stopTyping', { conversationId });
          socket.emit('joinRoom', { conversationId });
          socket.emit('leaveRoom', { conversationId });
        }
        await device.ask('nothing', {});
        await viewer.until(() => viewer.heard('userStopTyping').length === 20, '20 stops');
        const names = viewer.events
          .map((event) => event.name)
          .filter((name) => name === 'userTyping' || name === 'userStopTyping');
        assert.deepEqual(
          names,
          Array.from({ length: 20 }, () => ['userTyping', 'userStopTyping']).flat(),
        );
        ann.leave();
        ben.leave();
      } finally {
        await server.remove();
      }
    });
  });
}

test('a repeat acks the first message, also after a restart', async () => {
  const server = await startServer();
  try {
    const { ann, ben } = await registerAll(server, 'ann', 'ben');
    const conversationId = await ann.direct(ben);
    const draft = { conversationId, content: 'once and for all', clientMessageId: 'for good' };
    const device = await ann.connect();
    const first = await device.does('sendMessage', draft);
    await server.kill();
    await server.start();
    await device.connected(2);
    const listener = await ben.connect();
    assert.deepEqual(await device.does('sendMessage', draft), first);
    const next = await device.does('sendMessage', { conversationId, content: 'next' });
    assert.equal(next.seq, 2);
    await listener.hears('newMessage', (message) => message.id === next.id);
    assert.deepEqual(listener.heard('newMessage'), [next]);
    ann.leave();
    ben.leave();
  } finally {
    await server.remove();
  }
});
