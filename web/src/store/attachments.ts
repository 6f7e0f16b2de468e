/** Files that are to go with what is being written: brought to the server while one still writes. */

import { SalalaError, type Uploaded } from '@salala/client';
import { createStore, type StoreApi } from 'zustand/vanilla';

import { upload, type Upload } from '@/store/upload';

export type Attachment = {
  readonly id: number;
  readonly file: File;
  /** A picture to show meanwhile, from the file itself. */
  readonly preview: string | null;
  readonly progress: number;
  readonly uploaded: Uploaded | null;
  readonly error: SalalaError | null;
};

export type Attachments = StoreApi<{ readonly items: readonly Attachment[] }> & {
  /** Gives how many were too many. */
  add: (files: readonly File[]) => number;
  retry: (id: number) => void;
  remove: (id: number) => void;
  /** Forgets those that were sent. */
  clear: () => void;
};

/** So many go with what one writes at a time. */
export const ATTACHMENTS_MAX = 10;
/** The server takes six of a user at a time; a voice message may come beside these. */
const UPLOADS_MAX = 3;

const made = new Map<string, Attachments>();

/** Those of one conversation in this tab; they go on being uploaded while one looks elsewhere. */
export function attachmentsOf(conversationId: string): Attachments {
  const known = made.get(conversationId) ?? createAttachments(upload);
  made.set(conversationId, known);
  return known;
}

export function createAttachments(bring: Upload): Attachments {
  const store = createStore<{ readonly items: readonly Attachment[] }>(() => ({ items: [] }));
  const running = new Map<number, AbortController>();
  let lastId = 0;

  const change = (id: number, changes: Partial<Attachment>): void => {
    store.setState(({ items }) => ({
      items: items.map((one) => (one.id === id ? { ...one, ...changes } : one)),
    }));
  };
  const startNext = (): void => {
    const { items } = store.getState();
    const next = items.find(
      ({ id, uploaded, error }) => uploaded === null && error === null && !running.has(id),
    );
    if (next !== undefined && running.size < UPLOADS_MAX) {
      void run(next);
      startNext();
    }
  };
  const run = async ({ id, file }: Attachment): Promise<void> => {
    const abort = new AbortController();
    running.set(id, abort);
    try {
      const uploaded = await bring(file, {
        onProgress: (progress) => {
          change(id, { progress });
        },
        signal: abort.signal,
      });
      uploads.set(uploaded.fileUrl, uploaded.file);
      change(id, { uploaded, progress: 1 });
    } catch (thrown) {
      const error =
        thrown instanceof SalalaError ? thrown : new SalalaError('internal', String(thrown));
      change(id, { error });
    } finally {
      running.delete(id);
      startNext();
    }
  };
  const forget = (gone: readonly Attachment[]): void => {
    for (const { id, preview } of gone) {
      running.get(id)?.abort();
      if (preview !== null) {
        URL.revokeObjectURL(preview);
      }
    }
    store.setState(({ items }) => ({ items: items.filter((one) => !gone.includes(one)) }));
  };

  return {
    ...store,
    add: (files) => {
      const room = ATTACHMENTS_MAX - store.getState().items.length;
      const added = files.slice(0, room).map((file): Attachment => {
        lastId += 1;
        const isPicture = /^image\/(png|jpeg|gif|webp)$/.test(file.type);
        const preview = isPicture ? URL.createObjectURL(file) : null;
        return { id: lastId, file, preview, progress: 0, uploaded: null, error: null };
      });
      store.setState(({ items }) => ({ items: [...items, ...added] }));
      startNext();
      return files.length - added.length;
    },
    retry: (id) => {
      change(id, { error: null, progress: 0 });
      startNext();
    },
    remove: (id) => {
      // One that the server has already is removed there after a day.
      forget(store.getState().items.filter((one) => one.id === id));
    },
    clear: () => {
      forget(store.getState().items);
    },
  };
}

const UPLOADS_REMEMBERED = 100;

/** What was uploaded from here, to show as it is before its message has come back. */
export const uploads = {
  known: new Map<string, Uploaded['file']>(),
  get: (fileUrl: string): Uploaded['file'] | null => uploads.known.get(fileUrl) ?? null,
  set: (fileUrl: string, file: Uploaded['file']): void => {
    uploads.known.set(fileUrl, file);
    for (const oldest of uploads.known.keys()) {
      if (uploads.known.size <= UPLOADS_REMEMBERED) {
        break;
      }
      uploads.known.delete(oldest);
    }
  },
};
