/** Messages become rows with days and groups between. */

import type { Message, OutboxEntry } from '@salala/client';
import { expect, test } from 'vitest';

import { lastOwnMessage, toRows, type MessageRow, type Row } from '@/components/conversation/rows';

const START = new Date('2026-03-10T10:00:00').getTime();

function message(
  seq: number,
  senderId: string,
  minutes: number,
  more: Partial<Message> = {},
): Message {
  return {
    id: `m${seq}`,
    conversationId: 'c',
    seq,
    senderId,
    sender: { id: senderId, username: senderId, displayName: null, avatar: null },
    content: `text ${seq}`,
    fileUrl: null,
    file: null,
    replyToId: null,
    replyTo: null,
    reactions: [],
    mentions: [],
    clientMessageId: null,
    createdAt: new Date(START + minutes * 60_000).toISOString(),
    editedAt: null,
    deletedAt: null,
    ...more,
  };
}

function entry(clientMessageId: string, minutes: number): OutboxEntry {
  return {
    clientMessageId,
    conversationId: 'c',
    content: 'waiting',
    fileUrl: null,
    replyToId: null,
    createdAt: new Date(START + minutes * 60_000).toISOString(),
    state: 'waiting',
    failure: null,
  };
}

function rowsOf(messages: Message[], more: Partial<Parameters<typeof toRows>[0]> = {}): Row[] {
  return toRows({ messages, pending: [], me: 'me', isWhole: false, unreadFrom: null, ...more });
}

function shapes(rows: readonly Row[]): string[] {
  return rows.map((row) =>
    row.kind === 'intro' ? 'intro' : `${row.isFirst ? '[' : ''}${row.key}${row.isLast ? ']' : ''}`,
  );
}

test('what one person writes within five minutes belongs together', () => {
  const rows = rowsOf([
    message(1, 'ann', 0),
    message(2, 'ann', 4),
    message(3, 'ann', 9),
    message(4, 'ben', 10),
  ]);
  expect(shapes(rows)).toEqual(['[m1', 'm2]', '[m3]', '[m4]']);
});

test('each day is told once, and ends a group', () => {
  const rows = rowsOf([
    message(1, 'ann', 0),
    message(2, 'ann', 1),
    message(3, 'ann', 14 * 60 - 1),
    message(4, 'ann', 14 * 60 + 1),
  ]);
  expect(rows.map((row) => (row as MessageRow).day)).toEqual([
    '2026-03-10',
    null,
    null,
    '2026-03-11',
  ]);
  expect(shapes(rows)).toEqual(['[m1', 'm2]', '[m3]', '[m4]']);
});

test('the line of unread messages stands before the first one of somebody else', () => {
  const rows = rowsOf(
    [message(1, 'ann', 0), message(2, 'me', 1), message(3, 'ann', 2), message(4, 'ann', 3)],
    {
      unreadFrom: 2,
    },
  );
  expect(rows.map((row) => (row as MessageRow).isUnreadStart)).toEqual([false, false, true, false]);
});

test('what is being sent stands behind the messages, and keeps its row when it has arrived', () => {
  const pending = [entry('a', 1), entry('b', 1)];
  const before = rowsOf([message(1, 'me', 0)], { pending });
  expect(shapes(before)).toEqual(['[m1', 'own a', 'own b]']);
  const after = rowsOf([message(1, 'me', 0), message(2, 'me', 1, { clientMessageId: 'a' })], {
    pending,
  });
  expect(shapes(after)).toEqual(['[m1', 'own a', 'own b]']);
});

test('another one’s id for their message is not taken for one’s own', () => {
  const rows = rowsOf([message(1, 'ann', 0, { clientMessageId: 'a' })], {
    pending: [entry('a', 1)],
  });
  expect(shapes(rows)).toEqual(['[m1]', '[own a]']);
});

test('the beginning is told only where it is', () => {
  expect(shapes(rowsOf([message(1, 'ann', 0)], { isWhole: true }))).toEqual(['intro', '[m1]']);
  expect(shapes(rowsOf([], { isWhole: true }))).toEqual(['intro']);
});

test('the last message of one’s own that can be changed has a text and is not deleted', () => {
  const deletedAt = new Date(START).toISOString();
  const messages = [
    message(1, 'me', 0),
    message(2, 'me', 1, { deletedAt, content: null }),
    message(3, 'me', 2, { content: null, fileUrl: '/f' }),
    message(4, 'ann', 3),
  ];
  expect(lastOwnMessage(messages, 'me')?.id).toBe('m1');
  expect(lastOwnMessage(messages, 'ben')).toBeNull();
});
