/** The dialog that is open over the page, if one is. */

import { createStore, type StoreApi } from 'zustand/vanilla';

export type Overlay =
  | { kind: 'switcher' }
  | { kind: 'new-conversation' }
  | { kind: 'new-group' }
  | { kind: 'shortcuts' }
  /** Who is in a conversation, and what one may do with it. */
  | { kind: 'conversation'; conversationId: string }
  | { kind: 'add-members'; conversationId: string }
  | { kind: 'person'; userId: string };

export const overlay: StoreApi<{ open: Overlay | null }> = createStore(() => ({ open: null }));

/** Shows a dialog, in place of the one that is open. */
export function showOverlay(open: Overlay): void {
  overlay.setState({ open });
}

export function closeOverlay(): void {
  overlay.setState({ open: null });
}
