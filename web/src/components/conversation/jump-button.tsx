/** Goes to the newest messages, and tells how many of them are unread. */

'use client';

import type { Conversation } from '@salala/client';
import { ChevronDown } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { usePane, useScope } from '@/components/conversation/pane-context';
import { CountBadge } from '@/components/ui/count-badge';

type JumpButtonProps = { conversation: Conversation; hasNewer: boolean };

export function JumpButton({ conversation, hasNewer }: JumpButtonProps): JSX.Element | null {
  const { t } = useTranslation();
  const { jumpToNewest } = useScope();
  const isAtEnd = usePane((pane) => pane.isAtEnd);
  const { unreadCount } = conversation;
  if (isAtEnd && !hasNewer) {
    return null;
  }
  return (
    <button
      type="button"
      aria-label={
        unreadCount > 0
          ? t('conversation.toNewestUnread', { count: unreadCount })
          : t('conversation.toNewest')
      }
      className="bg-raised border-line shadow-float text-muted hover:text-text animate-rise absolute right-4 bottom-3 grid size-11 place-items-center rounded-full border md:right-6"
      onClick={jumpToNewest}
    >
      <ChevronDown className="size-5.5" aria-hidden />
      {unreadCount > 0 && <CountBadge count={unreadCount} className="absolute -top-1.5 right-0" />}
    </button>
  );
}
