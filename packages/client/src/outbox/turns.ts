/** Whose turn it is: one tab at a time sends for one conversation. */

/** Runs work when nobody else does under the same name, in this tab or another one. */
export type TakeTurn = (name: string, work: () => Promise<void>) => Promise<void>;

/** After this a tab that has the turn is taken to be frozen; what it may still send are repeats. */
const STEAL_AFTER_MS = 20_000;

/**
 * Turns by Web Locks, across tabs. Where there are none (the page is no secure context) by this tab alone: then
 * two tabs may send the same messages at once, each in order, and the server takes each message once.
 */
export function takeTurns(): TakeTurn {
  return typeof navigator !== 'undefined' && 'locks' in navigator ? byLocks : ofThisTab();
}

async function byLocks(name: string, work: () => Promise<void>): Promise<void> {
  const patience = AbortSignal.timeout(STEAL_AFTER_MS);
  try {
    await navigator.locks.request(name, { signal: patience }, work);
  } catch (thrown) {
    if (!(thrown instanceof DOMException)) {
      throw thrown;
    }
    // Either patience ended, or another tab took the turn away from this one while it worked.
    if (thrown.name === 'TimeoutError') {
      await navigator.locks.request(name, { steal: true }, work);
    }
  }
}

function ofThisTab(): TakeTurn {
  const last = new Map<string, Promise<void>>();
  return async (name, work) => {
    const before = last.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    last.set(name, mine);
    try {
      await mine;
    } finally {
      if (last.get(name) === mine) {
        last.delete(name);
      }
    }
  };
}
