/** Events change the state as they say, and a second time not at all. */

import { expect, test } from 'vitest';

import { type ServerEvents } from '../generated/events.js';
import { putConversation } from './conversations.js';
import { applyEvent } from './events.js';
import { conversation, dataWith, message, participant } from '../samples.js';
import { type ChatData, selectPending, selectUnread } from './state.js';

const apply = <Name extends keyof ServerEvents>(
  data: ChatData,
  name: Name,
  payload: ServerEvents[Name],
) => applyEvent(data, name, payload);

const before = dataWith([message(1), message(2)], { unreadCount: 2 });
const reaction = {
  id: 'r1',
  messageId: 'm1',
  conversationId: 'c',
  userId: 'ben',
  emoji: '👍',
  createdAt: '2026-11-25T12:00:00.000Z',
};
const read = {
  messageIds: ['m2'],
  userId: 'ben',
  readAt: '2026-11-25T12:01:00.000Z',
  conversationId: 'c',
  lastReadSeq: 2,
};
const friendRequest = {
  id: 'f1',
  senderId: 'ben',
  receiverId: 'ann',
  status: 'PENDING' as const,
  createdAt: '2026-11-25T12:00:00.000Z',
  sender: { ...participant('ben') },
};

test.each<[keyof ServerEvents, unknown]>([
  ['newMessage', message(3)],
  ['newMessage', message(3, { senderId: 'ann' })],
  ['messageUpdated', message(2, { content: 'edited', editedAt: '2026-11-25T12:01:00.000Z' })],
  ['messageDeleted', message(2, { content: null, deletedAt: '2026-11-25T12:01:00.000Z' })],
  ['message:reaction:add', reaction],
  ['messagesRead', read],
  ['messagesRead', { ...read, userId: 'ann', lastReadSeq: 1 }],
  ['conversationUpdated', { ...conversation(), name: 'new name' }],
  ['userStatusChanged', { userId: 'ben', status: 'online', lastSeenAt: null }],
  ['userTyping', { userId: 'ben', conversationId: 'c' }],
  ['newFriendRequest', friendRequest],
])('%s changes something once', (name, payload) => {
  const once = applyEvent(before, name, payload).data;
  expect(once).not.toEqual(before);
  expect(applyEvent(once, name, payload).data).toEqual(once);
});

test('events that are told again in order after a recovery change nothing', () => {
  const events: [keyof ServerEvents, unknown][] = [
    ['newMessage', message(3)],
    ['message:reaction:add', { ...reaction, messageId: 'm3' }],
    ['messagesRead', { ...read, userId: 'ann', lastReadSeq: 3, messageIds: ['m3'] }],
    ['newMessage', message(4)],
    ['messageDeleted', message(4, { content: null, deletedAt: '2026-11-25T12:02:00.000Z' })],
  ];
  const play = (from: ChatData) =>
    events.reduce((data, [name, payload]) => applyEvent(data, name, payload).data, from);
  const after = play(before);
  expect(after.conversations['c']).toMatchObject({ lastSeq: 4, lastReadSeq: 3, unreadCount: 0 });
  expect(play(after).conversations).toEqual(after.conversations);
});

test("others' messages count as unread, and the own one reads all that stands before it", () => {
  const told = apply(before, 'newMessage', message(3)).data;
  expect(told.conversations['c']?.unreadCount).toBe(3);
  expect(selectUnread(told)).toBe(3);
  const sent = apply(told, 'newMessage', message(4, { senderId: 'ann' })).data;
  expect(sent.conversations['c']).toMatchObject({ unreadCount: 0, lastReadSeq: 4 });
});

test('a message that does not follow the last one is asked for and not shown with a hole', () => {
  const { data, lacks } = apply(before, 'newMessage', message(5));
  expect(data.timelines['c']?.messages.map(({ seq }) => seq)).toEqual([1, 2]);
  expect(lacks).toContainEqual({ kind: 'messages', id: 'c' });
  expect(data.conversations['c']?.lastSeq).toBe(5);
});

