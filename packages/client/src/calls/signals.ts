/** What one call tells the other party, in order, also across a drop of the connection. */

import { asSalalaError, type SalalaError } from '../errors.js';
import { type ClientEvents } from '../generated/events.js';

type CallEvents = Extract<keyof ClientEvents, `call:${string}`>;

/** Sends an event of a call and gives what its ack says. */
export type Send = <Name extends CallEvents>(
  name: Name,
  payload: ClientEvents[Name]['payload'],
) => Promise<ClientEvents[Name]['ack']>;

export type Signals = {
  /** Tells something as soon as what was told before has arrived. */
  tell: (name: CallEvents, payload: ClientEvents[CallEvents]['payload']) => void;
  /** There is a connection again: what waits need not. */
  resume: () => void;
  /** What waits is told, and nothing after it. */
  finish: () => void;
};

/** A call with more to tell than this has no connection for long, and ends anyway. */
const QUEUE_MAX = 300;
const RETRY_MS = 1_000;

export function createSignals(
  send: Send,
  onRefused: (name: string, error: SalalaError) => void,
): Signals {
  const queue: { name: CallEvents; payload: ClientEvents[CallEvents]['payload'] }[] = [];
  let isTelling = false;
  let isFinished = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tries = 0;

  const work = async (): Promise<void> => {
    if (isTelling) {
      return;
    }
    isTelling = true;
    clearTimeout(timer);
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      try {
        await send(next.name, next.payload);
      } catch (thrown) {
        const error = asSalalaError(thrown);
        if (error.mayRetry && tries < QUEUE_MAX) {
          tries += 1;
          timer = setTimeout(() => void work(), error.details.retryAfterMs ?? RETRY_MS);
          break;
        }
        if (!isFinished) {
          onRefused(next.name, error);
        }
      }
      queue.shift();
      tries = 0;
    }
    isTelling = false;
  };

  return {
    tell: (name, payload) => {
      if (!isFinished && queue.length < QUEUE_MAX) {
        queue.push({ name, payload });
        void work();
      }
    },
    resume: () => void work(),
    finish: () => {
      isFinished = true;
      // What would keep a call alive that is over need not arrive any more.
      const last = queue.at(-1);
      queue.splice(isTelling ? 1 : 0);
      if (last !== undefined && queue.at(-1) !== last) {
        queue.push(last);
      }
    },
  };
}
