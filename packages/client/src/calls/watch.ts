/** Watches the connection of the two browsers: mends it while there is hope, and says when there is none. */

import { type LinkStatus } from './link.js';

export type WatchHost = {
  /** The callee waits longer before it mends, so that the two seldom offer at once. */
  isCaller: boolean;
  onConnected: () => void;
  onLost: () => void;
  /** Looks for another way. */
  mend: () => void;
  onGivenUp: () => void;
};

export type Watch = {
  /** From now on it is to come about, within a while. */
  begin: () => void;
  see: (status: LinkStatus) => void;
  /** The network has changed, or the way to the server is there again: another way is looked for at once. */
  mendNow: () => void;
  end: () => void;
};

/** A connection that is lost for a moment mends itself. */
const LOST_MS = 2_000;
/** Another way is looked for again and again, until this is over. */
const GIVE_UP_MS = 25_000;
const MEND_EVERY_MS = 6_000;

type Timer = ReturnType<typeof setTimeout>;

export function createWatch(host: WatchHost): Watch {
  let lost: Timer | undefined;
  let mending: Timer | undefined;
  let giveUp: Timer | undefined;

  const mend = (): void => {
    clearTimeout(lost);
    clearTimeout(mending);
    begin();
    host.mend();
    mending = setTimeout(mend, MEND_EVERY_MS);
  };
  const lose = (): void => {
    host.onLost();
    mend();
  };
  const begin = (): void => {
    giveUp ??= setTimeout(host.onGivenUp, GIVE_UP_MS);
  };
  const end = (): void => {
    clearTimeout(lost);
    clearTimeout(mending);
    clearTimeout(giveUp);
    giveUp = undefined;
  };
  return {
    begin,
    end,
    mendNow: mend,
    see: (status) => {
      switch (status) {
        case 'connected':
          end();
          host.onConnected();
          break;
        case 'lost':
          clearTimeout(lost);
          lost = setTimeout(lose, host.isCaller ? LOST_MS : LOST_MS * 2);
          break;
        case 'failed':
          lose();
          break;
        case 'connecting':
          break;
      }
    },
  };
}
