/** Reads out each message that comes while the conversation is open, once. */

'use client';

import type { Conversation } from '@salala/client';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { toLine } from '@/components/conversation/text';
import { useNames } from '@/hooks/names';
import { useChat } from '@/hooks/use-chat';

/** The list itself cannot be listened to: rows come and go in it as it is scrolled. */
export function Announcer({ conversation }: { conversation: Conversation }): JSX.Element {
  const { t } = useTranslation();
  const names = useNames();
  const me = useChat((state) => state.me);
  const { lastMessage } = conversation;
  const [first] = useState(conversation.lastSeq);
  const isNew = lastMessage !== null && lastMessage.seq > first && lastMessage.senderId !== me;
  return (
    <p role="status" className="sr-only">
      {isNew &&
        lastMessage.deletedAt === null &&
        t('conversation.announced', {
          name: names.of(lastMessage.sender),
          text: toLine(lastMessage.content ?? t('conversation.file'), 400),
        })}
    </p>
  );
}
