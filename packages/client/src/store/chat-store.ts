/** The store of one signed-in user: all that a chat shows, always up to date, without React. */

import { type StoreApi, createStore } from 'zustand/vanilla';

import { type Conversation, type Message, type Operations, type UserSummary } from '../wire.js';
import { type RouteInput } from '../api/api.js';
import { asSalalaError } from '../errors.js';
import { type Sending } from '../outbox/outbox.js';
import { type Draft } from '../outbox/storage.js';
import { type Salala } from '../salala.js';
import { notePresence, putConversation, readUpTo, withConversation } from './conversations.js';
import { type Lack } from './events.js';
import { createHistory } from './history.js';
import { createHolder } from './holder.js';
import { createMessageActions } from './message-actions.js';
import { type ChatData, initialData } from './state.js';
import { createTelling } from './telling.js';
import { rest } from './timeline.js';
import { createTypists } from './typists.js';
import { createUpdater } from './update.js';

export type ConversationChanges = RouteInput<
  'PATCH /conversations/{id}' & keyof Operations
>['body'];

export type ChatActions = {
  /** Begins to listen and to load; the socket is the client's to connect. */
  start: () => void;
  /** Stops; what is here stays. */
  stop: () => void;
  /** Looks at a conversation: its newest messages, or those around a `seq`. */
  openConversation: (id: string, options?: { around?: number }) => Promise<void>;
  /** Looks at none. */
  closeConversation: () => void;
  loadOlder: (id: string) => Promise<void>;
  loadNewer: (id: string) => Promise<void>;
  loadAround: (id: string, seq: number) => Promise<void>;
  loadNewest: (id: string) => Promise<void>;
  loadMoreConversations: () => Promise<void>;
  /** Sends through the outbox, and goes to the newest messages. */
  sendMessage: (draft: Draft) => Sending;
  retryMessage: (clientMessageId: string) => Promise<void>;
  discardMessage: (clientMessageId: string) => Promise<void>;
  editMessage: (messageId: string, content: string) => Promise<Message>;
  deleteMessage: (messageId: string) => Promise<void>;
  /** Shown at once, and taken back when it is refused. */
  addReaction: (message: Message, emoji: string) => Promise<void>;
  removeReaction: (message: Message, emoji: string) => Promise<void>;
  /** Shown at once, and told as soon as there is a connection. */
  markRead: (conversationId: string, seq: number) => void;
  /** For each key; it tells as often as is needed. */
  setTyping: (conversationId: string, isTyping: boolean) => void;
  updateConversation: (id: string, changes: ConversationChanges) => Promise<Conversation>;
  /** Puts in what a route answered. */
  addConversation: (conversation: Conversation) => void;
  /** Notes the presence of users whom a route answered. */
  noteUsers: (users: readonly UserSummary[]) => void;
  /** Fetches everything anew. */
  reload: () => Promise<void>;
};

export type ChatState = ChatData & ChatActions;

export type ChatStore = StoreApi<ChatState>;

/** The socket is waited for so long before the first load goes without it. */
const PATIENCE_MS = 700;
/** Presence is asked for again within this time after a drop, so that not all clients ask at once. */
const PRESENCE_SPREAD_MS = 3_000;

/** Makes the store of the client's user. */
export function createChatStore(salala: Salala): ChatStore {
  return createStore<ChatState>((set, get) => ({
    ...initialData(salala.connection.getState().userId ?? ''),
    ...createActions(salala, get, set),
  }));
}

