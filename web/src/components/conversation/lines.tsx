/** What stands between messages: the day that begins, and where the unread ones do. */

import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { formatDay } from '@/components/conversation/times';

type DayLineProps = { day: string; today: string; language: string };

export function DayLine({ day, today, language }: DayLineProps): JSX.Element {
  return (
    <div className="flex justify-center pt-3 pb-2">
      <time
        dateTime={day}
        className="bg-sunken text-muted rounded-full px-3 py-1 text-xs font-medium"
      >
        {formatDay(day, today, language)}
      </time>
    </div>
  );
}

export function UnreadLine(): JSX.Element {
  const { t } = useTranslation();
  return (
    <div className="text-accent mx-auto flex w-full max-w-4xl items-center gap-3 px-5 py-2 text-xs font-semibold">
      <span className="bg-accent/40 h-px flex-1" />
      {t('conversation.newMessages')}
      <span className="bg-accent/40 h-px flex-1" />
    </div>
  );
}
