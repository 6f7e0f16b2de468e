/** The connection of the two browsers, negotiated so that both may offer at any time. */

/** What one side tells the other beside sound and picture. */
export type SideState = { isMuted: boolean; isCameraOn: boolean; isSharing: boolean };

export type LinkStatus = 'connecting' | 'connected' | 'lost' | 'failed';

export type LinkEvents = {
  onOffer: (offer: RTCSessionDescriptionInit) => void;
  onAnswer: (answer: RTCSessionDescriptionInit) => void;
  onCandidate: (candidate: RTCIceCandidateInit | null) => void;
  onStatus: (status: LinkStatus) => void;
  onRemoteTrack: (track: MediaStreamTrack) => void;
  onPeerState: (state: SideState) => void;
};

export type Tracks = { audio: MediaStreamTrack | null; video: MediaStreamTrack | null };

export type Link = {
  /** Offers both, sound and picture, so that a picture can be added later without another offer. */
  offer: (tracks: Tracks) => void;
  /** Sends what belongs to the first offer back with the first answer. */
  answer: (offer: RTCSessionDescriptionInit, tracks: Tracks) => Promise<void>;
  takeOffer: (offer: unknown) => void;
  takeAnswer: (answer: unknown) => void;
  takeCandidate: (candidate: unknown) => void;
  setTrack: (kind: 'audio' | 'video', track: MediaStreamTrack | null) => Promise<void>;
  /** Tells the other side; again when the channel opens. */
  tell: (state: SideState) => void;
  /** Looks for another way to the other side. */
  restart: () => void;
  close: () => void;
};

export type MakeConnection = (config: RTCConfiguration) => RTCPeerConnection;

type Kind = 'audio' | 'video';

