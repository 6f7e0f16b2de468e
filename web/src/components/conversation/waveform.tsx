/** How loud a recording is from its beginning to its end, and how far it has been heard. */

import { clsx } from 'clsx';
import type { JSX } from 'react';

type WaveformProps = {
  peaks: readonly number[];
  /** From 0 to 1. */
  heard: number;
  className?: string;
};

export function Waveform({ peaks, heard, className }: WaveformProps): JSX.Element {
  return (
    <span aria-hidden className={clsx('flex h-7 items-center gap-0.5', className)}>
      {peaks.map((peak, index) => (
        <span
          // A bar has no other name than its place.
          key={index}
          className={clsx(
            'min-w-0.5 flex-1 rounded-full bg-current',
            index / peaks.length < heard ? 'opacity-100' : 'opacity-35',
          )}
          style={{ height: `${Math.max(12, Math.round(peak * 100))}%` }}
        />
      ))}
    </span>
  );
}
