/** What opens over the page: the question before a message is deleted, who has read one, a picture. */

'use client';

import { CheckCheck } from 'lucide-react';
import { useMemo, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { Lightbox } from '@/components/conversation/lightbox';
import { memberOf, usePane, useScope } from '@/components/conversation/pane-context';
import { receiptsOf, type Receipt } from '@/components/conversation/receipts';
import { toLine } from '@/components/conversation/text';
import { formatMoment } from '@/components/conversation/times';
import { Avatar } from '@/components/ui/avatar';
import { Confirm } from '@/components/ui/confirm';
import { Dialog } from '@/components/ui/dialog';
import { useNames } from '@/hooks/names';
import { useChat, useChatActions, useConversation } from '@/hooks/use-chat';
import { useLanguage } from '@/hooks/use-time';

export function MessageDialogs(): JSX.Element | null {
  const { t } = useTranslation();
  const { pane } = useScope();
  const { deleteMessage } = useChatActions();
  const dialog = usePane((state) => state.dialog);
  const close = (): void => {
    pane.setState({ dialog: null });
  };
  switch (dialog?.kind) {
    case undefined:
      return null;
    case 'delete':
      return (
        <Confirm
          title={t('conversation.deleteTitle')}
          text={t('conversation.deleteText')}
          action={t('conversation.delete')}
          onConfirm={() => deleteMessage(dialog.message.id)}
          onClose={close}
        />
      );
    case 'info':
      return <InfoDialog messageId={dialog.messageId} onClose={close} />;
    case 'picture':
      return <Lightbox messageId={dialog.messageId} onClose={close} />;
  }
}

function InfoDialog(props: { messageId: string; onClose: () => void }): JSX.Element | null {
  const { messageId, onClose } = props;
  const { t } = useTranslation();
  const { conversationId } = useScope();
  const language = useLanguage();
  const message = useChat(({ timelines }) =>
    timelines[conversationId]?.messages.find(({ id }) => id === messageId),
  );
  const conversations = useChat((state) => state.conversations);
  const readPositions = useChat((state) => state.readPositions);
  const presence = useChat((state) => state.presence);
  const me = useChat((state) => state.me);
  const receipts = useMemo(
    () =>
      message === undefined
        ? []
        : receiptsOf({ me, conversations, readPositions, presence }, message),
    [message, me, conversations, readPositions, presence],
  );
  if (message === undefined) {
    return null;
  }
  const read = receipts.filter(({ readAt }) => readAt !== null);
  const delivered = receipts.filter((one) => one.readAt === null && one.isDelivered);
  const waiting = receipts.filter((one) => one.readAt === null && !one.isDelivered);
  return (
    <Dialog
      title={t('conversation.info.title')}
      text={t('conversation.info.sent', { time: formatMoment(message.createdAt, language) })}
      onClose={onClose}
    >
      {message.content !== null && (
        <p className="bg-own text-on-own mb-4 line-clamp-3 w-fit rounded-xl px-3 py-1.5 wrap-anywhere">
          {toLine(message.content)}
        </p>
      )}
      <People title={t('conversation.info.read')} receipts={read} isRead />
      <People title={t('conversation.info.delivered')} receipts={delivered} />
      <People title={t('conversation.info.waiting')} receipts={waiting} />
    </Dialog>
  );
}

type PeopleProps = { title: string; receipts: readonly Receipt[]; isRead?: boolean };

function People({ title, receipts, isRead = false }: PeopleProps): JSX.Element | null {
  const names = useNames();
  const language = useLanguage();
  const { conversationId } = useScope();
  const conversation = useConversation(conversationId);
  if (receipts.length === 0) {
    return null;
  }
  return (
    <section className="mb-4" aria-label={title}>
      <h3 className="text-muted mb-1 flex items-center gap-1.5 text-sm font-medium">
        <CheckCheck className={isRead ? 'text-accent size-4' : 'size-4'} aria-hidden />
        {title}
      </h3>
      <ul>
        {receipts.map(({ userId, readAt }) => {
          const member = memberOf(conversation, userId);
          const name = member === undefined ? '' : names.of(member);
          return (
            <li key={userId} className="flex items-center gap-3 py-1.5">
              <Avatar id={userId} name={name} picture={member?.avatar} size="sm" />
              <span className="min-w-0 flex-1 truncate">{name}</span>
              {readAt !== null && (
                <time dateTime={readAt} className="text-muted text-sm">
                  {formatMoment(readAt, language)}
                </time>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
