/** How far a message has come with those whom it is for. */

import type { ChatData, Conversation, Message } from '@salala/client';

/** What of a chat says it. */
type Known = Pick<ChatData, 'me' | 'conversations' | 'readPositions' | 'presence'>;

/** `delivered` and `read`: to and by all others. */
export type Progress = 'sent' | 'delivered' | 'read';

export type Receipt = {
  userId: string;
  /** When they read it; `null` while they have not. */
  readAt: string | null;
  /** A device of theirs was there since. */
  isDelivered: boolean;
};

/** What is known of each other member, readers first. */
export function receiptsOf(data: Known, message: Message): Receipt[] {
  const others = othersOf(data, data.conversations[message.conversationId]);
  return others
    .map((userId) => ({
      userId,
      readAt: readAt(data, message, userId),
      isDelivered: isDelivered(data, message, userId),
    }))
    .sort((one, other) => (one.readAt ?? '~').localeCompare(other.readAt ?? '~'));
}

export function progressOf(data: Known, message: Message): Progress {
  const others = othersOf(data, data.conversations[message.conversationId]);
  if (others.length === 0) {
    return 'sent';
  }
  if (others.every((userId) => readAt(data, message, userId) !== null)) {
    return 'read';
  }
  return others.every((userId) => isDelivered(data, message, userId)) ? 'delivered' : 'sent';
}

function othersOf({ me }: Known, conversation: Conversation | undefined): readonly string[] {
  return conversation?.participantIds.filter((id) => id !== me) ?? [];
}

function readAt(data: Known, message: Message, userId: string): string | null {
  const mark = message.reads?.find((read) => read.userId === userId);
  if (mark !== undefined) {
    return mark.readAt;
  }
  // Who has read further has read this; when exactly, no one marked.
  const position = data.readPositions[message.conversationId]?.[userId];
  return position !== undefined && position.lastReadSeq >= message.seq ? position.readAt : null;
}

/** Whoever is connected is given all there is, at once or when they come back. */
function isDelivered(data: Known, message: Message, userId: string): boolean {
  if (readAt(data, message, userId) !== null) {
    return true;
  }
  const presence = data.presence[userId];
  return (
    presence !== undefined &&
    (presence.status === 'online' ||
      (presence.lastSeenAt !== null && presence.lastSeenAt > message.createdAt))
  );
}
