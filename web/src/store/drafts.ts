/** What was begun to be written and not sent, kept for each conversation over reloads. */

import type { Message, ReplyTo } from '@salala/client';
import { createStore, type StoreApi } from 'zustand/vanilla';

export type Draft = {
  readonly text: string;
  /** The message that it answers. */
  readonly replyTo: ReplyTo | null;
};

/** By conversation. */
export type Drafts = StoreApi<Readonly<Record<string, Draft>>> & {
  /** Keeps it at once: a tab may be gone with the next key. */
  write: (conversationId: string, change: Partial<Draft>) => void;
};

export const NO_DRAFT: Draft = { text: '', replyTo: null };

const made = new Map<string, Drafts>();

/** The drafts of one user in this tab. */
export function draftsOf(userId: string): Drafts {
  const known = made.get(userId);
  if (known !== undefined) {
    return known;
  }
  const drafts = createDrafts(userId, storageOrNone());
  made.set(userId, drafts);
  return drafts;
}

/** In memory alone where a browser keeps nothing. */
export function createDrafts(userId: string, storage: Storage | null): Drafts {
  const prefix = `salala.draft:${userId}:`;
  const store = createStore<Readonly<Record<string, Draft>>>(() => readAll(prefix, storage));
  return {
    ...store,
    write: (conversationId, change) => {
      const draft = { ...(store.getState()[conversationId] ?? NO_DRAFT), ...change };
      store.setState({ [conversationId]: draft });
      keep(storage, prefix + conversationId, draft);
    },
  };
}

/** Begins to answer a message. */
export function replyTo(drafts: Drafts, message: Message): void {
  const { id, conversationId, senderId, content, fileUrl, sender } = message;
  drafts.write(conversationId, {
    replyTo: { id, senderId, content, fileUrl, sender: { username: sender.username } },
  });
}

function keep(storage: Storage | null, key: string, { text, replyTo }: Draft): void {
  try {
    if (text === '' && replyTo === null) {
      storage?.removeItem(key);
    } else {
      storage?.setItem(key, JSON.stringify({ text, replyTo }));
    }
  } catch {
    // What there is no room for lasts as long as the tab.
  }
}

function readAll(prefix: string, storage: Storage | null): Record<string, Draft> {
  const drafts: Record<string, Draft> = {};
  for (let index = 0; storage !== null && index < storage.length; index += 1) {
    const key = storage.key(index) ?? '';
    if (key.startsWith(prefix)) {
      drafts[key.slice(prefix.length)] = parse(storage.getItem(key));
    }
  }
  return drafts;
}

function parse(kept: string | null): Draft {
  try {
    const { text, replyTo } = JSON.parse(kept ?? '{}') as Partial<Draft>;
    return { text: typeof text === 'string' ? text : '', replyTo: replyTo ?? null };
  } catch {
    return NO_DRAFT;
  }
}

/** A browser may forbid storage; and there is none where the page is made. */
function storageOrNone(): Storage | null {
  try {
    return typeof window === 'undefined' ? null : window.localStorage;
  } catch {
    return null;
  }
}
