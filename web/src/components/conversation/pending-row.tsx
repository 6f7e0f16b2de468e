/** A message that is on its way, or was refused: then why, and what one can do. */

'use client';

import type { OutboxEntry } from '@salala/client';
import { clsx } from 'clsx';
import { CircleAlert, Clock3 } from 'lucide-react';
import { memo, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { bubbleOf } from '@/components/conversation/bubble';
import { DayLine } from '@/components/conversation/lines';
import { MessageFile } from '@/components/conversation/message-file';
import { MessageText } from '@/components/conversation/message-text';
import { useScope } from '@/components/conversation/pane-context';
import { toLine } from '@/components/conversation/text';
import { formatTime } from '@/components/conversation/times';
import { Button } from '@/components/ui/button';
import { useChatActions } from '@/hooks/use-chat';
import { type OwnSentences } from '@/hooks/use-refusal';
import { useLanguage } from '@/hooks/use-time';
import { uploads } from '@/store/attachments';
import { NO_DRAFT } from '@/store/drafts';

type PendingRowProps = {
  entry: OutboxEntry;
  rowKey: string;
  day: string | null;
  isFirst: boolean;
  isLast: boolean;
  today: string;
};

const NO_MENTIONS: readonly string[] = [];

export const PendingRowView = memo(function PendingRowView(props: PendingRowProps): JSX.Element {
  const { entry, rowKey, day, isFirst, isLast, today } = props;
  const { t } = useTranslation();
  const language = useLanguage();
  const isFailed = entry.state === 'failed';
  const state = isFailed ? t('conversation.failed.label') : t('conversation.sending');
  return (
    <>
      {day !== null && <DayLine day={day} today={today} language={language} />}
      <div
        role="article"
        tabIndex={-1}
        aria-label={`${state}: ${toLine(entry.content ?? t('conversation.file'), 400)}`}
        data-row={rowKey}
        className={clsx(
          'mx-auto flex w-full max-w-4xl flex-col items-end px-3 outline-offset-[-2px] md:px-5',
          isFirst ? 'pt-2.5' : 'pt-0.5',
        )}
      >
        <PendingBubble entry={entry} isFirst={isFirst} isLast={isLast} state={state} />
        {isFailed && <Failure entry={entry} />}
      </div>
    </>
  );
});

type PendingBubbleProps = Pick<PendingRowProps, 'entry' | 'isFirst' | 'isLast'> & {
  state: string;
};

function PendingBubble({ entry, isFirst, isLast, state }: PendingBubbleProps): JSX.Element {
  const language = useLanguage();
  const isFailed = entry.state === 'failed';
  const Icon = isFailed ? CircleAlert : Clock3;
  return (
    <div
      data-bubble
      className={clsx(
        bubbleOf({ isMine: true, isFirst, isLast }),
        'max-w-[86%] sm:max-w-[76%]',
        isFailed && 'ring-danger ring-1',
      )}
    >
      {entry.fileUrl !== null && (
        <MessageFile fileUrl={entry.fileUrl} file={uploads.get(entry.fileUrl)} messageId={null} />
      )}
      {entry.content !== null && <MessageText content={entry.content} mentions={NO_MENTIONS} />}
      <span className="text-own-muted float-right mt-1.5 -mb-0.5 inline-flex items-center gap-1 pl-3 text-2xs leading-4">
        {formatTime(entry.createdAt, language)}
        <Icon className={clsx('size-4', isFailed && 'text-danger')} aria-hidden />
        <span className="sr-only">{state}</span>
      </span>
    </div>
  );
}

function Failure({ entry }: { entry: OutboxEntry }): JSX.Element {
  const { t } = useTranslation();
  const { conversationId, pane, drafts, focusComposer } = useScope();
  const { retryMessage, discardMessage } = useChatActions();
  const { clientMessageId, content, failure } = entry;
  return (
    <div className="mt-1 flex max-w-[86%] flex-wrap items-center justify-end gap-x-1 sm:max-w-[76%]">
      <p className="text-danger px-1 text-right text-sm">{useFailure(failure)}</p>
      <Button size="sm" variant="ghost" onClick={() => void retryMessage(clientMessageId)}>
        {t('conversation.failed.retry')}
      </Button>
      {content !== null && (
        <Button
          size="sm"
          variant="ghost"
          onClick={() => {
            const { text } = drafts.getState()[conversationId] ?? NO_DRAFT;
            drafts.write(conversationId, { text: [text, content].filter(Boolean).join('\n') });
            pane.setState({ editing: null });
            void discardMessage(clientMessageId);
            focusComposer();
          }}
        >
          {t('conversation.failed.rewrite')}
        </Button>
      )}
      <Button size="sm" variant="danger-ghost" onClick={() => void discardMessage(clientMessageId)}>
        {t('conversation.failed.discard')}
      </Button>
    </div>
  );
}

/** Why it was not taken, in words about messages. */
function useFailure(failure: OutboxEntry['failure']): string {
  const { t } = useTranslation();
  const code = failure?.code ?? 'internal';
  const own: OwnSentences = {
    invalid_payload: t('conversation.failed.invalid'),
    too_large: t('conversation.failed.invalid'),
    forbidden: t('conversation.failed.forbidden'),
    not_found: t('conversation.failed.gone'),
  };
  return own[code] ?? t(`refused.${code}`);
}
