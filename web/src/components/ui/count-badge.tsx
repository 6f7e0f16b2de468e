/** How many wait, where they are heard of. */

import { clsx } from 'clsx';
import type { JSX } from 'react';

type CountBadgeProps = { count: number; isQuiet?: boolean; className?: string };

export function CountBadge({ count, isQuiet = false, className }: CountBadgeProps): JSX.Element {
  return (
    <span
      aria-hidden
      className={clsx(
        'inline-grid shrink-0 place-items-center rounded-full text-2xs font-semibold tabular-nums',
        isQuiet ? 'bg-line text-muted' : 'bg-accent text-on-accent',
        className ?? 'h-5 min-w-5 px-1.5',
      )}
    >
      {count > 99 ? '99+' : count}
    </span>
  );
}
