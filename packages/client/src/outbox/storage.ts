/** Where what is to be sent is kept: IndexedDB, or memory where there is none. */

import { type DBSchema, type IDBPDatabase, openDB } from 'idb';

import { type SalalaErrorCode } from '../errors.js';

/** What is to be sent: `content`, `fileUrl` or both. */
export type Draft = {
  conversationId: string;
  content?: string | null;
  fileUrl?: string | null;
  replyToId?: string | null;
};

/** A message that the server has not acked. */
export type OutboxEntry = {
  /** The sender's own id of it: however often it is sent, it becomes one message. */
  clientMessageId: string;
  conversationId: string;
  content: string | null;
  fileUrl: string | null;
  replyToId: string | null;
  createdAt: string;
  /** `waiting` to be sent, or `failed`: refused for good, until somebody retries or discards it. */
  state: 'waiting' | 'failed';
  /** Why it failed. */
  failure: { code: SalalaErrorCode; message: string } | null;
};

/** An entry with its place in the order in which it was written. */
export type PlacedEntry = OutboxEntry & { place: number };

/** Keeps entries; all methods may be called by several tabs at once. */
export type OutboxStorage = {
  /** Keeps an entry at the end; it is on disk when this resolves. */
  add: (entry: OutboxEntry) => Promise<PlacedEntry>;
  /** Overwrites an entry, if it is still there. */
  update: (entry: PlacedEntry) => Promise<void>;
  remove: (clientMessageId: string) => Promise<void>;
  /** All entries, oldest first. */
  list: () => Promise<PlacedEntry[]>;
  close: () => void;
};

/** Higher than any place that the database gives. */
const PLACE_BEHIND_ALL = 2 ** 50;

type Schema = DBSchema & {
  entries: {
    key: number;
    value: OutboxEntry & { place?: number };
    indexes: { clientMessageId: string };
  };
};

/** Opens what one user of one server has to send: no other user's client opens the same. */
export function openStorage(name: string): Promise<OutboxStorage> {
  return typeof indexedDB === 'undefined' ? Promise.resolve(inMemory()) : inDatabase(name);
}

async function inDatabase(name: string): Promise<OutboxStorage> {
  let db: IDBPDatabase<Schema>;
  try {
    db = await openDB<Schema>(name, 1, {
      upgrade: (fresh) => {
        const entries = fresh.createObjectStore('entries', {
          keyPath: 'place',
          autoIncrement: true,
        });
        entries.createIndex('clientMessageId', 'clientMessageId', { unique: true });
      },
      // A later version of the page wants to change it: this one lets go and goes on in memory alone.
      blocking: () => {
        db.close();
      },
    });
  } catch {
    // Private windows of some browsers have the object and refuse its use.
    return inMemory();
  }
  // What the disk has no room for is sent all the same, unless the tab goes first.
  const unkept = inMemory(PLACE_BEHIND_ALL);
  return {
    add: async (entry) => {
      try {
        return { ...entry, place: await db.add('entries', entry) };
      } catch {
        return unkept.add(entry);
      }
    },
    update: async (entry) => {
      await unkept.update(entry);
      const tx = db.transaction('entries', 'readwrite');
      if ((await tx.store.get(entry.place)) !== undefined) {
        await tx.store.put(entry);
      }
      await tx.done;
    },
    remove: async (clientMessageId) => {
      await unkept.remove(clientMessageId);
      const tx = db.transaction('entries', 'readwrite');
      const place = await tx.store.index('clientMessageId').getKey(clientMessageId);
      if (place !== undefined) {
        await tx.store.delete(place);
      }
      await tx.done;
    },
    list: async () => {
      const kept = (await db.getAll('entries').catch(() => [])) as PlacedEntry[];
      return [...kept, ...(await unkept.list())];
    },
    close: () => {
      db.close();
    },
  };
}

/** For tests, Node and browsers without a database: what is in it goes with the process. */
export function inMemory(firstPlace = 0): OutboxStorage {
  const entries = new Map<string, PlacedEntry>();
  let places = firstPlace;
  return {
    add: (entry) => {
      places += 1;
      const placed = { ...entry, place: places };
      entries.set(entry.clientMessageId, placed);
      return Promise.resolve(placed);
    },
    update: (entry) => {
      if (entries.has(entry.clientMessageId)) {
        entries.set(entry.clientMessageId, entry);
      }
      return Promise.resolve();
    },
    remove: (clientMessageId) => {
      entries.delete(clientMessageId);
      return Promise.resolve();
    },
    list: () =>
      Promise.resolve([...entries.values()].sort((one, other) => one.place - other.place)),
    close: () => {
      entries.clear();
    },
  };
}
