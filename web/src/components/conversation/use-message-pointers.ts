/** Right clicks and long presses on messages, heard once for all of them. */

import { useRef, type MouseEvent, type PointerEvent } from 'react';

import { useScope } from '@/components/conversation/pane-context';

const LONG_PRESS_MS = 450;
/** A finger that moves farther scrolls. */
const MOVE_PX = 10;

export type MessagePointers = {
  onContextMenu: (event: MouseEvent<HTMLDivElement>) => void;
  onPointerDown: (event: PointerEvent<HTMLDivElement>) => void;
  onPointerMove: (event: PointerEvent<HTMLDivElement>) => void;
  onPointerUp: () => void;
  onPointerCancel: () => void;
};

type Press = { x: number; y: number; timer: ReturnType<typeof setTimeout> };

export function useMessagePointers(): MessagePointers {
  const { pane } = useScope();
  const press = useRef<Press | null>(null);
  const end = (): void => {
    clearTimeout(press.current?.timer);
    press.current = null;
  };
  const open = (target: EventTarget, x: number, y: number): boolean => {
    const messageId = messageOf(target);
    if (messageId !== null) {
      pane.setState({ menu: { messageId, place: { x, y } } });
    }
    return messageId !== null;
  };
  return {
    onContextMenu: (event) => {
      end();
      // The browser's own menu stays for links and for a selection.
      const isForBrowser =
        (event.target instanceof Element && event.target.closest('a') !== null) ||
        window.getSelection()?.isCollapsed === false;
      if (!isForBrowser && open(event.target, event.clientX, event.clientY)) {
        event.preventDefault();
      }
    },
    onPointerDown: (event) => {
      end();
      if (event.pointerType === 'touch') {
        const { target, clientX: x, clientY: y } = event;
        const timer = setTimeout(() => {
          end();
          open(target, x, y);
        }, LONG_PRESS_MS);
        press.current = { x, y, timer };
      }
    },
    onPointerMove: ({ clientX, clientY }) => {
      const from = press.current;
      if (from !== null && Math.hypot(clientX - from.x, clientY - from.y) > MOVE_PX) {
        end();
      }
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}

function messageOf(target: EventTarget): string | null {
  const row = target instanceof Element ? target.closest('[data-message]') : null;
  return row instanceof HTMLElement ? (row.dataset['message'] ?? null) : null;
}