test('a window in the past takes no message of the present', () => {
  const timeline = before.timelines['c'];
  const past: ChatData = { ...before, timelines: { c: { ...timeline!, hasNewer: true } } };
  const { data, lacks } = apply(past, 'newMessage', message(3));
  expect(data.timelines['c']).toBe(past.timelines['c']);
  expect(lacks).toEqual([]);
});

test('of a conversation that is not known the server is asked', () => {
  const { lacks } = apply(before, 'newMessage', message(1, { conversationId: 'other' }));
  expect(lacks).toEqual([{ kind: 'conversation', id: 'other' }]);
  const group = { groupId: 'g', groupName: 'a group', message: 'hello' };
  expect(apply(before, 'user:ann:newGroup', group).lacks).toEqual([
    { kind: 'conversation', id: 'g' },
  ]);
});

test('whoever is no member any more has the conversation no more', () => {
  const shared = { ...conversation(), participantIds: ['ben'] };
  const { data } = apply({ ...before, activeConversationId: 'c' }, 'conversationUpdated', shared);
  expect(data.conversations).toEqual({});
  expect(data.timelines).toEqual({});
  expect(data.activeConversationId).toBeNull();
});

test('a change of a conversation leaves what is its reader’s own', () => {
  const own = { pinnedAt: '2026-11-25T11:00:00.000Z', unreadCount: 2, lastReadSeq: 0 };
  const data = dataWith([message(1), message(2)], own);
  const names = Object.keys(own);
  const shared = Object.fromEntries(
    Object.entries(conversation({ name: 'new name' })).filter(([key]) => !names.includes(key)),
  );
  const changed = apply(data, 'conversationUpdated', shared as never).data;
  expect(changed.conversations['c']).toMatchObject({ ...own, name: 'new name', lastSeq: 2 });
});

test('an unread message that is deleted is no longer counted, and what quotes it is emptied', () => {
  const quote = { id: 'm2', senderId: 'ben', content: 'message 2', fileUrl: null };
  const reply = message(3, { replyToId: 'm2', replyTo: { ...quote, sender: { username: 'ben' } } });
  const data = dataWith([message(1), message(2), reply], { unreadCount: 3 });
  const deleted = message(2, { content: null, deletedAt: '2026-11-25T12:01:00.000Z' });
  const after = apply(data, 'messageDeleted', deleted).data;
  expect(after.conversations['c']?.unreadCount).toBe(2);
  expect(after.timelines['c']?.messages[2]?.replyTo?.content).toBeNull();
});

test('what was read on another device is counted from what is loaded', () => {
  const data = dataWith([message(1), message(2), message(3)], { unreadCount: 3 });
  const mine = { ...read, userId: 'ann', lastReadSeq: 2 };
  expect(apply(data, 'messagesRead', mine).data.conversations['c']?.unreadCount).toBe(1);
  const unloaded = { ...data, timelines: {} };
  expect(apply(unloaded, 'messagesRead', mine).lacks).toEqual([{ kind: 'conversation', id: 'c' }]);
});

test('an answer that events have overtaken takes nothing back', () => {
  const { data } = apply(before, 'newMessage', message(3));
  const stale = conversation({ lastSeq: 2, lastMessageId: 'm2', unreadCount: 2, name: 'fresh' });
  const merged = putConversation(data, stale).conversations['c'];
  expect(merged).toMatchObject({ lastSeq: 3, lastMessageId: 'm3', unreadCount: 3, name: 'fresh' });
});

test('the newest activity stands first', () => {
  const older = conversation({ id: 'old', updatedAt: '2026-11-24T12:00:00.000Z' });
  const data = putConversation(before, older);
  expect(data.conversationIds).toEqual(['c', 'old']);
  const told = apply(data, 'newMessage', {
    ...message(1),
    conversationId: 'old',
    createdAt: '2026-11-26T12:00:00.000Z',
  });
  expect(told.data.conversationIds).toEqual(['old', 'c']);
});

test('what is being sent in a conversation is the same list until it changes', () => {
  const select = selectPending('c');
  expect(select(before)).toBe(select({ ...before, me: 'ann' }));
});
