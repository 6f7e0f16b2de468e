/** Messages, edits and reactions: who hears them, and who must not. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { TRANSPORTS, heardNothing } from '../lib/device.js';
import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { Message, Reaction, ReactionRemoved, fits } from '../lib/shapes.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

const OF_MESSAGES = [
  'newMessage',
  'messageUpdated',
  'messageDeleted',
  'message:reaction:add',
  'message:reaction:remove',
];

/** Ann (on two devices), Ben and Cem in a group; Cem was removed; Eve is a stranger. */
async function world(options) {
  const people = await registerAll(server, 'ann', 'ben', 'cem', 'dan', 'eve', 'fay');
  const { ann, ben, cem, dan, eve, fay } = people;
  const groupId = await ann.group('the group', ben, cem, dan);
  await ann.api('DELETE', `/conversations/${groupId}/participants/${cem.id}`);
  const devices = {
    first: await ann.connect(options),
    second: await ann.connect(options),
    ben: await ben.connect(options),
    dan: await dan.connect(options),
    removed: await cem.connect(options),
    stranger: await eve.connect(options),
  };
  const leave = () => Object.values(people).forEach((person) => person.leave());
  return { ...people, fay, groupId, devices, leave };
}

for (const transport of TRANSPORTS) {
  describe(`over ${transport.name}`, () => {
    test('a message reaches every device of every member, and nobody else', async () => {
      const { ann, fay, groupId, devices, leave } = await world(transport.options);
      const message = await devices.first.does('sendMessage', {
        conversationId: groupId,
        content: 'hello',
        clientMessageId: 'mine-1',
      });
      fits(message, Message);
      assert.equal(message.seq, 1);
      assert.equal(message.senderId, ann.id);
      assert.equal(message.sender.username, ann.username);
      assert.equal(message.content, 'hello');
      assert.equal(message.clientMessageId, 'mine-1');
      for (const device of [devices.first, devices.second, devices.ben, devices.dan]) {
        const heard = await device.hears('newMessage');
        fits(heard, Message);
        assert.deepEqual(heard, message);
      }
      await heardNothing(devices.removed, fay, ...OF_MESSAGES);
      await heardNothing(devices.stranger, fay, ...OF_MESSAGES);
      leave();
    });

    test('an answer carries what it answers, a mention its member', async () => {
      const { ann, ben, groupId, devices, leave } = await world(transport.options);
      const first = await devices.first.does('sendMessage', {
        conversationId: groupId,
        content: 'a question',
      });
      const second = await devices.ben.does('sendMessage', {
        conversationId: groupId,
        content: `an answer for @${ann.username}, not for @nobody`,
        replyToId: first.id,
        fileUrl: 'https://example.org/picture.png',
      });
      assert.deepEqual(second.replyTo, {
        id: first.id,
        senderId: ann.id,
        content: 'a question',
        fileUrl: null,
        sender: { username: ann.username },
      });
      assert.deepEqual(second.mentions, [ann.id]);
      assert.equal(second.fileUrl, 'https://example.org/picture.png');
      assert.equal(second.file, null);
      assert.equal(second.seq, 2);
      const heard = await devices.dan.hears('newMessage', (message) => message.id === second.id);
      assert.deepEqual(heard, second);
      assert.equal(heard.senderId, ben.id);
      leave();
    });

    test('edits and deletions reach the same devices', async () => {
      const { ann, fay, groupId, devices, leave } = await world(transport.options);
      const sent = await ann.send(groupId, 'first words');
      const edited = await ann.api('PATCH', `/messages/${sent.id}`, { content: 'second words' });
      assert.equal(edited.content, 'second words');
      assert.ok(edited.editedAt);
      await ann.api('DELETE', `/messages/${sent.id}`);
      for (const device of [devices.first, devices.second, devices.ben]) {
        const updated = await device.hears('messageUpdated');
        fits(updated, Message);
        assert.equal(updated.content, 'second words');
        const deleted = await device.hears('messageDeleted');
        fits(deleted, Message);
        assert.equal(deleted.id, sent.id);
        assert.equal(deleted.content, null);
        assert.equal(deleted.fileUrl, null);
        assert.ok(deleted.deletedAt);
      }
      await heardNothing(devices.removed, fay, ...OF_MESSAGES);
      await heardNothing(devices.stranger, fay, ...OF_MESSAGES);
      leave();
    });

    test('reactions reach the same devices, a repeat nobody', async () => {
      const { ann, ben, fay, groupId, devices, leave } = await world(transport.options);
      const sent = await ann.send(groupId, 'react to this');
      const path = `/messages/${sent.id}/reactions/${encodeURIComponent('👍🏽')}`;
      const reaction = await ben.api('PUT', path);
      fits(reaction, Reaction);
      assert.equal(reaction.emoji, '👍🏽');
      assert.deepEqual(await ben.api('PUT', path), reaction);
      await ben.api('DELETE', path);
      await ben.api('DELETE', path);
      for (const device of [devices.first, devices.second, devices.ben, devices.dan]) {
        const removed = await device.hears('message:reaction:remove');
        fits(removed, ReactionRemoved);
        assert.deepEqual(removed, {
          messageId: sent.id,
          conversationId: groupId,
          userId: ben.id,
          emoji: '👍🏽',
        });
        assert.deepEqual(device.heard('message:reaction:add'), [reaction]);
      }
      await heardNothing(devices.removed, fay, ...OF_MESSAGES);
      await heardNothing(devices.stranger, fay, ...OF_MESSAGES);
      const repeats = devices.dan.heard('message:reaction:remove');
      assert.equal(repeats.length, 1);
      leave();
    });

    test('a repeated send acks the first message and emits nothing', async () => {
      const { ann, groupId, devices, leave } = await world(transport.options);
      const draft = { conversationId: groupId, content: 'once', clientMessageId: 'once' };
      const [first, repeat] = await Promise.all([
        devices.first.does('sendMessage', draft),
        devices.second.does('sendMessage', { ...draft, content: 'changed' }),
      ]);
      assert.deepEqual(first, repeat);
      const answer = await ann.try('POST', `/conversations/${groupId}/messages`, draft);
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.body, first);
      const next = await devices.first.does('sendMessage', {
        conversationId: groupId,
        content: 'next',
        clientMessageId: 'next',
      });
      assert.equal(next.seq, first.seq + 1);
      await devices.ben.hears('newMessage', (message) => message.id === next.id);
      assert.deepEqual(devices.ben.heard('newMessage'), [first, next]);
      leave();
    });

    test('a client message id is the own of its sender and conversation', async () => {
      const { ann, ben, groupId, devices, leave } = await world(transport.options);
      const direct = await ann.direct(ben);
      const send = (device, conversationId) =>
        device.does('sendMessage', { conversationId, content: 'hi', clientMessageId: 'same' });
      const sent = [
        await send(devices.first, groupId),
        await send(devices.ben, groupId),
        await send(devices.first, direct),
      ];
      assert.equal(new Set(sent.map((message) => message.id)).size, 3);
      leave();
    });

    test('an ack is called exactly once, and is not needed', async () => {
      const { groupId, devices, leave } = await world(transport.options);
      let calls = 0;
      devices.first.socket.emit('sendMessage', { conversationId: groupId, content: 'a' }, () => {
        calls += 1;
      });
      devices.first.socket.emit('sendMessage', { conversationId: groupId, content: 'b' });
      const last = { conversationId: groupId, content: 'c' };
      await devices.first.does('sendMessage', last);
      await devices.first.hears('newMessage', (message) => message.content === 'c');
      assert.equal(calls, 1);
      assert.deepEqual(
        devices.first.heard('newMessage').map((message) => message.content),
        ['a', 'b', 'c'],
      );
      leave();
    });

    test('who is removed hears nothing more, who is added hears from then on', async () => {
      const { ann, ben, eve, fay, groupId, devices, leave } = await world(transport.options);
      await devices.ben.view(groupId);
      await ann.api('DELETE', `/conversations/${groupId}/participants/${ben.id}`);
      await ann.api('POST', `/conversations/${groupId}/participants`, { userIds: [eve.id] });
      const sent = await ann.send(groupId, 'without Ben');
      const heard = await devices.stranger.hears('newMessage');
      assert.deepEqual(heard, sent);
      devices.first.socket.emit('typing', { conversationId: groupId });
      await devices.first.does('typing', { conversationId: groupId });
      await heardNothing(devices.ben, fay, 'newMessage', 'userTyping', 'messagesRead');
      await devices.ben.fails('joinRoom', { conversationId: groupId }, 'forbidden');
      leave();
    });
  });
}
