/** The messages of a conversation, as many as one sees of them. */

'use client';

import { selectPending, type Conversation, type Timeline } from '@salala/client';
import type { VirtualItem } from '@tanstack/react-virtual';
import { LoaderCircle, RefreshCw } from 'lucide-react';
import { useMemo, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { Announcer } from '@/components/conversation/announcer';
import { Intro } from '@/components/conversation/intro';
import { JumpButton } from '@/components/conversation/jump-button';
import { MessageRowView } from '@/components/conversation/message-row';
import { usePane } from '@/components/conversation/pane-context';
import { PendingRowView } from '@/components/conversation/pending-row';
import { dayOf, toRows, type Row } from '@/components/conversation/rows';
import { lastInView, seqUpTo } from '@/components/conversation/scrolling';
import { useListKeys } from '@/components/conversation/use-list-keys';
import { useMessageList } from '@/components/conversation/use-message-list';
import { useMessagePointers } from '@/components/conversation/use-message-pointers';
import { Button } from '@/components/ui/button';
import { useChat } from '@/hooks/use-chat';
import { useHistoryEnds, useReload, type Drawn } from '@/hooks/use-history-ends';
import type { Whereabouts } from '@/hooks/use-open-conversation';
import { useReadMarks } from '@/hooks/use-read-marks';
import { useLanguage, useNow } from '@/hooks/use-time';

type MessageListProps = { conversation: Conversation; whereabouts: Whereabouts };

const NO_TIMELINE: Timeline = {
  messages: [],
  hasOlder: true,
  hasNewer: false,
  loading: 'window',
  error: null,
};

export function MessageList({ conversation, whereabouts }: MessageListProps): JSX.Element {
  const { id } = conversation;
  const { t } = useTranslation();
  const language = useLanguage();
  const today = dayOf(useNow());
  const me = useChat((state) => state.me);
  const timeline = useChat((state) => state.timelines[id] ?? NO_TIMELINE);
  const pending = useChat(useMemo(() => selectPending(id), [id]));
  const unreadFrom = usePane((pane) => pane.unreadFrom);
  const activeKey = usePane((pane) => pane.activeKey);
  const { messages, hasOlder, hasNewer, loading } = timeline;
  const isWhole = !hasOlder && loading !== 'window';
  const rows = useMemo(
    () => toRows({ messages, pending, me, isWhole, unreadFrom }),
    [messages, pending, me, isWhole, unreadFrom],
  );
  const { wanted, onShown } = whereabouts;
  const { scroller, list, isPlaced } = useMessageList({
    rows,
    hasNewer,
    activeKey,
    wanted,
    onShown,
  });
  const items = list.getVirtualItems();
  useHistoryEnds(id, drawnOf(items, isPlaced ? rows.length : 0));
  const seen = lastInView(items, list.scrollOffset ?? 0, list.scrollRect?.height ?? 0);
  useReadMarks(id, isPlaced ? seqUpTo(rows, seen) : 0);
  const keys = useListKeys(rows, list);
  const pointers = useMessagePointers();

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label={t('conversation.messages')}
        aria-busy={loading === 'window'}
        tabIndex={0}
        className="flex min-h-0 flex-1 flex-col overflow-x-hidden overflow-y-auto overscroll-contain outline-offset-[-3px] [overflow-anchor:none]"
        {...keys}
        {...pointers}
      >
        <div
          className="relative mt-auto w-full shrink-0"
          style={{ height: `${list.getTotalSize()}px` }}
        >
          {items.map(({ index, key, start }) => {
            const row = rows[index];
            return (
              row !== undefined && (
                <div
                  key={key}
                  ref={list.measureElement}
                  data-index={index}
                  className="absolute inset-x-0 top-0"
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <RowView row={row} {...{ conversation, me, language, today }} />
                </div>
              )
            );
          })}
        </div>
      </div>
      <Loading conversationId={id} />
      <JumpButton conversation={conversation} hasNewer={hasNewer} />
      <Announcer conversation={conversation} />
    </div>
  );
}

function drawnOf(items: readonly VirtualItem[], count: number): Drawn {
  return { first: items[0]?.index ?? 0, last: items.at(-1)?.index ?? 0, count };
}

type RowViewProps = {
  row: Row;
  conversation: Conversation;
  me: string;
  language: string;
  today: string;
};

/** Rows take plain values, so that one that is as it was is not drawn again. */
function RowView({ row, conversation, me, language, today }: RowViewProps): JSX.Element {
  switch (row.kind) {
    case 'intro':
      return <Intro conversation={conversation} />;
    case 'pending':
      return (
        <PendingRowView
          entry={row.entry}
          rowKey={row.key}
          day={row.day}
          isFirst={row.isFirst}
          isLast={row.isLast}
          today={today}
        />
      );
    case 'message':
      return (
        <MessageRowView
          message={row.message}
          rowKey={row.key}
          day={row.day}
          isFirst={row.isFirst}
          isLast={row.isLast}
          isUnreadStart={row.isUnreadStart}
          isGroup={conversation.isGroup}
          isMine={row.message.senderId === me}
          language={language}
          today={today}
        />
      );
  }
}

/** That more is coming, or why it is not. */
function Loading({ conversationId }: { conversationId: string }): JSX.Element | null {
  const { t } = useTranslation();
  const reload = useReload(conversationId);
  const loading = useChat(({ timelines }) => timelines[conversationId]?.loading ?? null);
  const hasFailed = useChat(({ timelines }) => (timelines[conversationId]?.error ?? null) !== null);
  const isEmpty = useChat(({ timelines }) => !timelines[conversationId]?.messages.length);
  if (isEmpty) {
    return null;
  }
  if (hasFailed) {
    return (
      <div
        role="alert"
        className="bg-raised shadow-float absolute top-3 left-1/2 flex max-w-[90%] -translate-x-1/2 items-center gap-2 rounded-full py-1 pr-1 pl-4 text-sm"
      >
        <span className="truncate">{t('conversation.moreFailed')}</span>
        <Button size="sm" variant="ghost" className="rounded-full!" onClick={reload}>
          <RefreshCw className="size-4" aria-hidden />
          {t('common.retry')}
        </Button>
      </div>
    );
  }
  if (loading !== 'older' && loading !== 'newer') {
    return null;
  }
  return (
    <span
      className={`bg-raised shadow-soft border-line pointer-events-none absolute left-1/2 grid size-8 -translate-x-1/2 place-items-center rounded-full border ${loading === 'older' ? 'top-3' : 'bottom-3'}`}
    >
      <LoaderCircle className="text-accent size-4.5 animate-spin" aria-hidden />
      <span className="sr-only">{t('conversation.loading')}</span>
    </span>
  );
}
