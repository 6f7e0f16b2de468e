/** Why something was not done, in words. */

import { clsx } from 'clsx';
import { CircleAlert } from 'lucide-react';
import type { JSX } from 'react';

import { useRefusal, type OwnSentences } from '@/hooks/use-refusal';

type ErrorTextProps = {
  error: unknown;
  /** Sentences of this place, by code. */
  own?: OwnSentences;
  className?: string;
};

/** Nothing while there is no error. */
export function ErrorText({ error, own, className }: ErrorTextProps): JSX.Element | null {
  const refusal = useRefusal();
  if (error === null || error === undefined) {
    return null;
  }
  return (
    <p role="alert" className={clsx('text-danger flex gap-2 text-sm', className)}>
      <CircleAlert className="mt-px size-4 shrink-0" aria-hidden />
      {refusal(error, own)}
    </p>
  );
}
