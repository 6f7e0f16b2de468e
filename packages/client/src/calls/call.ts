/** One call as a state machine: it is told what happens, sends signals, and reports each state. */

import { type SalalaError, asSalalaError } from '../errors.js';
import { type CallIncoming, type CallOver, type IceServer } from '../generated/wire.js';
import { createInbox } from './inbox.js';
import { type Link, type MakeConnection, createLink } from './link.js';
import { type Media } from './media.js';
import { type Send, createSignals } from './signals.js';
import { createSide } from './side.js';
import { createWatch } from './watch.js';
import {
  type CallEndReason,
  type CallPeer,
  type CallState,
  type ChosenDevices,
  beginState,
  callerOf,
  reasonOf,
} from './state.js';

/** What a call works with; none of it is the call's own. */
export type CallTools = {
  me: string;
  send: Send;
  media: Media;
  makeConnection: MakeConnection;
  chosen: () => ChosenDevices;
  now: () => number;
  /** Hears each state, the first one too. */
  onState: (state: CallState) => void;
};

export type Call = {
  readonly state: CallState;
  /** Begins an outgoing call; gives the other call's id where the two are calling each other already. */
  start: () => Promise<{ conflict: string } | null>;
  /** Takes an incoming one; where a device cannot be used it goes on ringing, with the problem. */
  accept: (hasVideo: boolean) => Promise<void>;
  /** Declines, takes back or ends it, whatever there is to do. */
  hangUp: () => void;
  /** Ends it here, with nothing to tell the other party. */
  end: (reason: CallEndReason) => void;
  /** Takes an event of the server about this call. */
  receive: (name: string, payload: unknown) => void;
  /** There is a connection to the server again. */
  resume: () => void;
  /** The device has another network. */
  changeNetwork: () => void;
  setMuted: (isMuted: boolean) => void;
  setCamera: (isOn: boolean) => Promise<void>;
  setSharing: (isOn: boolean) => Promise<void>;
  /** Another microphone or camera was chosen. */
  changeDevice: (device: 'microphone' | 'camera') => Promise<void>;
};

/** The server's word for a call that nobody answers comes after 30 s; without it, this ends the ringing. */
const RING_MARGIN_MS = 5_000;
const RING_MS = 30_000;
export function makeOutgoing(
  tools: CallTools,
  given: { conversationId: string; peer: CallPeer; hasVideo: boolean },
): Call {
  const state = beginState({ ...given, phase: 'starting', direction: 'outgoing', callId: null });
  return makeCall(tools, state, []);
}

export function makeIncoming(tools: CallTools, incoming: CallIncoming): Call {
  const { callId, conversationId, hasVideo, iceServers, expiresAt } = incoming;
  const peer = callerOf(incoming);
  const phase = 'incoming';
  const given = { phase, direction: phase, callId, conversationId, hasVideo, peer } as const;
  return makeCall(tools, beginState(given), iceServers, Date.parse(expiresAt));
}

