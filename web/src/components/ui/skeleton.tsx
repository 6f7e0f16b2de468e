/** The shape of what is on its way. */

import { clsx } from 'clsx';
import type { JSX } from 'react';

export function Skeleton({ className }: { className?: string }): JSX.Element {
  return (
    <span aria-hidden className={clsx('animate-breathe bg-line block rounded-md', className)} />
  );
}
