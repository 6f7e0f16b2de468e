/**
 * What the page shows, told by its address. The page is one document: Next's router, which is for many, is
 * passed over, and hears of nothing.
 */

import { createStore, type StoreApi } from 'zustand/vanilla';

export type View = 'conversations' | 'people' | 'settings';

export type Route = {
  view: View;
  conversationId: string | null;
  messageId: string | null;
  /** A part of the view, such as a section of the settings. */
  section: string | null;
};

const START: Route = {
  view: 'conversations',
  conversationId: null,
  messageId: null,
  section: null,
};

/** The route that is shown. */
export const route: StoreApi<Route> = createStore<Route>(() => START);

/** Reads the address, and follows the browser's back and forward. Gives what ends that. */
export function followAddress(): () => void {
  const read = (): void => {
    route.setState(parse(window.location.search), true);
  };
  const onPop = (event: PopStateEvent): void => {
    event.stopImmediatePropagation();
    read();
  };
  read();
  window.addEventListener('popstate', onPop, { capture: true });
  return () => {
    window.removeEventListener('popstate', onPop, { capture: true });
  };
}

/** Shows something else. `replace` leaves no way back to what was shown. */
export function navigate(to: Partial<Route>, { replace = false } = {}): void {
  const next = { ...START, ...to };
  const address = format(next);
  const write = replace ? 'replaceState' : 'pushState';
  if (address !== window.location.pathname + window.location.search) {
    History.prototype[write].call(window.history, null, '', address);
  }
  route.setState(next, true);
}

/** The address of a route: what a link to it holds. */
export function format({ view, conversationId, messageId, section }: Route): string {
  const query = new URLSearchParams();
  if (conversationId !== null) {
    query.set('conversation', conversationId);
  }
  if (messageId !== null) {
    query.set('message', messageId);
  }
  if (view !== 'conversations') {
    query.set('view', view);
  }
  if (section !== null) {
    query.set('section', section);
  }
  const text = query.toString();
  return text === '' ? '/' : `/?${text}`;
}

/** The route of an address. */
export function parse(search: string): Route {
  const query = new URLSearchParams(search);
  const view = query.get('view');
  return {
    view: view === 'people' || view === 'settings' ? view : 'conversations',
    conversationId: query.get('conversation'),
    messageId: query.get('message'),
    section: query.get('section'),
  };
}
