/** Coming back after a drop: an unmodified client is given all that it missed, in order. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { TRANSPORTS, fence } from '../lib/device.js';
import { startLine } from '../lib/line.js';
import { register, registerAll, signToken } from '../lib/person.js';
import { startServer } from '../lib/server.js';

const WEBSOCKET = { transports: ['websocket'] };

let server;
let line;
before(async () => {
  // Some of these send as fast as the server stores.
  server = await startServer({ env: { RATE_LIMIT_SENDS: 'off' } });
  line = await startLine(server);
});
after(async () => {
  await line.close();
  await server.remove();
});

/** A device behind the line. */
async function connect(person, options = WEBSOCKET) {
  const device = person.dial({ ...options, url: line.url });
  await device.connected();
  const { engine } = device.socket.io;
  const isSettled = () => options.transports.at(-1) === engine.transport.name;
  engine.on('upgrade', () => device.wake());
  await device.until(isSettled, 'an upgrade');
  return device;
}

/** Takes a device off the line, does something meanwhile, and waits until it is back. */
async function away(device, meanwhile) {
  const count = device.of('connect').length;
  const drops = device.of('disconnect').length;
  line.down();
  await device.disconnected(drops + 1);
  await meanwhile?.();
  line.up();
  await device.connected(count + 1);
}

/** The contents of new messages of a conversation, in the order in which they came, repeats dropped. */
function contents(device, conversationId) {
  const messages = device.heard('newMessage', (it) => it.conversationId === conversationId);
  const seen = new Map(messages.map((message) => [message.id, message.content]));
  return [...seen.values()];
}

async function sendMany(person, conversationId, from, to) {
  for (let number = from; number < to; number += 1) {
    await person.send(conversationId, `${number}`);
  }
}

const numbers = (count) => Array.from({ length: count }, (_, index) => `${index}`);

for (const transport of TRANSPORTS) {
  describe(`over ${transport.name}`, () => {
    test('nothing is lost though nothing was sent before the drop', async () => {
      const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
      const conversationId = await ann.direct(ben);
      const device = await connect(ben, transport.options);
      assert.equal(device.events.length, 0);
      await away(device, () => sendMany(ann, conversationId, 0, 5));
      assert.equal(device.socket.recovered, true);
      await fence(device, eve);
      assert.deepEqual(contents(device, conversationId), numbers(5));
      ben.leave();
    });

    test('nothing is lost over ten drops in a row', async () => {
      const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
      const conversationId = await ann.direct(ben);
      const device = await connect(ben, transport.options);
      const pid = device.socket._pid;
      for (let drop = 0; drop < 10; drop += 1) {
        await sendMany(ann, conversationId, drop * 4, drop * 4 + 2);
        await away(device, () => sendMany(ann, conversationId, drop * 4 + 2, drop * 4 + 4));
        assert.equal(device.socket.recovered, true, `drop ${drop}`);
      }
      assert.equal(device.socket._pid, pid);
      await fence(device, eve);
      assert.deepEqual(contents(device, conversationId), numbers(40));
      ben.leave();
    });

    test('rooms are joined again, and what came last in them does not count as an offset', async () => {
      const { ann, ben } = await registerAll(server, 'ann', 'ben');
      const conversationId = await ann.direct(ben);
      const message = await ben.send(conversationId, 'hello');
      const viewer = await connect(ben, transport.options);
      await viewer.view(conversationId);
      await viewer.hears('joinedRoom');
      const writer = await ann.connect(WEBSOCKET);
      await writer.view(conversationId);
      await away(viewer, async () => {
        await writer.does('markMessagesAsRead', { messageIds: [message.id] });
        await sendMany(ann, conversationId, 0, 3);
      });
      assert.equal(viewer.socket.recovered, true);
      await viewer.hears('newMessage', (it) => it.content === '2');
      assert.equal(viewer.heard('messagesRead').length, 1);
      await writer.does('typing', { conversationId });
      await viewer.hears('userTyping', (it) => it.userId === ann.id);
      ann.leave();
      ben.leave();
    });

    test('a server that is killed and started again lost nothing', async () => {
      const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
      const conversationId = await ann.direct(ben);
      const device = await connect(ben, transport.options);
      await sendMany(ann, conversationId, 0, 3);
      await device.hears('newMessage', (it) => it.content === '2');
      line.down();
      await device.disconnected();
      await sendMany(ann, conversationId, 3, 6);
      await server.kill();
      await server.start();
      await sendMany(ann, conversationId, 6, 9);
      line.up();
      await device.connected(2);
      assert.equal(device.socket.recovered, true);
      await fence(device, eve);
      assert.deepEqual(contents(device, conversationId), numbers(9));
      ben.leave();
    });
  });
}

