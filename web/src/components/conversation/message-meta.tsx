/** When a message was written, whether it was changed, and how far one's own has come. */

'use client';

import type { ChatState, Message } from '@salala/client';
import { clsx } from 'clsx';
import { Check, CheckCheck } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { useScope } from '@/components/conversation/pane-context';
import { progressOf } from '@/components/conversation/receipts';
import { formatMoment, formatTime } from '@/components/conversation/times';
import { useChat } from '@/hooks/use-chat';
import { useLanguage } from '@/hooks/use-time';

type MessageMetaProps = { message: Message; isMine: boolean; isBare: boolean };

export function MessageMeta({ message, isMine, isBare }: MessageMetaProps): JSX.Element {
  const { t } = useTranslation();
  const language = useLanguage();
  const { createdAt, editedAt, deletedAt } = message;
  const isEdited = editedAt !== null && deletedAt === null;
  return (
    <span
      className={clsx(
        'float-right inline-flex items-center gap-1 pl-3 text-2xs leading-4 select-none',
        isBare ? 'mt-1' : isBelowFile(message) ? '-mt-3.5' : 'mt-1.5 -mb-0.5',
        isMine ? 'text-own-muted' : 'text-muted',
      )}
    >
      {isEdited && <span title={formatMoment(editedAt, language)}>{t('conversation.edited')}</span>}
      <time dateTime={createdAt} title={formatMoment(createdAt, language)}>
        {formatTime(createdAt, language)}
      </time>
      {isMine && deletedAt === null && <Ticks message={message} />}
    </span>
  );
}

/** Beside the last line of a sound or a file, which leaves room for it. */
function isBelowFile({ file, content, deletedAt }: Message): boolean {
  const isRow = file !== null && !/^(image|video)\//.test(file.mimeType);
  return isRow && content === null && deletedAt === null;
}

/** One tick: the server has it. Two: it has arrived. Two in colour: it was read, in a group by all. */
function Ticks({ message }: { message: Message }): JSX.Element {
  const { t } = useTranslation();
  const { pane } = useScope();
  const progress = useChat((state: ChatState) => progressOf(state, message));
  const Icon = progress === 'sent' ? Check : CheckCheck;
  return (
    <button
      type="button"
      tabIndex={-1}
      title={t(`conversation.progress.${progress}`)}
      className={clsx('-my-1 rounded py-1', progress === 'read' && 'text-accent')}
      onClick={() => {
        pane.setState({ dialog: { kind: 'info', messageId: message.id } });
      }}
    >
      <Icon className="size-4" strokeWidth={2.2} aria-hidden />
      <span className="sr-only">{t(`conversation.progress.${progress}`)}</span>
    </button>
  );
}
