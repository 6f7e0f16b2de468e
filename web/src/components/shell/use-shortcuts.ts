/** What the keyboard does anywhere on the page. */

import type { Conversation } from '@salala/client';
import { useEffect, useRef } from 'react';

import { useConversations } from '@/hooks/use-chat';
import { overlay, showOverlay } from '@/store/overlay';
import { navigate, route } from '@/store/route';

/** Ctrl K jumps, Alt and an arrow goes to the next conversation, Escape goes back. */
export function useShortcuts(): void {
  const conversations = useConversations();
  const latest = useRef(conversations);
  useEffect(() => {
    latest.current = conversations;
  }, [conversations]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (act(event, latest.current)) {
        event.preventDefault();
      }
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, []);
}

/** Does what a key asks for; says whether it asked for anything. */
function act(event: KeyboardEvent, conversations: readonly Conversation[]): boolean {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'k') {
    showOverlay({ kind: 'switcher' });
    return true;
  }
  if (overlay.getState().open !== null || event.defaultPrevented) {
    return false;
  }
  return event.altKey ? step(event.key, conversations) : press(event);
}

function step(key: string, conversations: readonly Conversation[]): boolean {
  const by = { ArrowDown: 1, ArrowUp: -1 }[key];
  return by !== undefined && goBy(by, conversations);
}

/** Keys that mean something only where nobody writes. */
function press({ key, target }: KeyboardEvent): boolean {
  if (isWriting(target)) {
    return false;
  }
  if (key === '?') {
    showOverlay({ kind: 'shortcuts' });
    return true;
  }
  return key === 'Escape' && leave();
}

function goBy(by: number, conversations: readonly Conversation[]): boolean {
  const shown = conversations.filter(({ archivedAt }) => archivedAt === null);
  const index = shown.findIndex(({ id }) => id === route.getState().conversationId);
  const next = index < 0 ? shown[0] : shown[index + by];
  if (next) {
    navigate({ conversationId: next.id });
  }
  return next !== undefined;
}

/** Closes what is open: a conversation, or a part of the settings. */
function leave(): boolean {
  const { view, section, conversationId } = route.getState();
  const isOpen = section !== null || conversationId !== null;
  if (isOpen) {
    navigate({ view });
  }
  return isOpen;
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}
