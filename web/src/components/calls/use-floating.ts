/** Lets a box be moved over the page, by a pointer and by arrow keys, and keeps it in sight. */

import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
} from 'react';

import { firstPlace, keepInSight, moveByKey, type Place, type Size } from '@/calls/place';

type Floating = {
  box: RefObject<HTMLElement | null>;
  /** `null` until its size is known. */
  place: Place | null;
  /** What the part that is taken hold of listens to. */
  handle: {
    onPointerDown: (event: PointerEvent) => void;
    onPointerMove: (event: PointerEvent) => void;
    onPointerUp: () => void;
    onPointerCancel: () => void;
    onKeyDown: (event: KeyboardEvent) => void;
  };
};

export function useFloating(): Floating {
  const box = useRef<HTMLElement>(null);
  const [place, setPlace] = useState<Place | null>(null);
  /** Where in the box it is held. */
  const held = useRef<Place | null>(null);

  const move = useCallback((wish: (size: Size, page: Size) => Place): void => {
    const element = box.current;
    if (element !== null) {
      const size = { width: element.offsetWidth, height: element.offsetHeight };
      const page = { width: window.innerWidth, height: window.innerHeight };
      setPlace(keepInSight(wish(size, page), size, page));
    }
  }, []);

  useLayoutEffect(() => {
    move(firstPlace);
  }, [move]);
  useEffect(() => {
    const element = box.current;
    const stay = (): void => {
      setPlace((before) => before && { ...before });
      move(() => {
        const { left = 0, top = 0 } = element?.getBoundingClientRect() ?? {};
        return { x: left, y: top };
      });
    };
    // A picture that comes makes it larger.
    const sizes = new ResizeObserver(stay);
    if (element !== null) {
      sizes.observe(element);
    }
    window.addEventListener('resize', stay);
    return () => {
      sizes.disconnect();
      window.removeEventListener('resize', stay);
    };
  }, [move]);

  return {
    box,
    place,
    handle: {
      onPointerDown: (event) => {
        const { left = 0, top = 0 } = box.current?.getBoundingClientRect() ?? {};
        held.current = { x: event.clientX - left, y: event.clientY - top };
        event.currentTarget.setPointerCapture(event.pointerId);
      },
      onPointerMove: (event) => {
        const at = held.current;
        if (at !== null) {
          move(() => ({ x: event.clientX - at.x, y: event.clientY - at.y }));
        }
      },
      onPointerUp: () => {
        held.current = null;
      },
      onPointerCancel: () => {
        held.current = null;
      },
      onKeyDown: (event) => {
        const moved = place && moveByKey(place, event.key);
        if (moved) {
          event.preventDefault();
          move(() => moved);
        }
      },
    },
  };
}