test('a drop during the replay costs nothing', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const conversationId = await ann.direct(ben);
  const device = await connect(ben);
  const count = 600;
  let drops = 0;
  device.socket.on('newMessage', () => {
    if (device.events.length % 90 === 0 && drops < 5) {
      drops += 1;
      line.cut();
    }
  });
  const writer = await ann.connect(WEBSOCKET);
  await away(device, async () => {
    const content = 'x'.repeat(3000);
    const sends = numbers(count).map((number) =>
      writer.does('sendMessage', { conversationId, content: `${number} ${content}` }),
    );
    await Promise.all(sends);
  });
  await device.hears('newMessage', (it) => it.content.startsWith(`${count - 1} `));
  await fence(device, eve);
  assert.equal(drops, 5);
  assert.ok(device.of('connect').length >= 5, 'it was cut in the middle');
  const heard = contents(device, conversationId).map((content) => content.split(' ')[0]);
  assert.deepEqual(heard, numbers(count));
  assert.equal(device.socket.recovered, true);
  ann.leave();
  ben.leave();
});

test('what was changed, deleted and marked meanwhile is told as it is now', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const groupId = await ann.group('crowd', ben);
  const first = await ann.send(groupId, 'first');
  const mine = await ben.send(groupId, 'mine');
  const device = await connect(ben);
  await fence(device, eve);
  device.forget();
  const ids = {};
  await away(device, async () => {
    await ann.api('PATCH', `/messages/${first.id}`, { content: 'first, changed' });
    const secret = await ann.send(groupId, 'a secret');
    await ann.api('DELETE', `/messages/${secret.id}`);
    await ann.api('PUT', `/messages/${first.id}/reactions/👍`);
    await ann.api('PUT', `/messages/${first.id}/reactions/👎`);
    await ann.api('DELETE', `/messages/${first.id}/reactions/👎`);
    await ann.api('POST', `/conversations/${groupId}/read`, { seq: mine.seq });
    const more = await ben.send(groupId, 'more');
    await ann.api('POST', `/conversations/${groupId}/read`, { seq: more.seq });
    await ann.api('PATCH', `/conversations/${groupId}`, { name: 'choir' });
    await eve.api('POST', '/friend-requests', { receiverId: ben.id });
    await eve.group('band', ben);
    Object.assign(ids, { secret: secret.id, more: more.id });
  });
  assert.equal(device.socket.recovered, true);
  await fence(device, eve);
  const names = device.events.map((event) => event.name);
  const place = (name) => names.indexOf(name);
  assert.equal(device.heard('messageUpdated')[0].content, 'first, changed');
  const told = device.events.filter((event) => JSON.stringify(event.payload).includes('a secret'));
  assert.deepEqual(told, []);
  const created = device.heard('newMessage', (it) => it.id === ids.secret)[0];
  assert.equal(created.content, null);
  assert.ok(created.deletedAt);
  assert.equal(device.heard('messageDeleted')[0].id, ids.secret);
  assert.equal(device.heard('message:reaction:add').length, 1);
  assert.equal(device.heard('message:reaction:remove')[0].emoji, '👎');
  const reads = device.heard('messagesRead');
  assert.equal(reads.length, 1, 'marks of one reader come at once');
  assert.deepEqual(reads[0].messageIds, [mine.id, ids.more]);
  assert.equal(reads[0].userId, ann.id);
  assert.equal(device.heard('conversationUpdated', (it) => it.id === groupId)[0].name, 'choir');
  assert.equal(device.heard('newFriendRequest')[0].senderId, eve.id);
  assert.equal(device.heard(`user:${ben.id}:newGroup`).length, 1);
  assert.ok(place('messageUpdated') < place('messageDeleted'));
  assert.ok(place('messageDeleted') < place('messagesRead'));
  assert.ok(place('messagesRead') < place('newFriendRequest'));
  ben.leave();
});

