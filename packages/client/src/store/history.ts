/** Loads windows of messages, moves them, and fills holes. */

import { type SalalaError, asSalalaError } from '../errors.js';
import { type HistoryPage } from '../generated/wire.js';
import { type Salala } from '../salala.js';
import { notePosition } from './events.js';
import { type Holder } from './holder.js';
import { type ChatData } from './state.js';
import {
  EMPTY_TIMELINE,
  type Page,
  type Timeline,
  append,
  lastSeqOf,
  prepend,
  replaceWindow,
  rest,
} from './timeline.js';

export type History = {
  /** Looks at a conversation: at its newest messages, or at those around a place. */
  open: (conversationId: string, around?: number) => Promise<void>;
  loadOlder: (conversationId: string) => Promise<void>;
  loadNewer: (conversationId: string) => Promise<void>;
  loadAround: (conversationId: string, seq: number) => Promise<void>;
  loadNewest: (conversationId: string) => Promise<void>;
  /** Fetches what is missing between the last message that is here and the newest one. */
  fill: (conversationId: string) => Promise<void>;
  /** Loads the window that is there once more, in its newest form. */
  refresh: (conversationId: string) => Promise<void>;
};

type Query = { before?: number; after?: number; around?: number; limit?: number };
type Put = (timeline: Timeline, page: Page) => Timeline;

const PAGE = 50;
const LARGE_PAGE = 100;
/** Pages that a hole may take; beyond that the window begins anew at the newest messages. */
const FILL_PAGES_MAX = 5;
/** Pages of a window that are loaded once more; what is older is loaded when it is scrolled to. */
const REFRESH_PAGES_MAX = 5;
/** Conversations of which messages are kept. */
const TIMELINES_MAX = 30;

