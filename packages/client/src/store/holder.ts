/** The state, events applied to it in batches, and a log of those that came while something was being loaded. */

import { type ChatData } from './state.js';
import { type Lack, applyEvent, conversationOf } from './events.js';

export type Event = { name: string; payload: unknown };

/** Events that came since a load began; applied once more on top of what it brought. */
export type EventLog = { readonly events: Event[] };

export type Holder = {
  get: () => ChatData;
  /** Changes the state, after the events that wait. */
  change: (change: (data: ChatData) => ChatData) => void;
  /** Takes an event; many that come at once are applied together. */
  take: (event: Event) => void;
  /** Applies what waits. */
  flush: () => void;
  /** Begins a log of the events about a conversation, or about all of them. */
  beginLog: (conversationId: string | null) => EventLog;
  endLog: (log: EventLog) => void;
};

/** One frame: events that follow each other faster are shown together. */
const BATCH_MS = 16;
/** A log beyond this is cut: what it would bring is then fetched anyway. */
const LOG_MAX = 2_000;

export function createHolder(
  get: () => ChatData,
  set: (data: ChatData) => void,
  onLacks: (lacks: readonly Lack[]) => void,
): Holder {
  const logs = new Map<EventLog, string | null>();
  let waiting: Event[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const applyAll = (events: readonly Event[], before: ChatData): ChatData => {
    const lacks: Lack[] = [];
    let data = before;
    for (const { name, payload } of events) {
      const applied = applyEvent(data, name, payload);
      data = applied.data;
      lacks.push(...applied.lacks);
    }
    if (lacks.length > 0) {
      // Asked for after the state is set, since whoever asks looks at it.
      queueMicrotask(() => {
        onLacks(lacks);
      });
    }
    return data;
  };

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const events = waiting;
    waiting = [];
    if (events.length > 0) {
      set(applyAll(events, get()));
    }
  };

  const note = (event: Event): void => {
    const conversationId = conversationOf(event.payload);
    for (const [log, about] of logs) {
      if (about === null || about === conversationId) {
        log.events.push(event);
        log.events.splice(0, log.events.length - LOG_MAX);
      }
    }
  };

  return {
    get,
    flush,
    change: (change) => {
      flush();
      set(change(get()));
    },
    take: (event) => {
      note(event);
      waiting.push(event);
      if (timer === undefined) {
        set(applyAll(waiting.splice(0), get()));
        timer = setTimeout(flush, BATCH_MS);
      }
    },
    beginLog: (conversationId) => {
      const log: EventLog = { events: [] };
      logs.set(log, conversationId);
      return log;
    },
    endLog: (log) => {
      logs.delete(log);
      flush();
      set(applyAll(log.events, get()));
    },
  };
}