test('who was taken out is told so, and nothing of what came after', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const groupId = await ann.group('crowd', ben, eve);
  const early = await ann.send(groupId, 'early');
  const device = await connect(ben);
  await device.view(groupId);
  await away(device, async () => {
    await ann.send(groupId, 'before');
    await ann.api('DELETE', `/conversations/${groupId}/participants/${ben.id}`);
    await ann.send(groupId, 'after');
    await ann.api('PATCH', `/messages/${early.id}`, { content: 'changed after' });
    await ann.api('PUT', `/messages/${early.id}/reactions/👍`);
    await ann.api('PATCH', `/conversations/${groupId}`, { name: 'named after' });
  });
  assert.equal(device.socket.recovered, true);
  await fence(device, eve);
  assert.deepEqual(contents(device, groupId), ['before']);
  const updates = device.heard('conversationUpdated', (it) => it.id === groupId);
  assert.equal(updates.length, 1);
  assert.ok(!updates[0].participantIds.includes(ben.id));
  const text = JSON.stringify(device.events);
  assert.ok(!/after/.test(text), text);
  assert.deepEqual(device.heard('message:reaction:add'), []);
  // And it does not view the conversation any more.
  const writer = await ann.connect(WEBSOCKET);
  await writer.view(groupId);
  await writer.does('typing', { conversationId: groupId });
  await fence(device, eve);
  assert.deepEqual(device.heard('userTyping'), []);
  ann.leave();
  ben.leave();
});

test('who was taken out and brought in again is given what came while they were in', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const groupId = await ann.group('crowd', ben);
  const device = await connect(ben);
  const path = `/conversations/${groupId}/participants`;
  await away(device, async () => {
    await ann.send(groupId, 'in');
    await ann.api('DELETE', `${path}/${ben.id}`);
    await ann.send(groupId, 'out');
    await ann.api('POST', path, { userIds: [ben.id] });
    await ann.send(groupId, 'in again');
  });
  await fence(device, eve);
  assert.deepEqual(contents(device, groupId), ['in', 'in again']);
  assert.equal(device.heard(`user:${ben.id}:newGroup`).length, 1);
  ben.leave();
});

/** A token of a person's sign-in that ends in so many seconds, or so many ago. */
function tokenOf(person, seconds, session = true) {
  const claims = JSON.parse(Buffer.from(person.token.split('.')[1], 'base64url'));
  const { sub, sid } = claims;
  const exp = Math.floor(Date.now() / 1000) + seconds;
  return signToken(session ? { sub, sid, exp } : { sub, exp });
}

describe('a token that has run out', () => {
  test('opens the door to who comes back, and to nobody else', async () => {
    const { ann, ben } = await registerAll(server, 'ann', 'ben');
    const conversationId = await ann.direct(ben);
    const auth = { token: tokenOf(ben, 3600) };
    const device = await connect(ben, { ...WEBSOCKET, auth });
    await away(device, async () => {
      auth.token = tokenOf(ben, -60);
      await ann.send(conversationId, 'missed');
    });
    assert.equal(device.socket.recovered, true);
    await device.hears('newMessage', (it) => it.content === 'missed');
    const pid = device.socket._pid;
    const code = async (options) =>
      (await ben.dial({ ...WEBSOCKET, ...options }).refused()).data.code;
    assert.equal(await code({ auth: { token: tokenOf(ben, -60) } }), 'token_expired');
    assert.equal(
      await code({ auth: { token: tokenOf(ben, -60), pid: `${pid}A` } }),
      'token_expired',
    );
    assert.equal(await code({ auth: { token: tokenOf(ben, -60, false), pid } }), 'token_expired');
    // It goes on with a session, and begins none: here not all that was missed can be given.
    const offset = '1.AAAAAAAA.1.-';
    assert.equal(await code({ auth: { token: tokenOf(ben, -60), pid, offset } }), 'token_expired');
    assert.equal((await ben.api('GET', '/auth/me')).status, 'online', 'the first device is there');
    assert.equal(await code({ auth: { token: tokenOf(ann, -60), pid } }), 'token_expired');
    const other = await ben.signIn();
    const elsewhere = tokenOf({ token: other.accessToken }, -60);
    assert.equal(await code({ auth: { token: elsewhere, pid } }), 'token_expired');
    await ben.try('POST', '/auth/logout');
    assert.equal(await code({ auth: { token: tokenOf(ben, -60), pid } }), 'token_revoked');
    ben.leave();
  });
});

