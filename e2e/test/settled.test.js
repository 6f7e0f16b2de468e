/** What one device did before counts in what it is told next, and in what is there after a stop. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

test('acks come in the order of the sends, and joinRoom counts what was sent before it', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const conversationId = await ann.direct(ben);
  const device = await ann.connect({ transports: ['websocket'] });
  const acked = [];
  const sends = Array.from({ length: 300 }, async (_, index) => {
    const message = await device.does('sendMessage', { conversationId, content: `${index}` });
    acked.push(message.seq);
  });
  const joined = await device.view(conversationId);
  assert.equal(joined.lastSeq, 300);
  assert.equal(joined.lastReadSeq, 300);
  await Promise.all(sends);
  assert.deepEqual(
    acked,
    acked.map((_, index) => index + 1),
  );
  ann.leave();
});

test('who was connected until an orderly stop was last seen then', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  await ann.befriend(ben);
  const device = await ann.connect({ transports: ['websocket'], reconnection: false });
  const before = new Date();
  await server.stop();
  await device.disconnected();
  await server.start();
  const { data } = await ben.api('GET', '/friends');
  assert.equal(data[0].status, 'offline');
  assert.ok(new Date(data[0].lastSeenAt) >= before, `${data[0].lastSeenAt} since ${before}`);
});
