/** The mark: two people's words that meet. */

import type { JSX } from 'react';

export function Logo({ className }: { className?: string }): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden>
      <rect width="32" height="32" rx="9" fill="#0b6e5f" />
      <path
        d="M9 8h14a3 3 0 0 1 3 3v7a3 3 0 0 1-3 3h-7.2l-4.6 3.7c-.5.4-1.2 0-1.2-.6V21H9a3 3 0 0 1-3-3v-7a3 3 0 0 1 3-3Z"
        fill="#fff"
      />
      <path
        d="M11 16.4c1.7-2.6 3.3-2.6 5 0s3.3 2.6 5 0"
        fill="none"
        stroke="#0b6e5f"
        strokeWidth="2"
        strokeLinecap="round"
      />
    </svg>
  );
}
