/** What is told in passing. */

import { createStore, type StoreApi } from 'zustand/vanilla';

type Toast = { id: number; text: string; isBad: boolean };

const SHOWN_MAX = 3;
const SHOWN_FOR_MS = 5000;

let told = 0;

/** The news that show. */
export const toasts: StoreApi<{ shown: readonly Toast[] }> = createStore(() => ({ shown: [] }));

/** Tells something for a few seconds. */
export function tell(text: string, { isBad = false } = {}): void {
  told += 1;
  const toast = { id: told, text, isBad };
  toasts.setState(({ shown }) => ({ shown: [...shown, toast].slice(-SHOWN_MAX) }));
  setTimeout(() => {
    toasts.setState(({ shown }) => ({ shown: shown.filter(({ id }) => id !== toast.id) }));
  }, SHOWN_FOR_MS);
}
