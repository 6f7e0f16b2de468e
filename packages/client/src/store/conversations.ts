/** Conversations as their own reader sees them: merged from answers and events, which may come in any order. */

import {
  type Conversation,
  type Message,
  type SharedConversation,
  type UserSummary,
} from '../generated/wire.js';
import { type ChatData, type Presence } from './state.js';
import { lastSeqOf } from './timeline.js';

/** The state with a conversation that the server answered. */
export function putConversation(data: ChatData, answered: Conversation): ChatData {
  const known = data.conversations[answered.id];
  return withConversation(notePresence(data, answered.participants), merge(known, answered));
}

/** The state with what is common to all members of a conversation that is known; itself of another one. */
export function putShared(data: ChatData, shared: SharedConversation): ChatData {
  const known = data.conversations[shared.id];
  if (known === undefined) {
    return data;
  }
  const role = shared.participants.find(({ id }) => id === data.me)?.role ?? known.role;
  // Those who may not see the last message are told of none: what was known stays.
  const isOlder = shared.lastSeq < known.lastSeq || shared.lastMessage === null;
  const { lastMessage, lastMessageId, lastSeq, updatedAt } = isOlder ? known : shared;
  const changed = { ...known, ...shared, role, lastMessage, lastMessageId, lastSeq, updatedAt };
  return withConversation(notePresence(data, shared.participants), changed);
}

/** The state without a conversation. */
export function dropConversation(data: ChatData, id: string): ChatData {
  if (data.conversations[id] === undefined) {
    return data;
  }
  const without = <T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
    Object.fromEntries(Object.entries(record).filter(([key]) => key !== id));
  return {
    ...data,
    conversations: without(data.conversations),
    conversationIds: data.conversationIds.filter((other) => other !== id),
    timelines: without(data.timelines),
    typing: without(data.typing),
    readPositions: without(data.readPositions),
    activeConversationId: data.activeConversationId === id ? null : data.activeConversationId,
  };
}

/** The state with a changed conversation, in its place by newest activity. */
export function withConversation(data: ChatData, conversation: Conversation): ChatData {
  const known = data.conversations[conversation.id];
  const conversations = { ...data.conversations, [conversation.id]: conversation };
  if (known?.updatedAt === conversation.updatedAt) {
    return { ...data, conversations };
  }
  const others = data.conversationIds.filter((id) => id !== conversation.id);
  const place = others.findIndex(
    (id) => (conversations[id]?.updatedAt ?? '') < conversation.updatedAt,
  );
  const conversationIds = others.toSpliced(
    place === -1 ? others.length : place,
    0,
    conversation.id,
  );
  return { ...data, conversations, conversationIds };
}

/** The state after a message came into a conversation that is known. */
export function countMessage(data: ChatData, message: Message): ChatData {
  const known = data.conversations[message.conversationId];
  if (known === undefined) {
    return data;
  }
  if (message.seq <= known.lastSeq) {
    return message.id === known.lastMessageId
      ? withConversation(data, { ...known, lastMessage: message })
      : data;
  }
  const isMine = message.senderId === data.me;
  const counts = isMine || message.deletedAt !== null ? 0 : 1;
  return withConversation(data, {
    ...known,
    lastSeq: message.seq,
    lastMessage: message,
    lastMessageId: message.id,
    updatedAt: message.createdAt > known.updatedAt ? message.createdAt : known.updatedAt,
    // A send reads all that stands before it.
    lastReadSeq: isMine ? message.seq : known.lastReadSeq,
    unreadCount: isMine ? 0 : known.unreadCount + counts,
  });
}

/** The state after the user has read up to a place; `isExact` says whether the unread ones could be counted. */
export function readUpTo(
  data: ChatData,
  conversationId: string,
  seq: number,
): { data: ChatData; isExact: boolean } {
  const known = data.conversations[conversationId];
  if (known === undefined || seq <= known.lastReadSeq) {
    return { data, isExact: true };
  }
  const counted = countUnread(data, known, seq);
  const unreadCount = counted ?? known.unreadCount;
  const changed = { ...known, lastReadSeq: seq, unreadCount, markedUnread: false };
  return { data: withConversation(data, changed), isExact: counted !== null };
}

/** The state with what is told of people's presence. */
export function notePresence(
  data: ChatData,
  users: readonly Pick<UserSummary, 'id' | 'status' | 'lastSeenAt'>[],
): ChatData {
  const changed = users.filter(({ id, status, lastSeenAt }) => {
    const known = data.presence[id];
    return known?.status !== status || known.lastSeenAt !== lastSeenAt;
  });
  if (changed.length === 0) {
    return data;
  }
  const entries = changed.map(({ id, status, lastSeenAt }): [string, Presence] => [
    id,
    { status, lastSeenAt },
  ]);
  return { ...data, presence: { ...data.presence, ...Object.fromEntries(entries) } };
}

/** How many messages of others stand behind a place, where all of them are loaded. */
function countUnread(data: ChatData, conversation: Conversation, seq: number): number | null {
  if (seq >= conversation.lastSeq) {
    return 0;
  }
  const timeline = data.timelines[conversation.id];
  const first = timeline?.messages[0]?.seq;
  if (timeline === undefined || first === undefined || first > seq + 1) {
    return null;
  }
  if (lastSeqOf(timeline) < conversation.lastSeq) {
    return null;
  }
  return timeline.messages.filter(
    (message) => message.seq > seq && message.senderId !== data.me && message.deletedAt === null,
  ).length;
}

/** An answer may have been overtaken by events; what only grows tells which is newer. */
function merge(known: Conversation | undefined, answered: Conversation): Conversation {
  if (known === undefined) {
    return answered;
  }
  const lastReadSeq = Math.max(known.lastReadSeq, answered.lastReadSeq);
  const isOvertaken = known.lastSeq > answered.lastSeq;
  const { lastSeq, lastMessage, lastMessageId, updatedAt } = isOvertaken ? known : answered;
  const isRead = known.lastReadSeq > answered.lastReadSeq;
  const { unreadCount } = isOvertaken || isRead ? known : answered;
  return {
    ...answered,
    lastReadSeq,
    lastSeq,
    lastMessage,
    lastMessageId,
    updatedAt,
    unreadCount,
  };
}
