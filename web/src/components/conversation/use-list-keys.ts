/** The keys of the list: arrows go from message to message, Enter opens what one may do with it. */

import type { Virtualizer } from '@tanstack/react-virtual';
import { useEffect, type FocusEvent, type KeyboardEvent } from 'react';

import { usePane, useScope } from '@/components/conversation/pane-context';
import type { Row } from '@/components/conversation/rows';

type List = Virtualizer<HTMLDivElement, HTMLDivElement>;

export type ListKeys = {
  onKeyDown: (event: KeyboardEvent<HTMLDivElement>) => void;
  onBlur: (event: FocusEvent<HTMLDivElement>) => void;
};

export function useListKeys(rows: readonly Row[], list: List): ListKeys {
  const { pane, focusComposer, jumpToNewest } = useScope();
  const activeKey = usePane((state) => state.activeKey);

  // A row that was not drawn is, once it is the active one: then it takes the focus.
  useEffect(() => {
    if (activeKey !== null) {
      findRow(list, activeKey)?.focus({ preventScroll: true });
    }
  }, [activeKey, list]);

  const moveTo = (index: number): void => {
    const found = nextMessage(rows, index, index < currentIndex() ? -1 : 1);
    if (found !== null) {
      list.scrollToIndex(found, { align: 'auto' });
      pane.setState({ activeKey: rows[found]?.key ?? null });
    }
  };
  const currentIndex = (): number => {
    const index = rows.findIndex(({ key }) => key === activeKey);
    return index < 0 ? rows.length : index;
  };
  const moves: Record<string, () => void> = {
    ArrowUp: () => {
      moveTo(currentIndex() - 1);
    },
    ArrowDown: () => {
      if (currentIndex() >= rows.length - 1) {
        focusComposer();
      } else {
        moveTo(currentIndex() + 1);
      }
    },
    Home: () => {
      moveTo(0);
    },
    End: () => {
      pane.setState({ activeKey: null });
      jumpToNewest();
    },
    Escape: () => {
      focusComposer();
    },
  };

  return {
    onKeyDown: (event) => {
      const isOnRow = isRow(event.target);
      if (event.target !== event.currentTarget && !isOnRow) {
        return;
      }
      const move = moves[event.key];
      if (move !== undefined && !event.altKey && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        event.stopPropagation();
        move();
      } else if (isOnRow && opensMenu(event)) {
        event.preventDefault();
        openMenu(event.target as HTMLElement);
      } else if (isLetter(event)) {
        // Whoever begins to type means to write.
        focusComposer();
      }
    },
    onBlur: (event) => {
      if (!event.currentTarget.contains(event.relatedTarget)) {
        pane.setState({ activeKey: null });
      }
    },
  };
}

function findRow(list: List, key: string): HTMLElement | null {
  const row = list.scrollElement?.querySelector(`[data-row="${CSS.escape(key)}"]`);
  return row instanceof HTMLElement ? row : null;
}

function isRow(target: EventTarget): boolean {
  return target instanceof HTMLElement && target.dataset['row'] !== undefined;
}

function opensMenu({ key, shiftKey }: KeyboardEvent): boolean {
  return key === 'Enter' || key === ' ' || key === 'ContextMenu' || (key === 'F10' && shiftKey);
}

function isLetter({ key, altKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return key.length === 1 && key !== ' ' && !altKey && !ctrlKey && !metaKey;
}

/** As by a click with the right button, in the middle of the message. */
function openMenu(row: HTMLElement): void {
  const bubble = row.querySelector('[data-bubble]') ?? row;
  const { left, top, height } = bubble.getBoundingClientRect();
  const place = { clientX: left + 24, clientY: top + Math.min(height, 40) };
  row.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, ...place }));
}

function nextMessage(rows: readonly Row[], from: number, step: 1 | -1): number | null {
  for (let index = from; index >= 0 && index < rows.length; index += step) {
    if (rows[index]?.kind !== 'intro') {
      return index;
    }
  }
  return null;
}
