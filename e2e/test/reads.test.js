/** Read marks: what they count, and who hears of them. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { TRANSPORTS, heardNothing } from '../lib/device.js';
import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { MessagesRead, fits } from '../lib/shapes.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

/** Ann wrote eight messages to a group with Ben, Cem and Dan. */
async function world(options) {
  const people = await registerAll(server, 'ann', 'ben', 'cem', 'dan', 'eve', 'fay');
  const { ann, ben, cem, dan, eve } = people;
  const groupId = await ann.group('the group', ben, cem, dan);
  const messages = [];
  for (let number = 1; number <= 8; number += 1) {
    messages.push(await ann.send(groupId, `message ${number}`));
  }
  const devices = {
    author: await ann.connect(options),
    reader: await ben.connect(options),
    readersSecond: await ben.connect(options),
    viewer: await cem.connect(options),
    member: await dan.connect(options),
    stranger: await eve.connect(options),
  };
  await devices.viewer.view(groupId);
  const leave = () => Object.values(people).forEach((person) => person.leave());
  return { ...people, groupId, messages, devices, leave };
}

for (const transport of TRANSPORTS) {
  describe(`over ${transport.name}`, () => {
    test('a mark on message 1 of 8 leaves 7 unread, one on message 8 leaves 0', async () => {
      const { ben, groupId, messages, devices, leave } = await world(transport.options);
      const unread = async () => (await ben.api('GET', `/conversations/${groupId}`)).unreadCount;
      assert.equal(await unread(), 8);
      const mark = (message) =>
        devices.reader.does('markMessagesAsRead', { messageIds: [message.id] });
      assert.deepEqual(await mark(messages[0]), { success: true, count: 1 });
      assert.equal(await unread(), 7);
      assert.deepEqual(await mark(messages[7]), { success: true, count: 1 });
      assert.equal(await unread(), 0);
      const { data } = await ben.api('GET', `/conversations/${groupId}/messages`);
      const marked = data.filter((message) => message.reads.length > 0);
      assert.deepEqual(
        marked.map((message) => message.seq),
        [8, 1],
      );
      assert.deepEqual(
        marked[0].reads.map((read) => read.userId),
        [ben.id],
      );
      leave();
    });

    test('marks are heard by viewers, the reader and the author, and by nobody else', async () => {
      const { ben, fay, groupId, messages, devices, leave } = await world(transport.options);
      const messageIds = messages.slice(0, 3).map((message) => message.id);
      await devices.reader.does('markMessagesAsRead', { messageIds });
      for (const name of ['author', 'reader', 'readersSecond', 'viewer']) {
        const heard = await devices[name].hears('messagesRead');
        fits(heard, MessagesRead);
        assert.deepEqual(
          { ...heard, readAt: null },
          { messageIds, userId: ben.id, readAt: null, conversationId: groupId, lastReadSeq: 3 },
        );
      }
      await heardNothing(devices.member, fay, 'messagesRead');
      await heardNothing(devices.stranger, fay, 'messagesRead');
      leave();
    });

    test('a mark made again counts and tells nothing', async () => {
      const { fay, messages, devices, leave } = await world(transport.options);
      const messageIds = [messages[4].id];
      await devices.reader.does('markMessagesAsRead', { messageIds });
      await devices.author.hears('messagesRead');
      devices.author.forget();
      const again = await devices.reader.does('markMessagesAsRead', { messageIds });
      assert.deepEqual(again, { success: true, count: 0 });
      await heardNothing(devices.author, fay, 'messagesRead');
      leave();
    });

    test('marks of several conversations come one event for each', async () => {
      const { ann, ben, groupId, messages, devices, leave } = await world(transport.options);
      const direct = await ann.direct(ben);
      const other = await ann.send(direct, 'between us');
      const messageIds = [messages[0].id, other.id];
      const answer = await devices.reader.does('markMessagesAsRead', { messageIds });
      assert.deepEqual(answer, { success: true, count: 2 });
      const inGroup = (read) => read.conversationId === groupId;
      const inDirect = (read) => read.conversationId === direct;
      assert.deepEqual((await devices.author.hears('messagesRead', inGroup)).messageIds, [
        messages[0].id,
      ]);
      assert.deepEqual((await devices.author.hears('messagesRead', inDirect)).messageIds, [
        other.id,
      ]);
      leave();
    });

    test('marks with one that is not for the reader are refused as a whole', async () => {
      const { ann, ben, eve, fay, groupId, messages, devices, leave } = await world(
        transport.options,
      );
      const elsewhere = await ann.send(await ann.direct(eve), 'not for Ben');
      const mark = (id, code) =>
        devices.reader.fails('markMessagesAsRead', { messageIds: [messages[0].id, id] }, code);
      await mark(elsewhere.id, 'forbidden');
      await mark('no-such-message', 'not_found');
      assert.equal((await ben.api('GET', `/conversations/${groupId}`)).unreadCount, 8);
      await heardNothing(devices.author, fay, 'messagesRead');
      leave();
    });

    test('to read up to a place covers all before it', async () => {
      const { ben, groupId, messages, devices, leave } = await world(transport.options);
      const answer = await ben.api('POST', `/conversations/${groupId}/read`, { seq: 5 });
      assert.deepEqual(answer, { lastReadSeq: 5, unreadCount: 3 });
      const heard = await devices.author.hears('messagesRead');
      assert.deepEqual(
        heard.messageIds,
        messages.slice(0, 5).map((message) => message.id),
      );
      const back = await ben.api('POST', `/conversations/${groupId}/read`, { seq: 2 });
      assert.deepEqual(back, { lastReadSeq: 5, unreadCount: 3 });
      leave();
    });

    test('to send reads what stands before it', async () => {
      const { ben, groupId, devices, leave } = await world(transport.options);
      await devices.reader.does('sendMessage', { conversationId: groupId, content: 'an answer' });
      const { lastReadSeq, unreadCount } = await ben.api('GET', `/conversations/${groupId}`);
      assert.deepEqual({ lastReadSeq, unreadCount }, { lastReadSeq: 9, unreadCount: 0 });
      leave();
    });

    test('a deleted message is not unread', async () => {
      const { ann, ben, groupId, messages, leave } = await world(transport.options);
      await ann.api('DELETE', `/messages/${messages[3].id}`);
      assert.equal((await ben.api('GET', `/conversations/${groupId}`)).unreadCount, 7);
      leave();
    });
  });
}
