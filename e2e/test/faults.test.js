/** A server that dies, is stopped or is started again: what was acked stays, and clients come back. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { TRANSPORTS } from '../lib/device.js';
import { register, registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';

const CLIENTS = 20;
/** Acks after which the process is killed: some of them mid-way. */
const ACKS_BEFORE_THE_END = 200;

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

for (const transport of TRANSPORTS) {
  describe(`over ${transport.name}`, () => {
    test('what was acked before a kill is there after it, once', async () => {
      const people = await Promise.all(Array.from({ length: CLIENTS }, () => register(server)));
      const [owner, ...others] = people;
      const conversationId = await owner.group('crowd', ...others);
      const devices = await Promise.all(
        people.map((person) => person.connect({ ...transport.options, reconnection: false })),
      );
      const acked = new Map();
      let killed = null;
      const sendOn = (device, number) => {
        const clientMessageId = `${device.person.id}.${number}`.slice(-64);
        const draft = { conversationId, content: clientMessageId, clientMessageId };
        device.socket.emit('sendMessage', draft, (answer) => {
          assert.notEqual(answer.status, 'error', JSON.stringify(answer));
          acked.set(answer.id, answer);
          if (acked.size >= ACKS_BEFORE_THE_END) killed ??= server.kill();
          if (!killed) sendOn(device, number + 1);
        });
      };
      for (const device of devices) for (const lane of [0, 1000]) sendOn(device, lane);
      await Promise.all(devices.map((device) => device.disconnected()));
      await killed;
      await server.start();
      const kept = await owner.history(conversationId);
      const keptIds = new Set(kept.map((message) => message.id));
      const lost = [...acked.keys()].filter((id) => !keptIds.has(id));
      assert.deepEqual(lost, []);
      assert.equal(new Set(kept.map((message) => message.clientMessageId)).size, kept.length);
      assert.deepEqual(
        kept.map((message) => message.seq),
        kept.map((_, index) => index + 1),
      );
      for (const message of kept) {
        const told = acked.get(message.id);
        if (told) assert.equal(message.seq, told.seq);
      }
    });

    test('a stop finishes what was sent, and the client comes back by itself', async () => {
      const { ann, ben } = await registerAll(server, 'ann', 'ben');
      const conversationId = await ann.direct(ben);
      const device = await ann.connect(transport.options);
      const acks = Array.from({ length: 50 }, (_, index) =>
        device.does('sendMessage', {
          conversationId,
          content: `${index}`,
          clientMessageId: `${index}`,
        }),
      );
      const settled = Promise.allSettled(acks);
      assert.equal((await acks[0]).seq, 1);
      const stopped = server.stop();
      const reason = await device.disconnected();
      assert.ok(['transport close', 'transport error'].includes(reason), reason);
      assert.deepEqual(await stopped, { code: 0, signal: null });
      const acked = (await settled).flatMap((outcome) => outcome.value?.id ?? []);
      await server.start();
      await device.connected(2);
      const kept = (await ann.history(conversationId)).map((message) => message.id);
      assert.deepEqual(kept, acked, 'what was stored was acked before the end');
      const again = await device.does('sendMessage', { conversationId, content: 'and on' });
      assert.equal(again.seq, kept.length + 1);
      ann.leave();
    });
  });
}
