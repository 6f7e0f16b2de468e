/** What the store holds, and how to look at it. */

import { type SalalaError } from '../errors.js';
import {
  type Conversation,
  type FriendRequestWithSender,
  type Message,
  type Status,
} from '../generated/wire.js';
import { type OutboxEntry } from '../outbox/storage.js';
import { type Timeline } from './timeline.js';

/**
 * `loading`: for the first time. `current`: all that the server told is here. `updating`: it was away for long, and
 * what changed is being fetched. `stale`: not connected. `failed`: the first load did not work.
 */
export type ChatStatus = 'loading' | 'current' | 'updating' | 'stale' | 'failed';

export type Presence = { status: Status; lastSeenAt: string | null };

export type ReadPosition = { lastReadSeq: number; readAt: string };

/** Data alone; every change makes new objects along the way to what changed, and keeps the others. */
export type ChatData = {
  readonly me: string;
  readonly status: ChatStatus;
  readonly error: SalalaError | null;
  readonly conversations: Readonly<Record<string, Conversation>>;
  /** Newest activity first. */
  readonly conversationIds: readonly string[];
  readonly hasMoreConversations: boolean;
  readonly timelines: Readonly<Record<string, Timeline>>;
  readonly outbox: readonly OutboxEntry[];
  readonly activeConversationId: string | null;
  readonly presence: Readonly<Record<string, Presence>>;
  /** By conversation: who is writing. */
  readonly typing: Readonly<Record<string, readonly string[]>>;
  /** By conversation and user: how far others have read. */
  readonly readPositions: Readonly<Record<string, Readonly<Record<string, ReadPosition>>>>;
  /** Received, and waiting for an answer. */
  readonly friendRequests: readonly FriendRequestWithSender[];
};

export function initialData(me: string): ChatData {
  return {
    me,
    status: 'loading',
    error: null,
    conversations: {},
    conversationIds: [],
    hasMoreConversations: false,
    timelines: {},
    outbox: [],
    activeConversationId: null,
    presence: {},
    typing: {},
    readPositions: {},
    friendRequests: [],
  };
}

const NO_ENTRIES: readonly OutboxEntry[] = [];
const NO_MESSAGES: readonly Message[] = [];

/** The conversations of the list: pinned ones first, then by newest activity. Makes a new list each time. */
export function selectConversations(state: ChatData): Conversation[] {
  const all = state.conversationIds.flatMap((id) => state.conversations[id] ?? []);
  const pinned = all.filter(({ pinnedAt }) => pinnedAt !== null);
  return [...pinned, ...all.filter(({ pinnedAt }) => pinnedAt === null)];
}

/** Unread messages of all conversations that are neither muted nor archived. */
export function selectUnread(state: ChatData, now = Date.now()): number {
  return Object.values(state.conversations)
    .filter(({ archivedAt, mutedUntil }) => archivedAt === null && !isLater(mutedUntil, now))
    .reduce((sum, { unreadCount, markedUnread }) => {
      return sum + Math.max(unreadCount, markedUnread ? 1 : 0);
    }, 0);
}

/** The loaded messages of a conversation. */
export function selectMessages(conversationId: string) {
  return (state: ChatData): readonly Message[] =>
    state.timelines[conversationId]?.messages ?? NO_MESSAGES;
}

/** What is being sent in a conversation, or was refused, to show after its messages. Remembers its last answer. */
export function selectPending(conversationId: string) {
  let outbox: readonly OutboxEntry[] = NO_ENTRIES;
  let pending: readonly OutboxEntry[] = NO_ENTRIES;
  return (state: ChatData): readonly OutboxEntry[] => {
    if (state.outbox !== outbox) {
      outbox = state.outbox;
      const found = outbox.filter((entry) => entry.conversationId === conversationId);
      pending = found.length === 0 ? NO_ENTRIES : found;
    }
    return pending;
  };
}

function isLater(time: string | null, now: number): boolean {
  return time !== null && Date.parse(time) > now;
}
