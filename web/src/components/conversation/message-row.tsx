/** One message: who wrote it, what it says and answers, what others gave to it. */

'use client';

import type { Message } from '@salala/client';
import { clsx } from 'clsx';
import { Ban } from 'lucide-react';
import { memo, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { bubbleOf } from '@/components/conversation/bubble';
import { DayLine, UnreadLine } from '@/components/conversation/lines';
import { MessageFile } from '@/components/conversation/message-file';
import { MessageTools } from '@/components/conversation/message-tools';
import { MessageMeta } from '@/components/conversation/message-meta';
import { MessageText } from '@/components/conversation/message-text';
import { memberOf, usePane, useScope } from '@/components/conversation/pane-context';
import { Quote } from '@/components/conversation/quote';
import { Reactions } from '@/components/conversation/reactions';
import { isLargeEmoji, toLine } from '@/components/conversation/text';
import { formatTime } from '@/components/conversation/times';
import { Avatar } from '@/components/ui/avatar';
import { nameColourOf } from '@/components/ui/name-colour';
import { useNames } from '@/hooks/names';
import { useConversation } from '@/hooks/use-chat';
import { showOverlay } from '@/store/overlay';

type MessageRowProps = {
  message: Message;
  rowKey: string;
  day: string | null;
  isFirst: boolean;
  isLast: boolean;
  isUnreadStart: boolean;
  isGroup: boolean;
  isMine: boolean;
  language: string;
  today: string;
};

export const MessageRowView = memo(function MessageRowView(props: MessageRowProps): JSX.Element {
  const { message, rowKey, day, isFirst, isLast, isUnreadStart, isGroup, isMine } = props;
  const label = useLabel(props);
  const isHighlighted = usePane((pane) => pane.highlighted?.messageId === message.id);
  return (
    <>
      {day !== null && <DayLine day={day} today={props.today} language={props.language} />}
      {isUnreadStart && <UnreadLine />}
      <div
        role="article"
        tabIndex={-1}
        aria-label={label}
        data-row={rowKey}
        data-message={message.deletedAt === null ? message.id : undefined}
        className={clsx(
          'group/row mx-auto flex transition-colors duration-500 w-full max-w-4xl items-end gap-2 px-3 outline-offset-[-2px] md:px-5',
          isFirst ? 'pt-2.5' : 'pt-0.5',
          isMine && 'justify-end',
          isHighlighted && 'bg-accent-soft',
        )}
      >
        {isGroup && !isMine && <Face message={message} isShown={isLast} />}
        <Said {...props} />
      </div>
    </>
  );
});

/** The bubble, what stands beside it, and what was given to it. */
function Said(props: MessageRowProps): JSX.Element {
  const { message, isMine } = props;
  return (
    <div
      className={clsx(
        'flex max-w-[86%] min-w-0 flex-col sm:max-w-[76%]',
        isMine ? 'items-end' : 'items-start',
      )}
    >
      <div className={clsx('flex max-w-full items-center', isMine && 'flex-row-reverse')}>
        <Bubble {...props} />
        {message.deletedAt === null && <MessageTools message={message} isMine={isMine} />}
      </div>
      {message.reactions.length > 0 && <Reactions message={message} isMine={isMine} />}
    </div>
  );
}

function Bubble(props: MessageRowProps): JSX.Element {
  const { message, isFirst, isGroup, isMine } = props;
  const isBare = isBareEmoji(message);
  return (
    <div
      data-bubble
      className={clsx('max-w-full', isBare ? 'flow-root min-w-0 px-1' : bubbleOf(props))}
    >
      {isGroup && !isMine && isFirst && <SenderName message={message} />}
      <Attached message={message} isMine={isMine} />
      <Content message={message} isBare={isBare} />
      <MessageMeta message={message} isMine={isMine} isBare={isBare} />
    </div>
  );
}

function isBareEmoji({ content, deletedAt, replyTo, fileUrl }: Message): boolean {
  const isAlone = deletedAt === null && replyTo === null && fileUrl === null;
  return isAlone && isLargeEmoji(content ?? '');
}

/** What stands above the words. */
function Attached(props: { message: Message; isMine: boolean }): JSX.Element | null {
  const { replyTo, deletedAt, file, fileUrl, id } = props.message;
  return deletedAt !== null ? null : (
    <>
      {replyTo !== null && <Quote replyTo={replyTo} isOwn={props.isMine} />}
      {fileUrl !== null && <MessageFile fileUrl={fileUrl} file={file} messageId={id} />}
    </>
  );
}

function Content({ message, isBare }: { message: Message; isBare: boolean }): JSX.Element | null {
  const { t } = useTranslation();
  if (message.deletedAt !== null) {
    return (
      <span className="text-muted inline-flex items-center gap-1.5 italic">
        <Ban className="size-4 shrink-0" aria-hidden />
        {t('conversation.deleted')}
      </span>
    );
  }
  if (message.content === null) {
    return null;
  }
  return isBare ? (
    <span className="text-4xl leading-tight">{message.content}</span>
  ) : (
    <MessageText content={message.content} mentions={message.mentions} />
  );
}

function SenderName({ message }: { message: Message }): JSX.Element {
  const names = useNames();
  return (
    <p className="truncate text-sm font-semibold" style={{ color: nameColourOf(message.senderId) }}>
      {names.of(message.sender)}
    </p>
  );
}

/** The sender's picture, beside the last of what they wrote in one go. */
function Face({ message, isShown }: { message: Message; isShown: boolean }): JSX.Element {
  const { sender, senderId } = message;
  const { conversationId } = useScope();
  const names = useNames();
  const member = memberOf(useConversation(conversationId), senderId);
  const name = names.of(sender);
  if (!isShown) {
    return <span className="w-8 shrink-0" />;
  }
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={name}
      className="shrink-0 rounded-full"
      onClick={() => {
        showOverlay({ kind: 'person', userId: senderId });
      }}
    >
      <Avatar id={senderId} name={name} picture={member?.avatar ?? sender.avatar} size="sm" />
    </button>
  );
}

/** What is read out when the arrows come to it. */
function useLabel({ message, isMine, language }: MessageRowProps): string {
  const { t } = useTranslation();
  const names = useNames();
  const { content, deletedAt, createdAt, sender } = message;
  const name = isMine ? t('conversation.you') : names.of(sender);
  const text =
    deletedAt === null ? toLine(content ?? t('conversation.file'), 400) : t('conversation.deleted');
  return t('conversation.label', { name, time: formatTime(createdAt, language), text });
}
