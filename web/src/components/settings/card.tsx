/** A group of settings that belong together. */

import type { JSX, ReactNode } from 'react';

type CardProps = { title?: string; text?: string; children: ReactNode };

export function Card({ title, text, children }: CardProps): JSX.Element {
  return (
    <section className="bg-surface border-line shadow-soft rounded-2xl border p-5">
      {title && <h3 className="font-semibold">{title}</h3>}
      {text && <p className="text-muted mt-0.5 text-sm">{text}</p>}
      <div className={title ? 'mt-4' : ''}>{children}</div>
    </section>
  );
}
