/** The scrolled list of a conversation: which rows are drawn, and where it stands when they change. */

import { defaultRangeExtractor, useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';

import { useScope } from '@/components/conversation/pane-context';
import { indexOfMessage, indexOfUnread, type Row } from '@/components/conversation/rows';
import { END_PX, estimateHeight, followsEnd } from '@/components/conversation/scrolling';
import type { Wanted } from '@/hooks/use-open-conversation';
import type { PaneStore } from '@/store/pane';

const SETTLE_MS = 120;
const HOLD_MS = 1_500;

type List = Virtualizer<HTMLDivElement, HTMLDivElement>;

type Options = {
  rows: readonly Row[];
  hasNewer: boolean;
  /** A row that stays drawn, for it has the focus. */
  activeKey: string | null;
  wanted: Wanted | null;
  onShown: () => void;
};

export type MessageList = {
  scroller: RefObject<HTMLDivElement | null>;
  list: List;
  /** Whether it stands where it is to begin, so that what is drawn is what one sees. */
  isPlaced: boolean;
};

export function useMessageList(options: Options): MessageList {
  const { rows, hasNewer, activeKey, wanted, onShown } = options;
  const { pane } = useScope();
  const scroller = useRef<HTMLDivElement>(null);
  const activeIndex = activeKey === null ? -1 : rows.findIndex(({ key }) => key === activeKey);

  // eslint-disable-next-line react-hooks/incompatible-library -- what it gives is used here and below, never kept
  const list: List = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: useCallback((index: number) => estimateHeight(rows[index]), [rows]),
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    overscan: 10,
    paddingStart: 16,
    paddingEnd: 12,
    scrollPaddingStart: 56,
    anchorTo: 'end',
    scrollEndThreshold: END_PX,
    rangeExtractor: (range) => {
      const drawn = defaultRangeExtractor(range);
      return activeIndex < 0 || drawn.includes(activeIndex)
        ? drawn
        : [...drawn, activeIndex].sort((one, other) => one - other);
    },
  });

  // A row that is above what one sees changes when older ones come before it, also while one scrolls up to them.
  useLayoutEffect(() => {
    adjustAlways(list);
  }, [list]);

  const wasAtEnd = useRef(true);
  const noteEnd = useCallback(() => {
    const element = scroller.current;
    if (element !== null) {
      const { scrollHeight, scrollTop, clientHeight } = element;
      wasAtEnd.current = scrollHeight - scrollTop - clientHeight <= END_PX;
      pane.setState({ isAtEnd: wasAtEnd.current });
    }
  }, [pane]);

  // What was gone to is held until it rests or somebody scrolls on.
  const held = useRef<Held | null>(null);
  useEffect(() => {
    const element = scroller.current;
    const letGo = (): void => {
      held.current = null;
    };
    const events = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;
    for (const name of events) {
      element?.addEventListener(name, letGo, { passive: true });
    }
    return () => {
      for (const name of events) {
        element?.removeEventListener(name, letGo);
      }
    };
  }, []);

  // What is wanted goes first; else whoever was at the end stays there.
  const before = useRef<{ lastKey: string | undefined; hadNewer: boolean }>({
    lastKey: undefined,
    hadNewer: false,
  });
  useLayoutEffect(() => {
    const last = rows.at(-1);
    const { lastKey, hadNewer } = before.current;
    before.current = { lastKey: last?.key, hadNewer: hasNewer };
    if (rows.length === 0) {
      return;
    }
    if (wanted !== null) {
      const isShown = show(list, rows, wanted);
      if (isShown) {
        highlight(pane, wanted);
        wasAtEnd.current = wanted === 'newest';
        held.current = { wanted, until: Date.now() + HOLD_MS };
        onShown();
      }
      return;
    }
    const isOwn = last?.kind === 'pending';
    const heldStill = isOwn ? null : stillHeld(held.current);
    if (heldStill !== null) {
      // More came around it before it had come to rest.
      show(list, rows, heldStill);
      return;
    }
    if (
      followsEnd({ wasAtEnd: wasAtEnd.current, hadNewer, lastKey, nextLastKey: last?.key, isOwn })
    ) {
      wasAtEnd.current = true;
      list.scrollToEnd();
    }
  }, [rows, hasNewer, wanted, onShown, list, pane]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) {
      return;
    }
    element.addEventListener('scroll', noteEnd, { passive: true });
    // The window changes when one writes several lines, and when a phone shows its keys.
    const observer = new ResizeObserver(() => {
      if (wasAtEnd.current) {
        list.scrollToEnd();
      }
      noteEnd();
    });
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', noteEnd);
      observer.disconnect();
    };
  }, [list, noteEnd]);

  // Rows that came below somebody who is further up bring no scrolling.
  useEffect(noteEnd, [rows, noteEnd]);

  return { scroller, list, isPlaced: useIsSettled(wanted === null && rows.length > 0) };
}

/** True a little after it became so: the first scrolling takes a few frames of measuring. */
function useIsSettled(isSo: boolean): boolean {
  const [isSettled, setIsSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setIsSettled(isSo);
    }, SETTLE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [isSo]);
  return isSo && isSettled;
}

/** Marks a message that was jumped to. */
function highlight(pane: PaneStore, wanted: Wanted): void {
  if (typeof wanted === 'object') {
    pane.setState({ highlighted: { messageId: wanted.messageId, at: Date.now() } });
  }
}

type Held = { wanted: Wanted; until: number };

function stillHeld(held: Held | null): Wanted | null {
  return held !== null && Date.now() < held.until ? held.wanted : null;
}

/** What one sees stays where it is, whatever changes its height above. */
function adjustAlways(list: List): void {
  list.shouldAdjustScrollPositionOnItemSizeChange = ({ key, start, end }, _delta, instance) => {
    const offset = instance.scrollOffset ?? 0;
    // One that reaches into view grows downwards, once its height was known.
    return instance.itemSizeCache.has(key) ? end <= offset : start < offset;
  };
}

/** Goes to what is wanted; gives whether it is here. */
function show(list: List, rows: readonly Row[], wanted: Wanted): boolean {
  if (wanted === 'newest') {
    list.scrollToEnd();
    return true;
  }
  if (wanted === 'unread') {
    const index = indexOfUnread(rows);
    if (index < 0) {
      list.scrollToEnd();
    } else {
      list.scrollToIndex(index, { align: 'start' });
    }
    return true;
  }
  const index = indexOfMessage(rows, wanted.messageId);
  if (index < 0) {
    return false;
  }
  list.scrollToIndex(index, { align: 'center' });
  return true;
}