export function createHistory(salala: Pick<Salala, 'api'>, holder: Holder): History {
  /** The load that counts for each conversation: a later one of another window makes it void. */
  const current = new Map<string, symbol>();
  const filling = new Set<string>();
  /** Opened last stands last. */
  const opened = new Set<string>();

  const load = async (
    conversationId: string,
    loading: NonNullable<Timeline['loading']>,
    query: Query,
    put: Put,
  ): Promise<void> => {
    const mine = Symbol(conversationId);
    current.set(conversationId, mine);
    const log = holder.beginLog(conversationId);
    const path = { id: conversationId };
    changeTimeline(holder, conversationId, (timeline) => ({ ...timeline, loading, error: null }));
    try {
      const answer = await salala.api('GET /conversations/{id}/messages', {
        path,
        query: { limit: PAGE, ...query },
      });
      if (current.get(conversationId) === mine) {
        const page = pageOf(answer);
        changeTimeline(holder, conversationId, (timeline) => ({
          ...put(timeline, page),
          loading: null,
        }));
        holder.change((data) => noteReads(data, conversationId, page));
      }
    } catch (thrown) {
      if (current.get(conversationId) === mine) {
        const error: SalalaError = asSalalaError(thrown);
        changeTimeline(holder, conversationId, (timeline) => ({
          ...timeline,
          // An empty window that could not be loaded stays one that is to be loaded.
          loading: timeline.messages.length === 0 ? 'window' : null,
          error,
        }));
      }
    } finally {
      if (current.get(conversationId) === mine) {
        current.delete(conversationId);
      }
      holder.endLog(log);
    }
  };

  const timelineOf = (conversationId: string): Timeline =>
    holder.get().timelines[conversationId] ?? EMPTY_TIMELINE;

  const loadNewest = (conversationId: string): Promise<void> =>
    load(conversationId, 'window', {}, (_, page) => replaceWindow(page));

  const loadAround = (conversationId: string, seq: number): Promise<void> =>
    load(conversationId, 'window', { around: seq }, (_, page) => replaceWindow(page));

  const loadOlder = async (conversationId: string): Promise<void> => {
    const { messages, hasOlder, loading } = timelineOf(conversationId);
    const before = messages[0]?.seq;
    if (hasOlder && loading === null && before !== undefined) {
      await load(conversationId, 'older', { before }, prepend);
    }
  };

  const loadNewer = async (conversationId: string): Promise<void> => {
    const timeline = timelineOf(conversationId);
    if (timeline.hasNewer && timeline.loading === null) {
      await load(conversationId, 'newer', { after: lastSeqOf(timeline) }, append);
    }
  };

  const fill = async (conversationId: string): Promise<void> => {
    if (filling.has(conversationId) || timelineOf(conversationId).hasNewer) {
      return;
    }
    filling.add(conversationId);
    try {
      let isWhole = false;
      for (let pages = 0; !isWhole && pages < FILL_PAGES_MAX; pages += 1) {
        const after = lastSeqOf(timelineOf(conversationId));
        await load(conversationId, 'newer', { after, limit: LARGE_PAGE }, append);
        const { hasNewer, error } = timelineOf(conversationId);
        isWhole = !hasNewer || error !== null;
      }
      if (!isWhole) {
        await loadNewest(conversationId);
      }
    } finally {
      filling.delete(conversationId);
    }
  };

  /** From the newest back to a place, so that what somebody reads there does not move. */
  const refreshBack = async (conversationId: string, oldest: number): Promise<void> => {
    let before: number | undefined;
    for (let pages = 0; pages < REFRESH_PAGES_MAX; pages += 1) {
      const query = { limit: LARGE_PAGE, ...(before === undefined ? {} : { before }) };
      const put: Put = before === undefined ? (_, page) => replaceWindow(page) : prepend;
      await load(conversationId, 'newer', query, put);
      const { error, messages } = timelineOf(conversationId);
      before = messages[0]?.seq;
      if (error !== null || before === undefined || before <= oldest) {
        return;
      }
    }
  };

  return {
    loadOlder,
    loadNewer,
    loadAround,
    loadNewest,
    fill,
    open: async (conversationId, around) => {
      opened.delete(conversationId);
      opened.add(conversationId);
      holder.change((data) => keepFew(data, conversationId, opened));
      const known = holder.get().timelines[conversationId];
      const isThere = known?.messages.some(({ seq }) => seq === around) ?? false;
      if (around !== undefined && !isThere) {
        await loadAround(conversationId, around);
      } else if (known === undefined || known.loading === 'window') {
        await loadNewest(conversationId);
      }
    },
    refresh: async (conversationId) => {
      const { messages, hasNewer } = timelineOf(conversationId);
      const middle = messages[Math.floor(messages.length / 2)]?.seq;
      if (hasNewer && middle !== undefined) {
        const query = { around: middle, limit: LARGE_PAGE };
        await load(conversationId, 'newer', query, (_, page) => replaceWindow(page));
      } else {
        await refreshBack(conversationId, messages[0]?.seq ?? 0);
      }
    },
  };
}

function changeTimeline(
  holder: Holder,
  conversationId: string,
  change: (timeline: Timeline) => Timeline,
): void {
  holder.change((data) => {
    const timeline = data.timelines[conversationId] ?? EMPTY_TIMELINE;
    return { ...data, timelines: { ...data.timelines, [conversationId]: change(timeline) } };
  });
}

function pageOf({ data, nextCursor, prevCursor }: HistoryPage): Page {
  return {
    messages: data.toReversed(),
    hasOlder: nextCursor !== null,
    hasNewer: prevCursor !== null,
  };
}

/** History says who has read each message; what others have read furthest is where they are. */
function noteReads(before: ChatData, conversationId: string, { messages }: Page): ChatData {
  let data = before;
  for (const message of messages) {
    for (const { userId, readAt } of message.reads ?? []) {
      if (userId !== data.me) {
        data = notePosition(data, conversationId, userId, message.seq, readAt);
      }
    }
  }
  return data;
}

/** The state with one conversation looked at, and little kept of those that are not. */
function keepFew(data: ChatData, activeId: string, opened: Set<string>): ChatData {
  for (const oldest of opened) {
    if (opened.size <= TIMELINES_MAX) {
      break;
    }
    opened.delete(oldest);
  }
  const kept = Object.entries(data.timelines).flatMap(([id, timeline]): [string, Timeline][] => {
    if (id === activeId) {
      return [[id, timeline]];
    }
    const resting = opened.has(id) ? rest(timeline) : null;
    return resting === null ? [] : [[id, resting]];
  });
  return { ...data, activeConversationId: activeId, timelines: Object.fromEntries(kept) };
}
