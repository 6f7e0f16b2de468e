/** Friend requests, groups and what changes in them: who hears, and who must not. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { TRANSPORTS, heardNothing } from '../lib/device.js';
import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import {
  FriendRequest,
  FriendRequestWithSender,
  NewGroup,
  SharedConversation,
  fits,
} from '../lib/shapes.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

async function world(options, ...names) {
  const people = await registerAll(server, ...names, 'fay');
  const devices = {};
  for (const name of names) {
    devices[name] = [await people[name].connect(options), await people[name].connect(options)];
  }
  const leave = () => Object.values(people).forEach((person) => person.leave());
  return { ...people, devices, leave };
}

for (const transport of TRANSPORTS) {
  describe(`over ${transport.name}`, () => {
    test('a friend request is heard by its receiver, its answer by both', async () => {
      const { ann, ben, fay, devices, leave } = await world(
        transport.options,
        'ann',
        'ben',
        'stranger',
      );
      const asked = await ann.api('POST', '/friend-requests', { receiverId: ben.id });
      fits(asked, FriendRequest);
      for (const device of devices.ben) {
        const heard = await device.hears('newFriendRequest');
        fits(heard, FriendRequestWithSender);
        const { sender, ...request } = heard;
        assert.deepEqual(request, asked);
        assert.equal(sender.username, ann.username);
      }
      const conversation = await ben.api('POST', `/friend-requests/${asked.id}/accept`);
      for (const device of [...devices.ann, ...devices.ben]) {
        const heard = await device.hears('friendRequestUpdated');
        fits(heard, FriendRequest);
        assert.deepEqual(heard, { ...asked, status: 'ACCEPTED' });
        const shared = await device.hears('conversationUpdated');
        assert.equal(shared.id, conversation.id);
      }
      const names = ['newFriendRequest', 'friendRequestUpdated', 'conversationUpdated'];
      for (const device of devices.stranger) await heardNothing(device, fay, ...names);
      await heardNothing(devices.ann[1], fay, 'newFriendRequest');
      leave();
    });

    test('a request that is rejected or taken back is heard by both', async () => {
      const { ann, ben, devices, leave } = await world(transport.options, 'ann', 'ben');
      const status = (word) => (request) => request.status === word;
      const first = await ann.api('POST', '/friend-requests', { receiverId: ben.id });
      await ben.api('POST', `/friend-requests/${first.id}/reject`);
      const second = await ann.api('POST', '/friend-requests', { receiverId: ben.id });
      await ann.api('DELETE', `/friend-requests/${second.id}`);
      for (const device of [...devices.ann, ...devices.ben]) {
        const rejected = await device.hears('friendRequestUpdated', status('REJECTED'));
        assert.equal(rejected.id, first.id);
        const cancelled = await device.hears('friendRequestUpdated', status('CANCELLED'));
        assert.equal(cancelled.id, second.id);
      }
      leave();
    });

    test('who is brought into a group hears so, and hears it alone', async () => {
      const { ann, ben, eve, fay, devices, leave } = await world(
        transport.options,
        'ann',
        'ben',
        'eve',
        'stranger',
      );
      const groupId = await ann.group('the group', ben);
      const named = (person) => `user:${person.id}:newGroup`;
      for (const device of devices.ben) {
        const heard = await device.hears(named(ben));
        fits(heard, NewGroup);
        assert.equal(heard.groupId, groupId);
        assert.equal(heard.groupName, 'the group');
      }
      await ann.api('POST', `/conversations/${groupId}/participants`, { userIds: [eve.id] });
      for (const device of devices.eve) {
        assert.equal((await device.hears(named(eve))).groupId, groupId);
      }
      for (const device of [devices.ann[1], devices.stranger[0]]) {
        await heardNothing(device, fay, named(ann), named(ben), named(eve));
      }
      await heardNothing(devices.ben[0], fay, named(eve));
      leave();
    });

    test('each change of a group is heard by its members, removal by the removed too', async () => {
      const { ann, ben, cem, fay, devices, leave } = await world(
        transport.options,
        'ann',
        'ben',
        'cem',
        'stranger',
      );
      const groupId = await ann.group('first name', ben, cem);
      const path = `/conversations/${groupId}`;
      const all = [...devices.ann, ...devices.ben, ...devices.cem];
      const allHear = async (hearers, fitting) => {
        for (const device of hearers) {
          const heard = await device.hears(
            'conversationUpdated',
            (shared) => shared.id === groupId && fitting(shared),
          );
          fits(heard, SharedConversation);
        }
      };
      await allHear(all, (shared) => shared.name === 'first name');
      await ann.api('PATCH', path, { name: 'second name' });
      await allHear(all, (shared) => shared.name === 'second name');
      await ann.api('PATCH', path, { avatar: 'https://example.org/group.png' });
      await allHear(all, (shared) => shared.avatar === 'https://example.org/group.png');
      await ann.api('PATCH', `${path}/participants/${ben.id}`, { role: 'admin' });
      const isAdmin = (participant) => participant.id === ben.id && participant.role === 'admin';
      await allHear(all, (shared) => shared.participants.some(isAdmin));
      await ben.api('DELETE', `${path}/participants/${cem.id}`);
      await allHear(all, (shared) => !shared.participantIds.includes(cem.id));
      // From here on the removed one hears nothing of it, and the own settings of one nobody else.
      for (const device of [...devices.cem, ...devices.ben]) device.forget();
      await ann.api('PATCH', path, { name: 'third name' });
      await heardNothing(devices.cem[0], fay, 'conversationUpdated');
      await allHear(devices.ben, (shared) => shared.name === 'third name');
      devices.ben[0].forget();
      await ann.api('PATCH', path, { pinnedAt: '2026-01-01T00:00:00.000Z', markedUnread: true });
      await heardNothing(devices.ben[0], fay, 'conversationUpdated');
      await heardNothing(devices.stranger[0], fay, 'conversationUpdated');
      leave();
    });

    test('a conversation of two is heard of by both when it is made', async () => {
      const { ann, ben, devices, leave } = await world(transport.options, 'ann', 'ben');
      const id = await ann.direct(ben);
      for (const device of [...devices.ann, ...devices.ben]) {
        const shared = await device.hears('conversationUpdated');
        fits(shared, SharedConversation);
        assert.equal(shared.id, id);
        assert.deepEqual([...shared.participantIds].sort(), [ann.id, ben.id].sort());
      }
      leave();
    });
  });
}
