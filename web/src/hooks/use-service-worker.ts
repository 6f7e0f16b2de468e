/** Makes the page open without the server, and installable. */

import { useEffect } from 'react';

/** Registers the service worker once the page has what it needs itself; for the root alone. */
export function useServiceWorker(): void {
  useEffect(() => {
    if (process.env.NODE_ENV !== 'production' || !('serviceWorker' in navigator)) {
      return;
    }
    const register = (): void => {
      // A browser that forbids it shows the page as well, as long as the server is there.
      navigator.serviceWorker.register('/sw.js').catch(() => undefined);
    };
    if (document.readyState === 'complete') {
      register();
    } else {
      window.addEventListener('load', register, { once: true });
    }
  }, []);
}
