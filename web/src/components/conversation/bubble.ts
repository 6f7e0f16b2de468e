/** The shape of what somebody wrote: one's own to the right, rounder where a group begins and ends. */

import { clsx } from 'clsx';

type Shape = { isMine: boolean; isFirst: boolean; isLast: boolean };

export function bubbleOf({ isMine, isFirst, isLast }: Shape): string {
  const own = ['bg-own text-on-own', isLast ? 'rounded-br-md' : 'rounded-r-md'];
  const other = ['bg-other', isLast ? 'rounded-bl-md' : 'rounded-l-md'];
  return clsx(
    'shadow-soft flow-root min-w-0 rounded-2xl px-3 py-1.5',
    isMine ? own : other,
    isFirst && (isMine ? 'rounded-tr-2xl!' : 'rounded-tl-2xl!'),
  );
}
