/** Whether somebody looks at the page. */

import { useSyncExternalStore } from 'react';

/** The page is in view and its window has the focus. */
export function useIsAttentive(): boolean {
  return useSyncExternalStore(listen, isAttentive, () => false);
}

function isAttentive(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function listen(tell: () => void): () => void {
  window.addEventListener('focus', tell);
  window.addEventListener('blur', tell);
  document.addEventListener('visibilitychange', tell);
  return () => {
    window.removeEventListener('focus', tell);
    window.removeEventListener('blur', tell);
    document.removeEventListener('visibilitychange', tell);
  };
}