function makeCall(
  tools: CallTools,
  first: CallState,
  givenIceServers: readonly IceServer[],
  expiresAt?: number,
): Call {
  const { me, now, onState } = tools;
  let state = first;
  let iceServers = givenIceServers;
  let link: Link | null = null;
  const inbox = createInbox();
  let ring: ReturnType<typeof setTimeout> | undefined;

  const update = (patch: Partial<CallState>): void => {
    state = { ...state, ...patch };
    onState(state);
  };
  const isOver = (): boolean => state.phase === 'ended';
  const side = createSide(tools, {
    get: () => state,
    update,
    link: () => link,
    isOver,
  });

  const signals = createSignals(tools.send, (name, error) => {
    refusedBy(name, error);
  });
  const ref = (): { to: string; callId: string | null } => ({
    to: state.peer.id,
    callId: state.callId,
  });

  const ringFor = (ms: number): void => {
    ring = setTimeout(() => {
      end('missed');
    }, ms + RING_MARGIN_MS);
  };

  const watch = createWatch({
    isCaller: state.direction === 'outgoing',
    mend: () => link?.restart(),
    onConnected: () => {
      update({ phase: 'connected', connectedAt: state.connectedAt ?? now() });
    },
    onLost: () => {
      if (state.phase === 'connected') {
        update({ phase: 'reconnecting' });
      }
    },
    onGivenUp: () => {
      signals.tell('call:end', ref());
      end(state.connectedAt === null ? 'failed' : 'connection_lost');
    },
  });

  function end(endReason: CallEndReason): void {
    if (isOver()) {
      return;
    }
    clearTimeout(ring);
    watch.end();
    link?.close();
    link = null;
    side.close();
    inbox.end();
    signals.finish();
    update({ phase: 'ended', endReason, endedAt: now(), localStream: null, remoteStream: null });
  }

  /** The server no longer takes what this call says. */
  function refusedBy(name: string, { code }: SalalaError): void {
    if (name === 'call:answer' && code === 'conflict') {
      end('answered_elsewhere');
    } else if (code === 'forbidden' || code === 'not_found' || code === 'conflict') {
      end(state.connectedAt === null ? 'cancelled' : 'connection_lost');
    }
  }

  const makeLink = (isPolite: boolean): Link => {
    const connection = tools.makeConnection({
      iceServers: iceServers.map((server) => ({ ...server })),
    });
    const made = createLink(connection, isPolite, {
      onOffer: (offer) => {
        signals.tell('call:offer', { ...ref(), offer });
      },
      onAnswer: (answer) => {
        signals.tell('call:answer', { ...ref(), answer });
      },
      onCandidate: (candidate) => {
        signals.tell('call:ice-candidate', { ...ref(), candidate });
      },
      onStatus: watch.see,
      onRemoteTrack: side.addRemoteTrack,
      onPeerState: ({ isMuted, isCameraOn, isSharing }) => {
        update({
          isPeerMuted: isMuted,
          isPeerVideoOn: isCameraOn || isSharing,
          isPeerSharing: isSharing,
        });
      },
    });
    link = made;
    inbox.connect(made);
    made.tell(state);
    return made;
  };

  /** From here on the two browsers look for each other, which may fail. */
  const beginConnecting = (): void => {
    clearTimeout(ring);
    watch.begin();
    update({ phase: 'connecting' });
  };

  const start = async (): Promise<{ conflict: string } | null> => {
    onState(state);
    if (!(await side.open(state.hasVideo))) {
      end('no_media');
      return null;
    }
    if (isOver()) {
      side.close();
      return null;
    }
    const { conversationId, peer, hasVideo } = state;
    try {
      const begun = await tools.send('call:initiate', {
        conversationId,
        calleeId: peer.id,
        hasVideo,
      });
      iceServers = begun.iceServers;
      if (isOver()) {
        // It was taken back before the server had it.
        await tools.send('call:cancel', { to: peer.id, callId: begun.callId });
        return null;
      }
      update({ phase: 'ringing', callId: begun.callId, isPeerOnline: begun.calleeOnline });
      ringFor(RING_MS);
      makeLink(false).offer(side.tracks());
      return null;
    } catch (thrown) {
      const { code, details } = asSalalaError(thrown);
      if (code === 'conflict' && details.callId !== undefined && !isOver()) {
        return { conflict: details.callId };
      }
      end(code === 'offline' || code === 'timeout' ? 'offline' : 'refused');
      return null;
    }
  };

  const accept = async (hasVideo: boolean): Promise<void> => {
    if (state.phase !== 'incoming') {
      return;
    }
    update({ phase: 'connecting', problem: null });
    if (!(await side.open(hasVideo))) {
      if (!isOver()) {
        update({ phase: 'incoming' });
      }
      return;
    }
    // It may still be on its way.
    const offered = await inbox.firstOffer();
    if (isOver() || offered === null) {
      side.close();
      return;
    }
    beginConnecting();
    const made = makeLink(true);
    await made.answer(offered, side.tracks());
  };

  const hangUp = (): void => {
    switch (state.phase) {
      case 'ringing':
        signals.tell('call:cancel', ref());
        break;
      case 'incoming':
        signals.tell('call:reject', ref());
        break;
      case 'connecting':
      case 'connected':
      case 'reconnecting':
        signals.tell('call:end', ref());
        break;
      case 'starting':
      case 'ended':
        break;
    }
    end('hung_up');
  };

  const takeAnswer = (answer: unknown): void => {
    if (state.phase === 'ringing') {
      beginConnecting();
    }
    link?.takeAnswer(answer);
  };
  const receive = (name: string, payload: unknown): void => {
    if (isOver()) {
      return;
    }
    const told = payload as { offer?: unknown; answer?: unknown; candidate?: unknown };
    switch (name) {
      case 'call:offer':
        inbox.takeOffer(told.offer);
        break;
      case 'call:answer':
        takeAnswer(told.answer);
        break;
      case 'call:ice-candidate':
        inbox.takeCandidate(told.candidate);
        break;
      case 'call:rejected':
      case 'call:cancelled':
      case 'call:ended':
      case 'call:end':
        end(reasonOf(payload as CallOver, me));
        break;
    }
  };

  if (expiresAt !== undefined) {
    ringFor(Math.max(expiresAt - now(), 0));
  }

  return {
    get state() {
      return state;
    },
    start,
    accept,
    hangUp,
    end,
    receive,
    resume: () => {
      signals.resume();
      if (state.phase === 'reconnecting') {
        watch.mendNow();
      }
    },
    changeNetwork: () => {
      if (state.phase === 'connected') {
        // It may well go on as it is; whether it does is seen.
        link?.restart();
      } else if (state.phase === 'reconnecting') {
        watch.mendNow();
      }
    },
    setMuted: side.setMuted,
    setCamera: side.setCamera,
    setSharing: side.setSharing,
    changeDevice: side.changeDevice,
  };
}
