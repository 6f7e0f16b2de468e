/** What the other side has sent: handed to the link, or kept until there is one. */

import { type Link, isDescription } from './link.js';

export type Inbox = {
  takeOffer: (offer: unknown) => void;
  takeCandidate: (candidate: unknown) => void;
  /** Waits for an offer; `null` when the call ends before one comes. */
  firstOffer: () => Promise<RTCSessionDescriptionInit | null>;
  /** Hands on what has come, and from now on what comes. */
  connect: (link: Link) => void;
  end: () => void;
};

/** As many as the server keeps. */
const CANDIDATES_MAX = 64;

export function createInbox(): Inbox {
  let link: Link | null = null;
  let offered: RTCSessionDescriptionInit | null = null;
  let candidates: unknown[] = [];
  let onOffered: (() => void) | null = null;
  return {
    takeOffer: (offer) => {
      if (link !== null) {
        link.takeOffer(offer);
      } else if (isDescription(offer, 'offer')) {
        offered = offer;
        onOffered?.();
      }
    },
    takeCandidate: (candidate) => {
      if (link === null) {
        candidates = [...candidates, candidate].slice(-CANDIDATES_MAX);
      } else {
        link.takeCandidate(candidate);
      }
    },
    firstOffer: async () => {
      if (offered === null) {
        await new Promise<void>((resolve) => {
          onOffered = resolve;
        });
      }
      return offered;
    },
    connect: (made) => {
      link = made;
      for (const candidate of candidates.splice(0)) {
        made.takeCandidate(candidate);
      }
    },
    end: () => {
      link = null;
      onOffered?.();
    },
  };
}
