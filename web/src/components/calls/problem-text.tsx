/** Why a microphone, a camera or a screen cannot be used, and what to do. */

import type { MediaProblem } from '@salala/client';
import { clsx } from 'clsx';
import { TriangleAlert } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

type ProblemTextProps = {
  problem: MediaProblem;
  /** On the dark stage of a call. */
  isOnStage?: boolean;
  className?: string;
};

export function ProblemText(props: ProblemTextProps): JSX.Element {
  const { problem, isOnStage = false, className } = props;
  const { t } = useTranslation();
  return (
    <p
      role="alert"
      className={clsx(
        'flex items-start gap-2 rounded-lg px-3 py-2 text-left text-sm',
        isOnStage ? 'bg-black/60 text-white' : 'bg-warning-soft text-warning',
        className,
      )}
    >
      <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
      {t(`calls.problems.${problem.device}.${problem.code}`)}
    </p>
  );
}