describe('a pid that is none of the client’s', () => {
  /** Connects with this in `auth`, and gives the device after all was told to it. */
  async function present(person, friend, auth) {
    const device = person.dial({ ...WEBSOCKET, auth: { token: person.token, ...auth } });
    await device.connected();
    await fence(device, friend);
    return device;
  }

  test('begins a new session, and gives nobody’s events', async () => {
    const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
    const conversationId = await ann.direct(ben);
    const first = await connect(ben);
    const pid = first.socket._pid;
    await ann.send(conversationId, 'private');
    await first.hears('newMessage');
    const offset = first.socket._lastOffset;
    const [version, epoch, settled] = offset.split('.');
    const before = `${version}.${epoch}.${Number(settled) - 1}.-`;
    first.close();
    const secret = (device) => device.heard('newMessage', (it) => it.content === 'private').length;
    // The one that is right, for comparison.
    const right = await present(ben, eve, { pid, offset: before });
    assert.equal(right.socket._pid, pid);
    assert.equal(secret(right), 1);
    for (const [person, presented] of [
      [eve, { pid, offset: before }],
      [eve, { pid }],
      [ben, { pid: `${pid.slice(0, -2)}AA`, offset: before }],
      [ben, { pid: 'none', offset: before }],
      [ben, { pid: [pid], offset: before }],
      [ben, { pid, offset: `1.AAAAAAAA.${Number(settled) - 1}.-` }],
      [ben, { pid, offset: `1.${epoch}.${Number(settled) + 1_000_000}.-` }],
      [ben, { pid, offset: `1.${epoch}.${Number(settled) - 1}.${Number(settled) + 1_000_000}` }],
    ]) {
      const device = await present(person, person === eve ? ann : eve, presented);
      const what = JSON.stringify(presented);
      assert.notEqual(device.socket._pid, pid, what);
      assert.equal(secret(device), 0, what);
      device.close();
    }
    // An offset that cannot be read says nothing, so all since the session's start is given.
    for (const unread of [conversationId, '', '1.x', 7, null]) {
      const device = await present(ben, eve, { pid, offset: unread });
      assert.equal(device.socket._pid, pid, `${unread}`);
      assert.equal(secret(device), 1, `${unread}`);
      device.close();
    }
    // Another sign-in of the same user.
    const other = await ben.signIn();
    const device = await present(ben, eve, { token: other.accessToken, pid, offset: before });
    assert.notEqual(device.socket._pid, pid);
    assert.equal(secret(device), 0);
    ben.leave();
    eve.leave();
  });
});

