/** How long to leave a server alone that could not take something. */

export type Pause = {
  /** Lengthens the pause; `ms` where the server says how long. */
  afterFailure: (ms?: number) => void;
  /** Ends it: the server is well. */
  reset: () => void;
  /** Resolves once it is over. */
  over: () => Promise<void>;
};

const FIRST_MS = 500;
const LAST_MS = 30_000;

export function makePause(): Pause {
  let failures = 0;
  let until = 0;
  let waking = new Set<() => void>();
  const wake = (): void => {
    const all = waking;
    waking = new Set();
    for (const one of all) {
      one();
    }
  };
  return {
    afterFailure: (ms) => {
      const backOff = Math.min(FIRST_MS * 2 ** failures, LAST_MS);
      failures += 1;
      // Clients that failed at the same moment do not come back at the same moment.
      until = Date.now() + (ms ?? backOff * (0.5 + Math.random() / 2));
    },
    reset: () => {
      failures = 0;
      until = 0;
      wake();
    },
    over: async () => {
      const ms = until - Date.now();
      if (ms <= 0) {
        return;
      }
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          waking.delete(done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        waking.add(done);
      });
    },
  };
}
