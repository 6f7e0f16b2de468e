/** Two servers on one database: whoever is on one hears what happens on the other, and may change over. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startLine } from '../../lib/line.js';
import { registerAll, request } from '../../lib/person.js';
import { startServer } from '../../lib/server.js';

const WEBSOCKET = { transports: ['websocket'] };

/** Nobody listens there: what is durable crosses by the database. */
const env = { REDIS_URL: 'redis://127.0.0.1:1' };

let one;
let other;
before(async () => {
  one = await startServer({ env });
  other = await startServer({ env, beside: one });
});
after(async () => {
  await other.remove();
  await one.remove();
});

/** A device of a person on a server. */
const connect = (person, server) => person.connect({ ...WEBSOCKET, url: server.url });

/** The `seq` of new messages of a conversation, in the order in which they came. */
const seqs = (device, conversationId) =>
  device.heard('newMessage', (it) => it.conversationId === conversationId).map(({ seq }) => seq);

test('what is written on one server is heard on the other, in order and once', async () => {
  const people = await registerAll(one, 'ann', 'ben', 'eve', 'dan');
  const [ann, ben, eve, dan] = Object.values(people);
  const group = await ann.group('choir', ben, eve, dan);
  const devices = await Promise.all([
    connect(ann, one),
    connect(ben, other),
    connect(eve, one),
    connect(dan, other),
  ]);
  const send = async (device, from) => {
    for (let number = 0; number < 50; number += 1) {
      await device.does('sendMessage', { conversationId: group, content: `${from} ${number}` });
    }
  };
  await Promise.all(devices.map((device, from) => send(device, from)));
  const all = Array.from({ length: 200 }, (_, index) => index + 1);
  for (const device of devices) {
    await device.until(() => seqs(device, group).length >= 200, 'all messages');
    assert.deepEqual(seqs(device, group), all);
  }
  Object.values(people).forEach((person) => person.leave());
});

test('members who come and go on one server hear so on the other, and no more than they may', async () => {
  const { ann, ben, eve } = await registerAll(one, 'ann', 'ben', 'eve');
  const group = await ann.group('choir', ben);
  const [ear, device] = [await connect(eve, other), await connect(ann, one)];
  await device.does('sendMessage', { conversationId: group, content: 'before' });
  const body = { userIds: [eve.id] };
  await ann.api('POST', `/conversations/${group}/participants`, body);
  await ear.hears(`user:${eve.id}:newGroup`);
  await device.does('sendMessage', { conversationId: group, content: 'while there' });
  await ear.hears('newMessage');
  await ann.api('DELETE', `/conversations/${group}/participants/${eve.id}`);
  await ear.hears('conversationUpdated', (it) => it.participants.every(({ id }) => id !== eve.id));
  await device.does('sendMessage', { conversationId: group, content: 'after' });
  // What comes later in the log has come.
  const direct = await ann.direct(eve);
  await device.does('sendMessage', { conversationId: direct, content: 'to you' });
  await ear.hears('newMessage', (it) => it.conversationId === direct);
  assert.deepEqual(seqs(ear, group), [2]);
  [ann, ben, eve].forEach((person) => person.leave());
});

test('a client that changes over to another server has lost nothing, ten times in a row', async () => {
  const { ann, ben } = await registerAll(one, 'ann', 'ben');
  const conversationId = await ann.direct(ben);
  const line = await startLine(one);
  const device = await connect(ben, line);
  const writer = await connect(ann, one);
  const send = (content) => writer.does('sendMessage', { conversationId, content });
  let count = 0;
  for (let turn = 0; turn < 10; turn += 1) {
    await send(`${(count += 1)}`);
    const drops = device.of('disconnect').length;
    const connects = device.of('connect').length;
    line.down();
    await device.disconnected(drops + 1);
    await send(`${(count += 1)}`);
    line.server = turn % 2 === 0 ? other : one;
    line.up();
    await send(`${(count += 1)}`);
    await device.connected(connects + 1);
    assert.equal(device.socket.recovered, true, `turn ${turn}`);
  }
  const heard = () => [...new Set(seqs(device, conversationId))];
  await device.until(() => heard().length >= count, 'all messages');
  const all = Array.from({ length: count }, (_, index) => index + 1);
  assert.deepEqual(heard(), all);
  await line.close();
  [ann, ben].forEach((person) => person.leave());
});

test('after kill -9 of one server its clients go on at the other, and lose nothing', async () => {
  const third = await startServer({ env, beside: one });
  const { ann, ben } = await registerAll(one, 'ann', 'ben');
  const conversationId = await ann.direct(ben);
  const line = await startLine(third);
  const devices = [await connect(ann, line), await connect(ben, line)];
  const acked = [];
  let isOver = false;
  const keepSending = async () => {
    for (let number = 0; !isOver; number += 1) {
      const clientMessageId = `own-${number}`;
      const payload = { conversationId, content: `${number}`, clientMessageId };
      const ack = await devices[0].socket
        .timeout(1000)
        .emitWithAck('sendMessage', payload)
        .catch(() => null);
      if (ack?.id) acked.push(clientMessageId);
    }
  };
  const sending = keepSending();
  await devices[0].until(() => acked.length >= 50, 'sends');
  const before = acked.length;
  await third.kill();
  line.server = other;
  line.cut();
  await devices[0].until(() => acked.length >= before + 50, 'sends on the other server');
  isOver = true;
  await sending;
  for (const device of devices) {
    assert.equal(device.socket.recovered, true);
    const ids = () =>
      new Set(device.heard('newMessage').map(({ clientMessageId }) => clientMessageId));
    await device.until(() => acked.every((id) => ids().has(id)), 'all that was acked');
    const order = [...new Set(seqs(device, conversationId))];
    assert.deepEqual(
      order,
      Array.from(order, (_, index) => index + 1),
    );
  }
  await line.close();
  await third.remove();
  [ann, ben].forEach((person) => person.leave());
});

test('what a command writes beside the servers is heard on both', async () => {
  const { ann, ben } = await registerAll(one, 'ann', 'ben');
  const devices = [await connect(ann, one), await connect(ben, other)];
  const conversationId = await ann.direct(ben);
  await devices[0].does('sendMessage', { conversationId, content: 'soon gone' });
  await devices[1].hears('newMessage');
  await one.command('user', 'delete', ann.username);
  await devices[1].hears('messageDeleted', (it) => it.conversationId === conversationId);
  const refused = await request(other, 'GET', '/conversations', { token: ann.token });
  assert.equal(refused.status, 401);
  ben.leave();
});
