/** All calls of this device: the one that goes on, and one that comes in meanwhile. */

import { type CallIncoming } from '../generated/wire.js';
import { type Call, type CallTools, makeIncoming, makeOutgoing } from './call.js';
import { type CallPeer, type CallsState } from './state.js';

export type CallsTools = Omit<CallTools, 'onState'> & {
  /** Hears what is known of the calls, each time it changes. */
  onChange: (state: CallsState) => void;
};

export type Calls = {
  /** Calls somebody; ends as `busy` while another call goes on. */
  start: (given: { conversationId: string; peer: CallPeer; hasVideo: boolean }) => Promise<void>;
  /** Takes the call that comes in, the waiting one in place of the one that goes on. */
  accept: (callId: string, hasVideo: boolean) => Promise<void>;
  /** Does not take it. */
  decline: (callId: string) => void;
  /** Ends or takes back the one that goes on. */
  hangUp: () => void;
  /** Shows an ended one no more. */
  dismiss: () => void;
  /** The call that goes on, for its devices. */
  current: () => Call | null;
  /** Takes an event of the server. */
  receive: (name: string, payload: unknown) => void;
  resume: () => void;
  changeNetwork: () => void;
};

/** How long the other one's call may take to arrive, of which the server has told already. */
const CONFLICT_MS = 3_000;

export function createCalls(tools: CallsTools): Calls {
  let current: Call | null = null;
  let waiting: Call | null = null;
  let awaited: { callId: string; arrive: (call: Call | null) => void } | null = null;

  const report = (): void => {
    tools.onChange({ current: current?.state ?? null, waiting: waiting?.state ?? null });
  };
  const toolsOfCall: CallTools = {
    ...tools,
    onState: () => {
      if (waiting !== null && isOver(waiting)) {
        waiting = null;
      }
      // Who still rings when a call ends rings on its own.
      if (waiting !== null && current !== null && isOver(current) && awaited === null) {
        current = waiting;
        waiting = null;
      }
      report();
    },
  };

  const find = (callId: unknown): Call | null =>
    [current, waiting].find((call) => call?.state.callId === callId) ?? null;

  const ring = (incoming: CallIncoming): void => {
    if (find(incoming.callId) !== null) {
      return;
    }
    const call = makeIncoming(toolsOfCall, incoming);
    if (awaited?.callId === incoming.callId) {
      waiting = call;
      awaited.arrive(call);
    } else if (current === null || isOver(current)) {
      current = call;
    } else if (waiting === null) {
      waiting = call;
    } else {
      // A third one rings elsewhere, or in vain.
      return;
    }
    report();
  };

  /** The two call each other: the call of the other one is taken in place of the own. */
  const meet = async (own: Call, callId: string): Promise<void> => {
    const theirs =
      find(callId) ??
      (await new Promise<Call | null>((resolve) => {
        awaited = { callId, arrive: resolve };
        setTimeout(resolve, CONFLICT_MS, null);
      }));
    awaited = null;
    if (isOver(own)) {
      theirs?.hangUp();
      return;
    }
    const { hasVideo } = own.state;
    if (theirs === null || isOver(theirs)) {
      // It goes on at another device.
      own.end('busy');
      return;
    }
    waiting = null;
    current = theirs;
    own.end('hung_up');
    report();
    await theirs.accept(hasVideo);
  };

  return {
    start: async (given) => {
      if (current !== null && !isOver(current)) {
        // Whoever calls the one who is just calling them wants to talk.
        const { phase, peer } = current.state;
        if (phase === 'incoming' && peer.id === given.peer.id) {
          await current.accept(given.hasVideo);
        }
        return;
      }
      const call = makeOutgoing(toolsOfCall, given);
      current = call;
      const met = await call.start();
      if (met !== null) {
        await meet(call, met.conflict);
      }
    },
    accept: async (callId, hasVideo) => {
      const call = find(callId);
      if (call === null) {
        return;
      }
      if (call === waiting) {
        const before = current;
        waiting = null;
        current = call;
        before?.hangUp();
        report();
      }
      await call.accept(hasVideo);
    },
    decline: (callId) => {
      find(callId)?.hangUp();
    },
    hangUp: () => {
      current?.hangUp();
    },
    dismiss: () => {
      if (current !== null && isOver(current)) {
        current = null;
        report();
      }
    },
    current: () => current,
    receive: (name, payload) => {
      if (name === 'call:incoming') {
        ring(payload as CallIncoming);
      } else if (name.startsWith('call:')) {
        find((payload as { callId?: unknown }).callId)?.receive(name, payload);
      }
    },
    resume: () => {
      current?.resume();
      waiting?.resume();
    },
    changeNetwork: () => {
      current?.changeNetwork();
    },
  };
}

function isOver({ state }: Call): boolean {
  return state.phase === 'ended';
}
