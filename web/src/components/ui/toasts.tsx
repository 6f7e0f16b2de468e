/** Short news at the edge of the page: what was done, or why not. */

import { CircleAlert, CircleCheck } from 'lucide-react';
import type { JSX } from 'react';
import { useStore } from 'zustand';

import { toasts } from '@/store/toasts';

export function Toasts(): JSX.Element {
  const shown = useStore(toasts, (state) => state.shown);
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 bottom-20 z-50 flex flex-col items-center gap-2 px-4 md:bottom-6"
    >
      {shown.map(({ id, text, isBad }) => (
        <p
          key={id}
          className="bg-text text-surface shadow-float animate-rise flex max-w-md items-center gap-2.5 rounded-xl px-4 py-2.5 text-sm font-medium"
        >
          {isBad ? (
            <CircleAlert className="size-4.5 shrink-0" aria-hidden />
          ) : (
            <CircleCheck className="size-4.5 shrink-0" aria-hidden />
          )}
          {text}
        </p>
      ))}
    </div>
  );
}
