/** Brings the store up to date: at the beginning, and after a session that could not be gone on with. */

import { asSalalaError } from '../errors.js';
import { type Salala } from '../salala.js';
import { dropConversation, putConversation } from './conversations.js';
import { type History } from './history.js';
import { type Holder } from './holder.js';
import { type ChatData } from './state.js';
import { lastSeqOf } from './timeline.js';

export type Updater = {
  /** Fetches what may have changed; while one goes on, a second call makes it begin anew afterwards. */
  update: () => Promise<void>;
  /** The next page of the list of conversations. */
  loadMoreConversations: () => Promise<void>;
  /** One conversation anew, or its removal where the user is no member. */
  refreshConversation: (id: string) => Promise<void>;
  /** Presence alone, which recovery does not bring again. */
  refreshPresence: () => Promise<void>;
};

const PAGE = 50;
/** Pages of the list that are fetched again; what is further down is asked for when it is scrolled to. */
const PAGES_MAX = 4;
/** How often `sync` is asked for what is still missing, before the window begins anew. */
const SYNCS_MAX = 5;
const SYNC_LIMIT = 1_000;

export function createUpdater(salala: Salala, holder: Holder, history: History): Updater {
  let cursor: string | null = null;
  let running: Promise<void> | undefined;
  let again = false;
  const takeAgain = (): boolean => {
    const taken = again;
    again = false;
    return taken;
  };
  const refreshing = new Map<string, Promise<void>>();

  const loadPage = async (from: string | null): Promise<string | null> => {
    const page = await salala.api('GET /conversations', {
      query: { limit: PAGE, ...(from === null ? {} : { cursor: from }) },
    });
    holder.change((before) => page.data.reduce(putConversation, before));
    return page.nextCursor;
  };

  const loadList = async (): Promise<void> => {
    const wanted = Math.ceil(holder.get().conversationIds.length / PAGE);
    let next: string | null = null;
    let pages = 0;
    do {
      next = await loadPage(next);
      pages += 1;
    } while (next !== null && pages < Math.min(wanted, PAGES_MAX));
    cursor = next;
    holder.change((data) => ({ ...data, hasMoreConversations: cursor !== null }));
  };

  const loadFriendRequests = async (): Promise<void> => {
    const { data: friendRequests } = await salala.api('GET /friend-requests');
    holder.change((data) => ({ ...data, friendRequests }));
  };

  /** What was missed in the conversation that is looked at, and which ones came and went. */
  const sync = async (): Promise<void> => {
    for (let asked = 0; asked < SYNCS_MAX; asked += 1) {
      const { conversations, activeConversationId } = holder.get();
      const has = Object.values(conversations).map(({ id, lastSeq }) => {
        const timeline = holder.get().timelines[id];
        const isBehind =
          id === activeConversationId && timeline !== undefined && !timeline.hasNewer;
        return [id, isBehind ? lastSeqOf(timeline) : lastSeq];
      });
      const answer = await salala.request('sync', {
        conversations: Object.fromEntries(has) as Record<string, number>,
        limit: SYNC_LIMIT,
      });
      holder.change((before) => {
        const removed = answer.removed.reduce(dropConversation, before);
        return answer.added.reduce(putConversation, removed);
      });
      const lacking = Object.values(answer.conversations);
      for (const message of lacking.flatMap(({ messages }) => messages)) {
        holder.take({ name: 'newMessage', payload: message });
      }
      if (lacking.every(({ complete }) => complete)) {
        return;
      }
    }
  };

  const updateOnce = async (): Promise<void> => {
    const isFirst = holder.get().status === 'loading' || holder.get().status === 'failed';
    const isOnline = (): boolean => salala.connection.getState().status === 'online';
    const log = holder.beginLog(null);
    try {
      holder.change((data) => ({ ...data, status: isFirst ? 'loading' : 'updating' }));
      // Windows that are not looked at are loaded anew when they are.
      holder.change(keepActiveAlone);
      await Promise.all([loadList(), loadFriendRequests()]);
      const { activeConversationId } = holder.get();
      if (!isFirst && isOnline()) {
        await sync();
      }
      if (!isFirst && activeConversationId !== null) {
        await history.refresh(activeConversationId);
      }
      holder.change((data) => ({ ...data, error: null, status: isOnline() ? 'current' : 'stale' }));
    } catch (thrown) {
      const error = asSalalaError(thrown);
      holder.change((data) => ({ ...data, error, status: isFirst ? 'failed' : 'stale' }));
    } finally {
      holder.endLog(log);
    }
  };

  return {
    update: () => {
      again = running !== undefined;
      running ??= (async () => {
        do {
          await updateOnce();
        } while (takeAgain());
        running = undefined;
      })();
      return running;
    },
    loadMoreConversations: async () => {
      if (cursor !== null) {
        const from = cursor;
        cursor = null;
        cursor = await loadPage(from).catch((thrown: unknown) => {
          cursor = from;
          throw thrown;
        });
        holder.change((data) => ({ ...data, hasMoreConversations: cursor !== null }));
      }
    },
    refreshConversation: (id) => {
      const known = refreshing.get(id);
      if (known !== undefined) {
        return known;
      }
      const refresh = salala
        .api('GET /conversations/{id}', { path: { id } })
        .then(
          (conversation) => {
            holder.change((data) => putConversation(data, conversation));
          },
          (thrown: unknown) => {
            const { code } = asSalalaError(thrown);
            if (code === 'forbidden' || code === 'not_found') {
              holder.change((data) => dropConversation(data, id));
            }
          },
        )
        .finally(() => refreshing.delete(id));
      refreshing.set(id, refresh);
      return refresh;
    },
    refreshPresence: async () => {
      await loadPage(null);
    },
  };
}

function keepActiveAlone(data: ChatData): ChatData {
  const { activeConversationId: id, timelines } = data;
  const active = id === null ? undefined : timelines[id];
  return { ...data, timelines: id === null || active === undefined ? {} : { [id]: active } };
}
