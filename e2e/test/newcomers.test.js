/** Who comes into a group late: what was written before stays hidden, whatever becomes of it. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { TRANSPORTS, heardNothing } from '../lib/device.js';
import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { SharedConversation, fits } from '../lib/shapes.js';

const ABOUT_A_MESSAGE = [
  'messageUpdated',
  'messageDeleted',
  'message:reaction:add',
  'message:reaction:remove',
];

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

/** A group of Ann and Ben with one message, into which Cem comes late; a device of each. */
async function lateWorld(options) {
  const people = await registerAll(server, 'ann', 'ben', 'cem', 'fay');
  const { ann, ben, cem } = people;
  const groupId = await ann.group('the group', ben);
  const path = `/conversations/${groupId}`;
  const early = await ann.send(groupId, 'before anybody came');
  const devices = { ben: await ben.connect(options), cem: await cem.connect(options) };
  const add = (person) => ann.api('POST', `${path}/participants`, { userIds: [person.id] });
  await add(cem);
  /** The next news of the group that fits, which is then forgotten. */
  const news = async (device, fitting) => {
    const isNews = (shared) => shared.id === groupId && fitting(shared);
    const shared = await device.hears('conversationUpdated', isNews);
    fits(shared, SharedConversation);
    device.forget();
    return shared;
  };
  const leave = () => Object.values(people).forEach((person) => person.leave());
  return { ...people, groupId, path, early, devices, add, news, leave };
}

/** Asserts that the news has this last message, or none. */
function showsLast(shared, message) {
  assert.equal(shared.lastMessageId, message?.id ?? null);
  assert.equal(shared.lastMessage?.id ?? null, message?.id ?? null);
}

for (const transport of TRANSPORTS) {
  describe(`over ${transport.name}`, () => {
    test('no later change of a group shows a newcomer the message before', async () => {
      const { ann, cem, fay, path, groupId, early, devices, add, news, leave } = await lateWorld(
        transport.options,
      );
      const both = async (fitting, last) => {
        showsLast(await news(devices.ben, fitting), early);
        showsLast(await news(devices.cem, fitting), last);
      };
      const has = (person) => (shared) => shared.participantIds.includes(person.id);
      await both(has(cem), null);
      await ann.api('PATCH', path, { name: 'another name' });
      await both((shared) => shared.name === 'another name', null);
      await ann.api('PATCH', `${path}/participants/${cem.id}`, { role: 'admin' });
      const isAdmin = (participant) => participant.id === cem.id && participant.role === 'admin';
      await both((shared) => shared.participants.some(isAdmin), null);
      await add(fay);
      await both(has(fay), null);
      await ann.api('DELETE', `${path}/participants/${cem.id}`);
      await both((shared) => !has(cem)(shared), null);
      // Once there is one that they see, they are shown it, and also when they go.
      await add(cem);
      const late = await ann.send(groupId, 'now that all are here');
      await devices.cem.hears('newMessage', (message) => message.id === late.id);
      await ann.api('DELETE', `${path}/participants/${cem.id}`);
      showsLast(await news(devices.cem, (shared) => shared.lastSeq === late.seq), late);
      leave();
    });

    test('what becomes of a message before is not told to a newcomer', async () => {
      const { ann, cem, fay, groupId, early, devices, leave } = await lateWorld(transport.options);
      const change = async (message) => {
        await ann.api('PUT', `/messages/${message.id}/reactions/%F0%9F%91%8D`);
        await ann.api('DELETE', `/messages/${message.id}/reactions/%F0%9F%91%8D`);
        await ann.api('PATCH', `/messages/${message.id}`, { content: 'edited' });
        await ann.api('DELETE', `/messages/${message.id}`);
      };
      await change(early);
      for (const name of ABOUT_A_MESSAGE) await devices.ben.hears(name);
      await heardNothing(devices.cem, fay, ...ABOUT_A_MESSAGE);
      assert.equal((await cem.try('GET', `/messages/${early.id}`)).status, 403);
      devices.ben.forget();
      await change(await ann.send(groupId, 'for all to see'));
      for (const device of [devices.ben, devices.cem]) {
        for (const name of ABOUT_A_MESSAGE) await device.hears(name);
      }
      leave();
    });

    test('who comes back is told of what they saw the first time', async () => {
      const { ann, ben, path, groupId, early, devices, add, news, leave } = await lateWorld(
        transport.options,
      );
      const hasBen = (shared) => shared.participantIds.includes(ben.id);
      await ann.api('DELETE', `${path}/participants/${ben.id}`);
      showsLast(await news(devices.ben, (shared) => !hasBen(shared)), early);
      await add(ben);
      showsLast(await news(devices.ben, hasBen), early);
      await ann.api('DELETE', `${path}/participants/${ben.id}`);
      await news(devices.ben, (shared) => !hasBen(shared));
      const gap = await ann.send(groupId, 'in the gap');
      await add(ben);
      showsLast(await news(devices.ben, hasBen), null);
      await ann.api('PATCH', `/messages/${gap.id}`, { content: 'edited in the gap' });
      await ann.api('PATCH', `/messages/${early.id}`, { content: 'edited before' });
      await devices.ben.hears('messageUpdated', (message) => message.id === early.id);
      assert.equal(devices.ben.heard('messageUpdated').length, 1);
      leave();
    });
  });
}