test('more than 10,000 missed events begin a new session, which sync completes', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const conversationId = await ann.direct(ben);
  const device = await connect(ben);
  const writer = await ann.connect(WEBSOCKET);
  const send = (from, to) =>
    Promise.all(
      numbers(to)
        .slice(from)
        .map((content) => writer.does('sendMessage', { conversationId, content })),
    );
  await away(device, async () => {
    for (let from = 0; from < 10_000; from += 1000) await send(from, from + 1000);
  });
  assert.equal(device.socket.recovered, true, '10,000 are given');
  await device.hears('newMessage', (it) => it.content === '9999');
  assert.deepEqual(contents(device, conversationId), numbers(10_000));
  device.forget();
  await away(device, async () => {
    for (let from = 10_000; from < 20_000; from += 1000) await send(from, from + 1000);
    await send(20_000, 20_001);
  });
  assert.equal(device.socket.recovered, false);
  let lastSeq = 10_000;
  let complete = false;
  const caughtUp = [];
  while (!complete) {
    const answer = await device.does('sync', {
      conversations: { [conversationId]: lastSeq },
      limit: 1000,
    });
    const part = answer.conversations[conversationId];
    caughtUp.push(...part.messages.map((message) => message.content));
    lastSeq = part.messages.at(-1).seq;
    complete = part.complete;
    assert.equal(part.lastSeq, 20_001);
  }
  assert.deepEqual(caughtUp, numbers(20_001).slice(10_000));
  assert.deepEqual(device.heard('newMessage'), []);
  ann.leave();
  ben.leave();
});

test('a client that reads nothing is cut at its bound, and comes back whole', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const conversationId = await ann.direct(ben);
  const device = await connect(ben);
  const writer = await ann.connect(WEBSOCKET);
  const before = await server.measure('salala_slow_consumers_total');
  line.stop();
  const content = 'x'.repeat(4000);
  let count = 0;
  while ((await server.measure('salala_slow_consumers_total')) === before) {
    const sends = Array.from({ length: 200 }, (_, index) =>
      writer.does('sendMessage', {
        conversationId,
        content: `${count + index} ${content}`.slice(0, 4000),
      }),
    );
    await Promise.all(sends);
    count += 200;
    assert.ok(count < 20_000, 'it was never cut');
  }
  line.flow();
  line.cut();
  await device.connected(2);
  assert.equal(device.socket.recovered, true);
  await device.hears('newMessage', (it) => it.content.startsWith(`${count - 1} `));
  await fence(device, eve);
  const heard = contents(device, conversationId).map((text) => text.split(' ')[0]);
  assert.deepEqual(heard, numbers(count));
  ann.leave();
  ben.leave();
});

test('a retention that is over begins a new session, and cursors keep an idle one alive', async () => {
  const brief = await startServer({ env: { RECOVERY_RETENTION: '2s' } });
  const briefLine = await startLine(brief);
  try {
    const { ann, ben } = await registerAll(brief, 'ann', 'ben');
    const conversationId = await ann.direct(ben);
    const idle = await register(brief, 'idle');
    const device = ben.dial({ ...WEBSOCKET, url: briefLine.url });
    await device.connected();
    const quiet = idle.dial({ ...WEBSOCKET, url: briefLine.url });
    await quiet.connected();
    const pid = device.socket._pid;
    const [offset] = (
      await quiet.until(() => quiet.events.find((it) => it.name === 'cursor'), 'a cursor')
    ).args;
    assert.match(offset, /^1\.[\w-]{8}\.\d+\.-$/);
    assert.equal(quiet.socket._lastOffset, offset);
    briefLine.down();
    await device.disconnected();
    const old = await ann.send(conversationId, 'old');
    const present = (person, auth) =>
      person.connect({ ...WEBSOCKET, auth: { token: person.token, ...auth } });
    // It is trimmed when it is older than the retention and not the last; nothing tells of that but
    // that the session is lost.
    let isLost = false;
    while (!isLost) {
      await ann.send(conversationId, 'newer');
      const back = await present(ben, { pid });
      isLost = back.socket._pid !== pid;
      back.close();
    }
    const late = ben.dial({ ...WEBSOCKET, auth: { token: tokenOf(ben, -60), pid } });
    assert.equal((await late.refused()).data.code, 'token_expired');
    briefLine.up();
    await device.connected(2);
    assert.equal(device.socket.recovered, false);
    const answer = await device.does('sync', { conversations: { [conversationId]: old.seq - 1 } });
    assert.equal(answer.conversations[conversationId].messages[0].content, 'old');
    ben.leave();
    idle.leave();
  } finally {
    await briefLine.close();
    await brief.remove();
  }
});
