/** Records for the tests of the store. */

import { type Conversation, type Message, type Participant } from './generated/wire.js';
import { putConversation } from './store/conversations.js';
import { type ChatData, initialData } from './store/state.js';
import { replaceWindow } from './store/timeline.js';

const AT = '2026-11-25T12:00:00.000Z';

export function participant(id: string): Participant {
  return {
    id,
    username: id,
    displayName: id,
    avatar: null,
    status: 'offline',
    lastSeenAt: null,
    role: 'member',
  };
}

/** A message of ben's, told in conversation `c`. */
export function message(seq: number, more: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    conversationId: 'c',
    seq,
    senderId: 'ben',
    sender: { id: 'ben', username: 'ben', displayName: 'ben', avatar: null },
    content: `message ${seq}`,
    fileUrl: null,
    file: null,
    replyToId: null,
    replyTo: null,
    reactions: [],
    mentions: [],
    clientMessageId: null,
    createdAt: AT.replace('.000', `.${String(seq).padStart(3, '0')}`),
    editedAt: null,
    deletedAt: null,
    ...more,
  };
}

/** Conversation `c` of ann, who looks, and ben. */
export function conversation(more: Partial<Conversation> = {}): Conversation {
  return {
    id: 'c',
    name: null,
    isGroup: false,
    avatar: null,
    participantIds: ['ann', 'ben'],
    participants: [participant('ann'), participant('ben')],
    lastMessageId: null,
    lastMessage: null,
    lastSeq: 0,
    lastReadSeq: 0,
    unreadCount: 0,
    role: 'member',
    mutedUntil: null,
    pinnedAt: null,
    archivedAt: null,
    markedUnread: false,
    createdAt: AT,
    updatedAt: AT,
    ...more,
  };
}

/** Ann's state with conversation `c`, of which the given messages are loaded. */
export function dataWith(messages: readonly Message[], more: Partial<Conversation> = {}): ChatData {
  const last = messages.at(-1);
  const known = conversation({
    lastSeq: last?.seq ?? 0,
    lastMessage: last ?? null,
    lastMessageId: last?.id ?? null,
    ...more,
  });
  return {
    ...putConversation(initialData('ann'), known),
    timelines: { c: replaceWindow({ messages, hasOlder: false, hasNewer: false }) },
  };
}