function createActions(
  salala: Salala,
  get: () => ChatData,
  set: (data: ChatData) => void,
): ChatActions {
  const holder = createHolder(get, set, fetchLacks);
  const history = createHistory(salala, holder);
  const updater = createUpdater(salala, holder, history);
  const telling = createTelling(salala, (id, { lastReadSeq, unreadCount }) => {
    holder.change((data) => {
      const known = data.conversations[id];
      const isNewest = known !== undefined && lastReadSeq >= known.lastReadSeq;
      return isNewest ? withConversation(data, { ...known, lastReadSeq, unreadCount }) : data;
    });
  });
  const typists = createTypists(holder);
  let stopping: (() => void)[] | null = null;
  let isLoaded = false;

  function fetchLacks(lacks: readonly Lack[]): void {
    for (const { kind, id } of lacks) {
      void (kind === 'messages' ? history.fill(id) : updater.refreshConversation(id));
    }
  }

  /** Says what is looked at, so that typing and read marks are told. */
  const view = (name: 'joinRoom' | 'leaveRoom', conversationId: string | null): void => {
    if (conversationId !== null && salala.connection.getState().status === 'online') {
      // After a drop it is said again, and who may not look is told so by what they load.
      salala.request(name, { conversationId }).catch(() => undefined);
    }
  };

  const load = (): void => {
    isLoaded = true;
    void updater.update();
  };

  const onOnline = (recovered: boolean): void => {
    view('joinRoom', holder.get().activeConversationId);
    telling.flushReads();
    if (!isLoaded || !recovered || holder.get().status === 'failed') {
      load();
      return;
    }
    holder.change((data) => ({
      ...data,
      status: data.status === 'stale' ? 'current' : data.status,
    }));
    // Of those who came and went meanwhile nothing is told again.
    setTimeout(() => {
      if (stopping !== null) {
        updater.refreshPresence().catch(() => undefined);
      }
    }, Math.random() * PRESENCE_SPREAD_MS);
  };

  const onAway = (): void => {
    holder.change((data) => ({
      ...data,
      typing: {},
      status: data.status === 'current' || data.status === 'updating' ? 'stale' : data.status,
    }));
  };

  const close = (): void => {
    const { activeConversationId } = holder.get();
    view('leaveRoom', activeConversationId);
    holder.change((data) => {
      const resting = Object.entries(data.timelines).flatMap(([id, timeline]) => {
        const kept = id === activeConversationId ? rest(timeline) : timeline;
        return kept === null ? [] : [[id, kept] as const];
      });
      return { ...data, activeConversationId: null, timelines: Object.fromEntries(resting) };
    });
  };

  const actions: ChatActions = {
    start: () => {
      if (stopping !== null) {
        return;
      }
      const { connection, outbox } = salala;
      holder.change((data) => ({
        ...data,
        me: connection.getState().userId ?? data.me,
        outbox: outbox.entries.getState(),
      }));
      const patience = setTimeout(() => {
        if (!isLoaded) {
          load();
        }
      }, PATIENCE_MS);
      stopping = [
        () => {
          clearTimeout(patience);
        },
        connection.subscribe(({ status, recovered, userId }, before) => {
          if (userId !== before.userId) {
            holder.change((data) => ({ ...data, me: userId ?? '' }));
          }
          if (status === 'online' && before.status !== 'online') {
            onOnline(recovered);
          } else if (before.status === 'online' && status !== 'online') {
            onAway();
          }
        }),
        outbox.entries.subscribe((entries) => {
          holder.change((data) => ({ ...data, outbox: entries }));
        }),
        outbox.onSent((message) => {
          holder.take({ name: 'newMessage', payload: message });
          holder.flush();
        }),
        salala.onAny((name, payload) => {
          holder.take({ name, payload });
          typists.heard(name, payload);
        }),
        typists.stop,
      ];
      if (connection.getState().status === 'online') {
        onOnline(false);
      }
    },
    stop: () => {
      for (const stop of stopping ?? []) {
        stop();
      }
      stopping = null;
      holder.flush();
    },
    openConversation: async (id, { around } = {}) => {
      const { activeConversationId } = holder.get();
      if (activeConversationId !== id) {
        view('leaveRoom', activeConversationId);
        view('joinRoom', id);
      }
      if (isLoaded && holder.get().conversations[id] === undefined) {
        void updater.refreshConversation(id);
      }
      await history.open(id, around);
    },
    closeConversation: close,
    loadOlder: history.loadOlder,
    loadNewer: history.loadNewer,
    loadAround: history.loadAround,
    loadNewest: history.loadNewest,
    loadMoreConversations: updater.loadMoreConversations,
    ...createMessageActions(salala, holder),
    sendMessage: (draft) => {
      const sending = salala.outbox.send(draft);
      telling.type(draft.conversationId, false);
      if (holder.get().timelines[draft.conversationId]?.hasNewer === true) {
        void history.loadNewest(draft.conversationId);
      }
      return sending;
    },
    markRead: (conversationId, seq) => {
      const known = holder.get().conversations[conversationId];
      if (known === undefined || (seq <= known.lastReadSeq && !known.markedUnread)) {
        return;
      }
      if (seq > known.lastReadSeq) {
        holder.change((data) => readUpTo(data, conversationId, seq).data);
        telling.read(conversationId, seq);
      } else {
        actions.updateConversation(conversationId, { markedUnread: false }).catch(asSalalaError);
      }
    },
    setTyping: telling.type,
    updateConversation: async (id, changes) => {
      const changed = await salala.api('PATCH /conversations/{id}', {
        path: { id },
        body: changes,
      });
      holder.change((data) => putConversation(data, changed));
      return changed;
    },
    addConversation: (conversation) => {
      holder.change((data) => putConversation(data, conversation));
    },
    noteUsers: (users) => {
      holder.change((data) => notePresence(data, users));
    },
    reload: updater.update,
  };
  return actions;
}
