/** What the browser knows of the network; in Node nothing, which counts as there. */

export type NetworkListeners = {
  /** The network came, or somebody looks at the page again. */
  onWake: () => void;
  /** The network went. */
  onAway: () => void;
};

export type Network = { isOnline: () => boolean; start: () => void; stop: () => void };

export function listenToNetwork({ onWake, onAway }: NetworkListeners): Network {
  const isBrowser = typeof window !== 'undefined' && typeof document !== 'undefined';
  const onVisible = (): void => {
    if (document.visibilityState === 'visible') {
      onWake();
    }
  };
  return {
    isOnline: () => !isBrowser || navigator.onLine,
    start: () => {
      if (isBrowser) {
        window.addEventListener('online', onWake);
        window.addEventListener('offline', onAway);
        document.addEventListener('visibilitychange', onVisible);
      }
    },
    stop: () => {
      if (isBrowser) {
        window.removeEventListener('online', onWake);
        window.removeEventListener('offline', onAway);
        document.removeEventListener('visibilitychange', onVisible);
      }
    },
  };
}
