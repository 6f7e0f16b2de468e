/** A window of a conversation's messages: in the order of `seq`, whole, and bounded. */

import { type SalalaError } from '../errors.js';
import { type Message, type Reaction, type ReactionRemoved } from '../generated/wire.js';

export type Timeline = {
  /** Oldest first; whatever the server has between the first and the last is here. */
  readonly messages: readonly Message[];
  /** There are older ones before the first. */
  readonly hasOlder: boolean;
  /** There are newer ones behind the last: the window does not reach the present. */
  readonly hasNewer: boolean;
  /** What is being loaded: more at an end, or another window. */
  readonly loading: 'older' | 'newer' | 'window' | null;
  /** Why the last load did not work. */
  readonly error: SalalaError | null;
};

/** A page of history as it is put in. */
export type Page = { messages: readonly Message[]; hasOlder: boolean; hasNewer: boolean };

export const EMPTY_TIMELINE: Timeline = {
  messages: [],
  hasOlder: true,
  hasNewer: false,
  loading: 'window',
  error: null,
};

/** Messages that a window keeps while it is looked at, and to how many it is cut beyond that. */
export const ACTIVE_MAX = 3_000;
export const ACTIVE_CUT = 2_000;
/** Messages that a conversation keeps which is not looked at. */
export const INACTIVE_MAX = 200;

/** The last `seq` of a window, 0 for an empty one. */
export function lastSeqOf({ messages }: Timeline): number {
  return messages.at(-1)?.seq ?? 0;
}

/** A window that holds this page alone. */
export function replaceWindow({ messages, hasOlder, hasNewer }: Page): Timeline {
  return { messages, hasOlder, hasNewer, loading: null, error: null };
}

/** The window with older messages before it; where it becomes too long, its newest go. */
export function prepend(timeline: Timeline, page: Page): Timeline {
  const messages = mergeSorted(timeline.messages, page.messages);
  const cut = messages.length > ACTIVE_MAX;
  return {
    ...timeline,
    messages: cut ? messages.slice(0, ACTIVE_CUT) : messages,
    hasOlder: page.hasOlder,
    hasNewer: timeline.hasNewer || cut,
  };
}

/** The window with newer messages behind it; where it becomes too long, its oldest go. */
export function append(timeline: Timeline, page: Page): Timeline {
  const messages = mergeSorted(timeline.messages, page.messages);
  const cut = messages.length > ACTIVE_MAX;
  return {
    ...timeline,
    messages: cut ? messages.slice(-ACTIVE_CUT) : messages,
    hasOlder: timeline.hasOlder || cut,
    hasNewer: page.hasNewer,
  };
}

/**
 * The window with a message that was just told: it goes to the end, or in the place of the one with its id.
 * `null` where messages are missing before it, which are to be fetched first.
 */
export function addTold(timeline: Timeline, message: Message): Timeline | null {
  const last = lastSeqOf(timeline);
  if (message.seq <= last) {
    return replaceMessage(timeline, message);
  }
  if (timeline.hasNewer || timeline.loading === 'window') {
    // It belongs to what is not loaded.
    return timeline;
  }
  if (message.seq !== last + 1 && !(timeline.messages.length === 0 && !timeline.hasOlder)) {
    return null;
  }
  return append(timeline, { messages: [message], hasOlder: timeline.hasOlder, hasNewer: false });
}

/** The window with another form of a message that it holds, and of what quotes it. */
export function replaceMessage(timeline: Timeline, message: Message): Timeline {
  return mapMessages(timeline, (known) => {
    if (known.id === message.id) {
      return withReadsOf(known, message);
    }
    if (known.replyToId === message.id && known.replyTo) {
      const { content, fileUrl } = message;
      return { ...known, replyTo: { ...known.replyTo, content, fileUrl } };
    }
    return known;
  });
}

/** A message with a reaction; one user gives each emoji once. */
export function withReaction(message: Message, reaction: Reaction): Message {
  const others = message.reactions.filter((one) => !isSameReaction(one, reaction));
  const isKnown = others.length < message.reactions.length;
  return {
    ...message,
    reactions: isKnown
      ? message.reactions.map((one) => (isSameReaction(one, reaction) ? reaction : one))
      : [...message.reactions, reaction],
  };
}

/** A message without a reaction. */
export function withoutReaction(message: Message, removed: ReactionRemoved): Message {
  const reactions = message.reactions.filter((one) => !isSameReaction(one, removed));
  return reactions.length === message.reactions.length ? message : { ...message, reactions };
}

/** A message that somebody has read. */
export function withRead(message: Message, userId: string, readAt: string): Message {
  const reads = message.reads ?? [];
  return reads.some((read) => read.userId === userId)
    ? message
    : { ...message, reads: [...reads, { userId, readAt }] };
}

/** The window with some messages changed; itself, if none is. */
export function mapMessages(timeline: Timeline, change: (message: Message) => Message): Timeline {
  const messages = timeline.messages.map(change);
  const isChanged = messages.some((message, index) => message !== timeline.messages[index]);
  return isChanged ? { ...timeline, messages } : timeline;
}

/** What is kept of a window that is not looked at any more; nothing of one that is in the past. */
export function rest(timeline: Timeline): Timeline | null {
  if (timeline.hasNewer || timeline.loading === 'window') {
    return null;
  }
  const cut = timeline.messages.length > INACTIVE_MAX;
  return {
    ...timeline,
    loading: null,
    messages: cut ? timeline.messages.slice(-INACTIVE_MAX) : timeline.messages,
    hasOlder: timeline.hasOlder || cut,
  };
}

/** Both, by `seq`; of a message that is in both, the form of the second. */
function mergeSorted(known: readonly Message[], more: readonly Message[]): readonly Message[] {
  // Nearly always one stands behind the other, and nothing is to be sorted.
  if (isBefore(known, more)) {
    return [...known, ...more];
  }
  if (isBefore(more, known)) {
    return [...more, ...known];
  }
  const bySeq = new Map<number, Message>();
  for (const message of [...known, ...more]) {
    bySeq.set(message.seq, message);
  }
  return [...bySeq.values()].sort((one, other) => one.seq - other.seq);
}

function isBefore(one: readonly Message[], other: readonly Message[]): boolean {
  return (one.at(-1)?.seq ?? -Infinity) < (other[0]?.seq ?? Infinity);
}

/** Marks come in history and by `messagesRead`, and are missing in what is told otherwise. */
function withReadsOf(known: Message, told: Message): Message {
  if (known.reads === undefined) {
    return told;
  }
  const reads = told.reads ?? [];
  const others = known.reads.filter(({ userId }) => !reads.some((read) => read.userId === userId));
  return { ...told, reads: [...others, ...reads] };
}

function isSameReaction(
  one: { userId: string; emoji: string },
  other: { userId: string; emoji: string },
): boolean {
  return one.userId === other.userId && one.emoji === other.emoji;
}
