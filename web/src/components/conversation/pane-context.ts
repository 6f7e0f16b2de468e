/** The open conversation, for all that is drawn in it. */

'use client';

import type { Conversation, UserSummary } from '@salala/client';
import { createContext, use } from 'react';
import { useStore } from 'zustand';

import type { Attachments } from '@/store/attachments';
import type { Drafts } from '@/store/drafts';
import type { Pane, PaneStore } from '@/store/pane';

export type PaneScope = {
  conversationId: string;
  pane: PaneStore;
  drafts: Drafts;
  /** Shows a message, wherever it stands, and marks it for a moment. */
  jumpTo: (messageId: string) => void;
  /** Shows the newest messages. */
  jumpToNewest: () => void;
  /** Takes files to send with what one writes. */
  addFiles: (files: readonly File[]) => void;
  attachments: Attachments;
  /** Puts the caret where one writes. */
  focusComposer: () => void;
};

export const PaneContext = createContext<PaneScope | null>(null);

export function useScope(): PaneScope {
  const scope = use(PaneContext);
  if (scope === null) {
    throw new Error('there is no conversation around this');
  }
  return scope;
}

/** One value of the open conversation. */
export function usePane<T>(select: (pane: Pane) => T): T {
  return useStore(useScope().pane, select);
}

/** Members by id; those who have left are found by what their messages say of them. */
export function memberOf(
  conversation: Conversation | undefined,
  userId: string,
): UserSummary | undefined {
  return conversation?.participants.find(({ id }) => id === userId);
}
