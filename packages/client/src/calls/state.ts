/** What is known of a call, for who shows it. */

import { type CallIncoming, type CallOver } from '../generated/wire.js';

/**
 * `starting`: asking for the microphone, then the server. `ringing`: at the other one. `incoming`: here.
 * `connecting`: answered, and the browsers look for each other. `connected`. `reconnecting`: they have lost each
 * other. `ended`: with why.
 */
export type CallPhase =
  'starting' | 'ringing' | 'incoming' | 'connecting' | 'connected' | 'reconnecting' | 'ended';

/**
 * Why a call is over. Of the server's reasons: `ended` and `hung_up` by the other one and here, `rejected`, `cancelled`,
 * `missed`, `answered_elsewhere`, `declined_elsewhere`, `connection_lost`. From here: `busy` (one of the two is in a call
 * already), `no_media` (`problem` says why), `failed` (the browsers did not find each other), `refused` (the server did
 * not let it begin), `offline` (there is no connection to the server).
 */
export type CallEndReason =
  | 'ended'
  | 'hung_up'
  | 'rejected'
  | 'cancelled'
  | 'missed'
  | 'answered_elsewhere'
  | 'declined_elsewhere'
  | 'connection_lost'
  | 'busy'
  | 'no_media'
  | 'failed'
  | 'refused'
  | 'offline';

/** Why a device cannot be used: codes for the page to translate. */
export type MediaProblemCode =
  'permission_denied' | 'no_device' | 'device_in_use' | 'insecure_page' | 'unsupported' | 'unknown';

export type MediaProblem = { device: 'microphone' | 'camera' | 'screen'; code: MediaProblemCode };

/** The other party. */
export type CallPeer = { id: string; name: string; avatar: string | null };

export type CallState = {
  phase: CallPhase;
  direction: 'outgoing' | 'incoming';
  /** `null` until the server has given it. */
  callId: string | null;
  conversationId: string;
  peer: CallPeer;
  /** It was begun with a picture. */
  hasVideo: boolean;
  /** While it rings at the other one: whether one of their devices is there. */
  isPeerOnline: boolean | null;
  /** When it was first connected, in milliseconds. */
  connectedAt: number | null;
  endedAt: number | null;
  endReason: CallEndReason | null;
  problem: MediaProblem | null;
  localStream: MediaStream | null;
  remoteStream: MediaStream | null;
  isMuted: boolean;
  isCameraOn: boolean;
  isSharing: boolean;
  isPeerMuted: boolean;
  /** The other one sends a picture: of themselves or of their screen. */
  isPeerVideoOn: boolean;
  isPeerSharing: boolean;
};

/** What is known of all calls of this device; `waiting` is one that comes in while another is under way. */
export type CallsState = { current: CallState | null; waiting: CallState | null };

/** The microphone, the camera and the loudspeaker that were chosen; `null` is the system's choice. */
export type ChosenDevices = {
  microphone: string | null;
  camera: string | null;
};

/** What a call begins with. */
export function beginState(
  given: Pick<CallState, 'phase' | 'direction' | 'callId' | 'conversationId' | 'peer' | 'hasVideo'>,
): CallState {
  return {
    ...given,
    isPeerOnline: null,
    connectedAt: null,
    endedAt: null,
    endReason: null,
    problem: null,
    localStream: null,
    remoteStream: null,
    isMuted: false,
    isCameraOn: false,
    isSharing: false,
    isPeerMuted: false,
    isPeerVideoOn: false,
    isPeerSharing: false,
  };
}

/** The one who calls. */
export function callerOf(incoming: CallIncoming): CallPeer {
  return { id: incoming.callerId, name: incoming.callerName, avatar: incoming.callerAvatar };
}

/** The server's word for the end of a call, as this side sees it. */
export function reasonOf({ from, reason }: CallOver, me: string): CallEndReason {
  switch (reason) {
    case 'answered_elsewhere':
    case 'connection_lost':
    case 'missed':
      return reason;
    case 'rejected':
      return from === me ? 'declined_elsewhere' : 'rejected';
    case 'cancelled':
      return 'cancelled';
    case 'ended':
      return from === me ? 'hung_up' : 'ended';
  }
}
