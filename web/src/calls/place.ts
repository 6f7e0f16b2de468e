/** Where the small view of a call stands: moved by hand or by keys, and never out of sight. */

export type Place = { x: number; y: number };
export type Size = { width: number; height: number };

/** Kept free at the edges. */
const MARGIN = 12;
/** How far one key moves it. */
const STEP = 24;

/** The nearest place at which all of it is seen. */
export function keepInSight({ x, y }: Place, size: Size, page: Size): Place {
  const within = (value: number, length: number, whole: number): number =>
    Math.max(MARGIN, Math.min(value, whole - length - MARGIN));
  return {
    x: within(x, size.width, page.width),
    y: within(y, size.height, page.height),
  };
}

/** Where it stands first: above at the right, where the fewest controls are. */
export function firstPlace(size: Size, page: Size): Place {
  return keepInSight({ x: page.width, y: 72 }, size, page);
}

/** Where an arrow key moves it; `null` for other keys. */
export function moveByKey({ x, y }: Place, key: string): Place | null {
  switch (key) {
    case 'ArrowLeft':
      return { x: x - STEP, y };
    case 'ArrowRight':
      return { x: x + STEP, y };
    case 'ArrowUp':
      return { x, y: y - STEP };
    case 'ArrowDown':
      return { x, y: y + STEP };
    default:
      return null;
  }
}
