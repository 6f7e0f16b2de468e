/** What stands where nothing is: why, and what to do about it. */

import type { LucideIcon } from 'lucide-react';
import type { JSX, ReactNode } from 'react';

type EmptyStateProps = {
  icon: LucideIcon;
  title: string;
  text?: string;
  children?: ReactNode;
};

export function EmptyState({ icon: Icon, title, text, children }: EmptyStateProps): JSX.Element {
  return (
    <div className="flex flex-col items-center justify-center gap-1.5 px-8 py-12 text-center">
      <span className="bg-accent-soft text-accent mb-2 grid size-14 place-items-center rounded-2xl">
        <Icon className="size-7" strokeWidth={1.7} aria-hidden />
      </span>
      <p className="text-lg font-semibold text-balance">{title}</p>
      {text && <p className="text-muted max-w-sm text-balance">{text}</p>}
      {children && <div className="mt-3 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}
