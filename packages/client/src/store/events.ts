/** What each event of the server changes. Events may come twice: the second time changes nothing. */

import { type ServerEvents } from '../generated/events.js';
import { type Message } from '../generated/wire.js';
import {
  countMessage,
  dropConversation,
  notePresence,
  putShared,
  readUpTo,
  withConversation,
} from './conversations.js';
import { type ChatData } from './state.js';
import {
  type Timeline,
  addTold,
  mapMessages,
  replaceMessage,
  withReaction,
  withRead,
  withoutReaction,
} from './timeline.js';

/** What is to be asked for, because an event told less than is needed. */
export type Lack =
  /** A conversation that is not known, or whose unread messages could not be counted. */
  | { kind: 'conversation'; id: string }
  /** Messages between the last that is here and one that was told. */
  | { kind: 'messages'; id: string };

export type Applied = { data: ChatData; lacks: readonly Lack[] };

type Reducers = {
  [Name in keyof ServerEvents]?: (data: ChatData, payload: ServerEvents[Name]) => Applied;
};

const REDUCERS: Reducers = {
  newMessage: addMessage,
  messageUpdated: changeMessage,
  messageDeleted: changeMessage,
  'message:reaction:add': (data, reaction) =>
    done(
      inMessage(data, reaction.conversationId, reaction.messageId, (message) =>
        withReaction(message, reaction),
      ),
    ),
  'message:reaction:remove': (data, removed) =>
    done(
      inMessage(data, removed.conversationId, removed.messageId, (message) =>
        withoutReaction(message, removed),
      ),
    ),
  messagesRead: (data, read) =>
    read.userId === data.me ? readByMe(data, read) : readBy(data, read),
  conversationUpdated: (data, shared) => {
    if (!shared.participantIds.includes(data.me)) {
      return done(dropConversation(data, shared.id));
    }
    return data.conversations[shared.id] === undefined
      ? { data, lacks: [{ kind: 'conversation', id: shared.id }] }
      : done(putShared(data, shared));
  },
  userStatusChanged: (data, { userId, status, lastSeenAt }) =>
    done(notePresence(data, [{ id: userId, status, lastSeenAt }])),
  userTyping: (data, { conversationId, userId }) =>
    done(setTyping(data, conversationId, userId, true)),
  userStopTyping: (data, { conversationId, userId }) =>
    done(setTyping(data, conversationId, userId, false)),
  newFriendRequest: (data, request) => {
    const others = data.friendRequests.filter(({ id }) => id !== request.id);
    const isMine = request.receiverId === data.me && request.status === 'PENDING';
    return done({ ...data, friendRequests: isMine ? [request, ...others] : others });
  },
  friendRequestUpdated: (data, { id, status }) =>
    done(
      status === 'PENDING'
        ? data
        : { ...data, friendRequests: data.friendRequests.filter((other) => other.id !== id) },
    ),
};

/** The state after an event; events that change nothing here leave it as it is. */
export function applyEvent(data: ChatData, name: string, payload: unknown): Applied {
  if (/^user:.+:newGroup$/.test(name)) {
    const { groupId } = payload as { groupId: string };
    const isKnown = data.conversations[groupId] !== undefined;
    return { data, lacks: isKnown ? [] : [{ kind: 'conversation', id: groupId }] };
  }
  // Names and payloads go together: both come from the same table of the server.
  const reduce = (
    REDUCERS as Record<string, ((data: ChatData, payload: unknown) => Applied) | undefined>
  )[name];
  return reduce?.(data, payload) ?? done(data);
}

/** Which conversation an event is about. */
export function conversationOf(payload: unknown): string | null {
  return typeof payload === 'object' &&
    payload !== null &&
    'conversationId' in payload &&
    typeof payload.conversationId === 'string'
    ? payload.conversationId
    : null;
}

function done(data: ChatData): Applied {
  return { data, lacks: [] };
}

function addMessage(before: ChatData, message: Message): Applied {
  const { conversationId, senderId, seq } = message;
  const known = before.conversations[conversationId];
  const lacks: Lack[] = [];
  if (known === undefined || seq > known.lastSeq + 1) {
    lacks.push({ kind: 'conversation', id: conversationId });
  }
  let data = countMessage(setTyping(before, conversationId, senderId, false), message);
  const timeline = data.timelines[conversationId];
  if (timeline !== undefined) {
    const added = addTold(timeline, message);
    if (added === null) {
      lacks.push({ kind: 'messages', id: conversationId });
    } else if (added !== timeline) {
      data = { ...data, timelines: { ...data.timelines, [conversationId]: added } };
    }
  }
  // Who writes has read what stands before.
  if (senderId !== data.me) {
    data = notePosition(data, conversationId, senderId, seq, message.createdAt);
  }
  return { data, lacks };
}

