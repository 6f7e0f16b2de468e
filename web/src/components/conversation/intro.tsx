/** What stands before the first message: with whom this is. */

'use client';

import type { Conversation } from '@salala/client';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { formatDay } from '@/components/conversation/times';
import { dayOf } from '@/components/conversation/rows';
import { Avatar } from '@/components/ui/avatar';
import { otherOf, useNames } from '@/hooks/names';
import { useChat } from '@/hooks/use-chat';
import { useLanguage, useNow } from '@/hooks/use-time';

export function Intro({ conversation }: { conversation: Conversation }): JSX.Element {
  const { t } = useTranslation();
  const names = useNames();
  const language = useLanguage();
  const now = useNow();
  const me = useChat((state) => state.me);
  const { isGroup, participants, createdAt, lastSeq } = conversation;
  const other = otherOf(conversation, me);
  const name = names.ofConversation(conversation);
  const begun = formatDay(dayOf(new Date(createdAt)), dayOf(now), language);
  return (
    <div className="flex flex-col items-center gap-1 px-6 pt-8 pb-4 text-center">
      <Avatar
        id={other?.id ?? conversation.id}
        name={name}
        picture={isGroup ? conversation.avatar : other?.avatar}
        size="xl"
      />
      <p className="mt-2 max-w-full truncate text-lg font-semibold">{name}</p>
      <p className="text-muted text-sm">
        {isGroup
          ? t('conversation.beganGroup', { day: begun, count: participants.length })
          : t('conversation.began', { day: begun })}
      </p>
      {lastSeq === 0 && <p className="text-muted mt-3">{t('conversation.sayHello')}</p>}
    </div>
  );
}
