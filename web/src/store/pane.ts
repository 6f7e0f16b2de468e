/** What is going on in one open conversation: what is changed, marked, asked about. */

import type { Message } from '@salala/client';
import { createStore, type StoreApi } from 'zustand/vanilla';

/** Where a menu opens, in the window. */
export type Place = { x: number; y: number };

export type PaneDialog =
  { kind: 'delete'; message: Message } | { kind: 'info' | 'picture'; messageId: string };

export type Pane = {
  /** The message whose text is being changed. */
  editing: Message | null;
  /** The message that was jumped to, and when: the same one may be jumped to again. */
  highlighted: { messageId: string; at: number } | null;
  /** The row that the arrows stand on. */
  activeKey: string | null;
  menu: { messageId: string; place: Place } | null;
  picker: { messageId: string; place: Place } | null;
  dialog: PaneDialog | null;
  /** The first message that was not read when one came. */
  unreadFrom: number | null;
  /** The newest message is in view. */
  isAtEnd: boolean;
};

export type PaneStore = StoreApi<Pane>;

export function createPane(unreadFrom: number | null): PaneStore {
  return createStore<Pane>(() => ({
    editing: null,
    highlighted: null,
    activeKey: null,
    menu: null,
    picker: null,
    dialog: null,
    unreadFrom,
    isAtEnd: true,
  }));
}