function changeMessage(before: ChatData, message: Message): Applied {
  const { conversationId, id } = message;
  const timeline = before.timelines[conversationId];
  const conversation = before.conversations[conversationId];
  const isLast = conversation?.lastMessageId === id;
  const known = findMessage(timeline, id) ?? (isLast ? conversation.lastMessage : null);
  let data = before;
  if (timeline !== undefined) {
    const timelines = { ...data.timelines, [conversationId]: replaceMessage(timeline, message) };
    data = { ...data, timelines };
  }
  if (conversation === undefined) {
    return done(data);
  }
  if (isLast) {
    data = withConversation(data, { ...conversation, lastMessage: message });
  }
  const wasUnread = message.senderId !== data.me && message.seq > conversation.lastReadSeq;
  return message.deletedAt !== null && wasUnread ? uncount(data, message, known) : done(data);
}

function findMessage(timeline: Timeline | undefined, id: string): Message | undefined {
  return timeline?.messages.find((message) => message.id === id);
}

/** An unread message is gone. Where it is not known whether it was counted, the server is asked. */
function uncount(data: ChatData, { conversationId: id }: Message, known: Message | null): Applied {
  const conversation = data.conversations[id];
  if (known === null || conversation === undefined) {
    return { data, lacks: [{ kind: 'conversation', id }] };
  }
  const counted = known.deletedAt === null ? 1 : 0;
  const unreadCount = Math.max(conversation.unreadCount - counted, 0);
  return done(withConversation(data, { ...conversation, unreadCount }));
}

function inMessage(
  data: ChatData,
  conversationId: string,
  messageId: string,
  change: (message: Message) => Message,
): ChatData {
  const timeline = data.timelines[conversationId];
  if (timeline === undefined) {
    return data;
  }
  const changed = mapMessages(timeline, (message) =>
    message.id === messageId ? change(message) : message,
  );
  return changed === timeline
    ? data
    : { ...data, timelines: { ...data.timelines, [conversationId]: changed } };
}

function readByMe(
  data: ChatData,
  { conversationId, lastReadSeq }: ServerEvents['messagesRead'],
): Applied {
  const read = readUpTo(data, conversationId, lastReadSeq);
  return {
    data: read.data,
    lacks: read.isExact ? [] : [{ kind: 'conversation', id: conversationId }],
  };
}

function readBy(data: ChatData, read: ServerEvents['messagesRead']): Applied {
  const { conversationId, messageIds, userId, readAt, lastReadSeq } = read;
  const noted = notePosition(data, conversationId, userId, lastReadSeq, readAt);
  const timeline = noted.timelines[conversationId];
  if (timeline === undefined) {
    return done(noted);
  }
  const ids = new Set(messageIds);
  const marked = mapMessages(timeline, (message) =>
    ids.has(message.id) ? withRead(message, userId, readAt) : message,
  );
  return done({ ...noted, timelines: { ...noted.timelines, [conversationId]: marked } });
}

/** The state with how far somebody has read, which never goes back. */
export function notePosition(
  data: ChatData,
  conversationId: string,
  userId: string,
  lastReadSeq: number,
  readAt: string,
): ChatData {
  const positions = data.readPositions[conversationId] ?? {};
  if ((positions[userId]?.lastReadSeq ?? 0) >= lastReadSeq) {
    return data;
  }
  const changed = { ...positions, [userId]: { lastReadSeq, readAt } };
  return { ...data, readPositions: { ...data.readPositions, [conversationId]: changed } };
}

/** The state with somebody writing, or not any more. */
export function setTyping(
  data: ChatData,
  conversationId: string,
  userId: string,
  isTyping: boolean,
): ChatData {
  const known = data.typing[conversationId] ?? [];
  if (known.includes(userId) === isTyping || userId === data.me) {
    return data;
  }
  const userIds = isTyping ? [...known, userId] : known.filter((other) => other !== userId);
  return { ...data, typing: { ...data.typing, [conversationId]: userIds } };
}