/** `isPolite` gives way when both offer at once; the callee is. */
export function createLink(
  connection: RTCPeerConnection,
  isPolite: boolean,
  events: LinkEvents,
): Link {
  const senders: Partial<Record<Kind, RTCRtpTransceiver>> = {};
  /** One after the other, in the order in which they came. */
  let work = Promise.resolve();
  let isOffering = false;
  let isIgnoring = false;
  let lastRemoteSdp: string | undefined;
  let early: RTCIceCandidateInit[] = [];
  let toldLast: string | null = null;

  const enqueue = (task: () => Promise<void>): void => {
    // What the other side sends may be anything: a description that does not fit leaves the call as it is.
    work = work.then(task).catch(() => undefined);
  };

  // Both sides make it under the same number, so it needs no agreement.
  const channel = connection.createDataChannel('state', { negotiated: true, id: 0 });
  channel.onopen = () => {
    if (toldLast !== null) {
      channel.send(toldLast);
    }
  };
  channel.onmessage = ({ data }) => {
    const state = readState(data);
    if (state !== null) {
      events.onPeerState(state);
    }
  };

  connection.onnegotiationneeded = () => {
    void offerNow();
  };
  connection.onicecandidate = ({ candidate }) => {
    events.onCandidate(candidate === null ? null : candidate.toJSON());
  };
  connection.ontrack = ({ track }) => {
    events.onRemoteTrack(track);
  };
  connection.onconnectionstatechange = () => {
    events.onStatus(statusOf(connection.connectionState));
  };

  async function offerNow(): Promise<void> {
    try {
      isOffering = true;
      await connection.setLocalDescription();
      tellDescription(connection.localDescription);
    } catch {
      // It was closed meanwhile, or the other side's offer came first; then that one counts.
    } finally {
      isOffering = false;
    }
  }

  function tellDescription(description: RTCSessionDescription | null): void {
    if (description?.type === 'offer') {
      events.onOffer(description.toJSON());
    } else if (description?.type === 'answer') {
      events.onAnswer(description.toJSON());
    }
  }

  /** Sends in what the other side has offered to receive, and adds what it has not. */
  const attach = async (tracks: Tracks): Promise<void> => {
    for (const transceiver of connection.getTransceivers()) {
      const kind = transceiver.receiver.track.kind as Kind;
      if (senders[kind] === undefined && !isStopped(transceiver)) {
        senders[kind] = transceiver;
        transceiver.direction = 'sendrecv';
        await transceiver.sender.replaceTrack(tracks[kind]);
      }
    }
  };

  /** Repeats come after a drop; and of two offers at once one counts. */
  const isToBeTaken = ({ type, sdp }: RTCSessionDescriptionInit): boolean => {
    if (type !== 'offer') {
      return connection.signalingState === 'have-local-offer' && sdp !== lastRemoteSdp;
    }
    isIgnoring = !isPolite && (isOffering || connection.signalingState !== 'stable');
    return !isIgnoring && sdp !== lastRemoteSdp;
  };

  const describe = async (
    description: RTCSessionDescriptionInit,
    tracks?: Tracks,
  ): Promise<void> => {
    if (!isToBeTaken(description)) {
      return;
    }
    await connection.setRemoteDescription(description);
    lastRemoteSdp = description.sdp;
    for (const candidate of early.splice(0)) {
      await connection.addIceCandidate(candidate).catch(() => undefined);
    }
    if (description.type === 'offer') {
      if (tracks !== undefined) {
        await attach(tracks);
      }
      await connection.setLocalDescription();
      tellDescription(connection.localDescription);
    }
  };

  const addCandidate = async (candidate: RTCIceCandidateInit): Promise<void> => {
    if (connection.remoteDescription === null) {
      early = [...early, candidate].slice(-CANDIDATES_MAX);
    } else if (!isIgnoring) {
      await connection.addIceCandidate(candidate);
    }
  };

  return {
    offer: ({ audio, video }) => {
      senders.audio = connection.addTransceiver(audio ?? 'audio', { direction: 'sendrecv' });
      senders.video = connection.addTransceiver(video ?? 'video', { direction: 'sendrecv' });
    },
    answer: async (offer, tracks) => {
      enqueue(() => describe(offer, tracks));
      await work;
    },
    takeOffer: (offer) => {
      if (isDescription(offer, 'offer')) {
        enqueue(() => describe(offer));
      }
    },
    takeAnswer: (answer) => {
      if (isDescription(answer, 'answer')) {
        enqueue(() => describe(answer));
      }
    },
    takeCandidate: (candidate) => {
      if (typeof candidate === 'object' && candidate !== null) {
        enqueue(() => addCandidate(candidate));
      }
    },
    setTrack: async (kind, track) => {
      const transceiver = senders[kind];
      if (transceiver !== undefined) {
        await transceiver.sender.replaceTrack(track);
      } else if (track !== null) {
        // The other side offered none of that kind: it is offered one.
        senders[kind] = connection.addTransceiver(track, { direction: 'sendrecv' });
      }
    },
    tell: (state) => {
      toldLast = JSON.stringify(state);
      if (channel.readyState === 'open') {
        channel.send(toldLast);
      }
    },
    restart: () => {
      connection.restartIce();
    },
    close: () => {
      connection.onnegotiationneeded = null;
      connection.onicecandidate = null;
      connection.ontrack = null;
      connection.onconnectionstatechange = null;
      channel.onopen = null;
      channel.onmessage = null;
      connection.close();
    },
  };
}

/** As many as the server keeps for who comes later. */
const CANDIDATES_MAX = 64;

/** The other side's description, whatever its client is. */
export function isDescription(
  value: unknown,
  type: 'offer' | 'answer',
): value is RTCSessionDescriptionInit {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === type &&
    'sdp' in value &&
    typeof value.sdp === 'string'
  );
}

function isStopped({ direction }: RTCRtpTransceiver): boolean {
  return direction === 'stopped';
}

function statusOf(state: RTCPeerConnectionState): LinkStatus {
  switch (state) {
    case 'connected':
      return 'connected';
    case 'disconnected':
      return 'lost';
    case 'failed':
    case 'closed':
      return 'failed';
    case 'new':
    case 'connecting':
      return 'connecting';
  }
}

function readState(data: unknown): SideState | null {
  try {
    const state = JSON.parse(String(data)) as Partial<Record<keyof SideState, unknown>> | null;
    return {
      isMuted: state?.isMuted === true,
      isCameraOn: state?.isCameraOn === true,
      isSharing: state?.isSharing === true,
    };
  } catch {
    return null;
  }
}
