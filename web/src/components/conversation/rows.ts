/** The rows of a conversation: messages in order, what is being sent behind them, days and groups between. */

import type { Message, OutboxEntry } from '@salala/client';

type Placed = {
  /** Stays the same from the first try to send it on, so that a message keeps its row. */
  key: string;
  /** The day that begins with this row, as the user's calendar has it. */
  day: string | null;
  /** Whether it begins and ends what one person wrote in one go. */
  isFirst: boolean;
  isLast: boolean;
};

export type MessageRow = Placed & { kind: 'message'; message: Message; isUnreadStart: boolean };
export type PendingRow = Placed & { kind: 'pending'; entry: OutboxEntry };
/** What stands before the first message that there is. */
export type IntroRow = { kind: 'intro'; key: string };
export type Row = MessageRow | PendingRow | IntroRow;

/** Messages of one person belong together within this time. */
const GROUP_MS = 5 * 60_000;

type Contents = {
  messages: readonly Message[];
  pending: readonly OutboxEntry[];
  me: string;
  /** The window begins with the first message that there is. */
  isWhole: boolean;
  /** The first message that was not read when one came. */
  unreadFrom: number | null;
};

/** What is known of a neighbour. */
type Part = { senderId: string; at: number; day: string };

export function toRows({ messages, pending, me, isWhole, unreadFrom }: Contents): Row[] {
  const rows: Row[] = isWhole ? [{ kind: 'intro', key: 'intro' }] : [];
  let before: Part | null = null;
  let last: MessageRow | PendingRow | null = null;
  const place = (key: string, part: Part, isApart: boolean): Placed => {
    const isNewDay = before?.day !== part.day;
    const isFirst = isNewDay || isApart || !isTogether(before, part);
    if (last !== null) {
      last.isLast = isFirst;
    }
    before = part;
    return { key, day: isNewDay ? part.day : null, isFirst, isLast: true };
  };
  let hasUnreadStart = false;
  const sent = new Set<string>();
  for (const message of messages) {
    const isUnreadStart: boolean = !hasUnreadStart && isFirstUnread(message, unreadFrom, me);
    hasUnreadStart = hasUnreadStart || isUnreadStart;
    const placed = place(keyOf(message, me), partOf(message), isUnreadStart);
    last = { kind: 'message', message, isUnreadStart, ...placed };
    rows.push(last);
    if (message.senderId === me && message.clientMessageId !== null) {
      sent.add(message.clientMessageId);
    }
  }
  for (const entry of pending) {
    if (!sent.has(entry.clientMessageId)) {
      const part = { senderId: me, ...timeOf(entry) };
      last = { kind: 'pending', entry, ...place(pendingKey(entry.clientMessageId), part, false) };
      rows.push(last);
    }
  }
  return rows;
}

/** Where a message stands among the rows; -1 where it does not. */
export function indexOfMessage(rows: readonly Row[], messageId: string): number {
  return rows.findIndex((row) => row.kind === 'message' && row.message.id === messageId);
}

/** Where the first unread message stands; -1 where there is none. */
export function indexOfUnread(rows: readonly Row[]): number {
  return rows.findIndex((row) => row.kind === 'message' && row.isUnreadStart);
}

/** The last of one's own messages that can be changed. */
export function lastOwnMessage(messages: readonly Message[], me: string): Message | null {
  return (
    messages.findLast(
      ({ senderId, deletedAt, content }) =>
        senderId === me && deletedAt === null && content !== null,
    ) ?? null
  );
}

function isFirstUnread(message: Message, unreadFrom: number | null, me: string): boolean {
  return unreadFrom !== null && message.seq >= unreadFrom && message.senderId !== me;
}

function keyOf(message: Message, me: string): string {
  return message.senderId === me && message.clientMessageId !== null
    ? pendingKey(message.clientMessageId)
    : message.id;
}

function pendingKey(clientMessageId: string): string {
  return `own ${clientMessageId}`;
}

function isTogether(before: Part | null, part: Part): boolean {
  return before?.senderId === part.senderId && part.at - before.at < GROUP_MS;
}

function partOf(message: Message): Part {
  const known = parts.get(message);
  if (known !== undefined) {
    return known;
  }
  const part = { senderId: message.senderId, ...timeOf(message) };
  parts.set(message, part);
  return part;
}

/** Reading dates of thousands of messages again for each that comes would cost frames. */
const parts = new WeakMap<Message, Part>();

function timeOf({ createdAt }: { createdAt: string }): { at: number; day: string } {
  const date = new Date(createdAt);
  return { at: date.getTime(), day: dayOf(date) };
}

/** A day of the user's calendar, to compare by. */
export function dayOf(date: Date): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
