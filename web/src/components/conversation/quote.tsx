/** The message that another one answers, in a line; a press goes to it. */

'use client';

import type { ReplyTo } from '@salala/client';
import { clsx } from 'clsx';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { memberOf, useScope } from '@/components/conversation/pane-context';
import { toLine } from '@/components/conversation/text';
import { nameColourOf } from '@/components/ui/name-colour';
import { useNames } from '@/hooks/names';
import { useChat, useConversation } from '@/hooks/use-chat';

export function Quote({ replyTo, isOwn }: { replyTo: ReplyTo; isOwn: boolean }): JSX.Element {
  const { t } = useTranslation();
  const { jumpTo } = useScope();
  const name = useQuotedName(replyTo);
  const text = useQuotedText(replyTo);
  return (
    <button
      type="button"
      tabIndex={-1}
      className={clsx(
        'mt-0.5 mb-1 block w-full min-w-0 rounded-lg border-l-3 border-current px-2.5 py-1 text-left text-sm',
        isOwn ? 'bg-black/5 dark:bg-white/8' : 'bg-sunken',
      )}
      style={{ borderColor: nameColourOf(replyTo.senderId) }}
      onClick={() => {
        jumpTo(replyTo.id);
      }}
    >
      <span className="sr-only">{t('conversation.answers')}</span>
      <span
        className="block truncate font-semibold"
        style={{ color: nameColourOf(replyTo.senderId) }}
      >
        {name}
      </span>
      <span className="block truncate opacity-80">{text}</span>
    </button>
  );
}

/** Who wrote what is quoted. */
export function useQuotedName({ senderId, sender }: ReplyTo): string {
  const { t } = useTranslation();
  const { conversationId } = useScope();
  const names = useNames();
  const isMe = useChat(({ me }) => me === senderId);
  const member = memberOf(useConversation(conversationId), senderId);
  return isMe ? t('conversation.you') : names.of(member ?? sender);
}

/** What is quoted, in a line. */
export function useQuotedText({ content, fileUrl }: ReplyTo): string {
  const { t } = useTranslation();
  if (content !== null) {
    return toLine(content);
  }
  return fileUrl === null ? t('conversation.deleted') : t('conversation.file');
}
