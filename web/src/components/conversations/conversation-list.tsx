/** The list of conversations: long ones are drawn as far as they are seen, and walked through by arrows. */

import type { Conversation } from '@salala/client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Archive, MessageCirclePlus, TriangleAlert } from 'lucide-react';
import { useEffect, useRef, type JSX, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { ConversationRow } from '@/components/conversations/conversation-row';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { Loading } from '@/components/ui/loading';
import { useChat, useChatActions, useConversations } from '@/hooks/use-chat';
import { useRefusal } from '@/hooks/use-refusal';
import { showOverlay } from '@/store/overlay';

const ROW_PX = 68;
/** Rows that are drawn beyond what is seen. */
const BEYOND = 6;

export function ConversationList({ isArchive }: { isArchive: boolean }): JSX.Element {
  const { t } = useTranslation();
  const refusal = useRefusal();
  const status = useChat((state) => state.status);
  const error = useChat((state) => state.error);
  const { reload } = useChatActions();
  const all = useConversations();
  const conversations = all.filter(({ archivedAt }) => (archivedAt !== null) === isArchive);
  if (all.length === 0 && status === 'loading') {
    return <Loading />;
  }
  if (all.length === 0 && status === 'failed') {
    return (
      <EmptyState icon={TriangleAlert} title={t('conversations.failed')} text={refusal(error)}>
        <Button onClick={() => void reload()}>{t('common.retry')}</Button>
      </EmptyState>
    );
  }
  if (conversations.length === 0) {
    return isArchive ? <EmptyArchive /> : <NoConversations />;
  }
  return <Rows conversations={conversations} />;
}

function Rows({ conversations }: { conversations: readonly Conversation[] }): JSX.Element {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const hasMore = useChat((state) => state.hasMoreConversations);
  const { loadMoreConversations } = useChatActions();
  // eslint-disable-next-line react-hooks/incompatible-library -- what it gives is used here alone, never memoised
  const rows = useVirtualizer({
    count: conversations.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => conversations[index]?.id ?? index,
    overscan: BEYOND,
  });
  const drawn = rows.getVirtualItems();
  const isAtEnd = (drawn.at(-1)?.index ?? 0) >= conversations.length - 1;
  useEffect(() => {
    if (hasMore && isAtEnd) {
      void loadMoreConversations();
    }
  }, [hasMore, isAtEnd, loadMoreConversations]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const index = indexOf(event.target);
    const next = index === null ? null : nextIndex(event.key, index, conversations.length - 1);
    if (next !== null) {
      event.preventDefault();
      rows.scrollToIndex(next);
      requestAnimationFrame(() => {
        scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"] button`)?.focus();
      });
    }
  };
  return (
    <nav
      ref={scroller}
      aria-label={t('conversations.label')}
      className="min-h-0 flex-1 overflow-y-auto px-2 pb-2"
      onKeyDown={onKeyDown}
    >
      <ul className="relative" style={{ height: rows.getTotalSize() }}>
        {drawn.map(({ index, key, start }) => {
          const conversation = conversations[index];
          return (
            conversation && (
              <li
                key={key}
                data-index={index}
                className="absolute inset-x-0 top-0"
                style={{ height: ROW_PX, transform: `translateY(${start}px)` }}
              >
                <ConversationRow conversation={conversation} />
              </li>
            )
          );
        })}
      </ul>
    </nav>
  );
}

/** The place in the list of what has the focus. */
function indexOf(target: EventTarget): number | null {
  const row = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null;
  return row === null ? null : Number(row.dataset['index']);
}

function nextIndex(key: string, index: number, last: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return Math.min(index + 1, last);
    case 'ArrowUp':
      return Math.max(index - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

function NoConversations(): JSX.Element {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={MessageCirclePlus}
      title={t('conversations.none')}
      text={t('conversations.noneText')}
    >
      <Button
        variant="primary"
        onClick={() => {
          showOverlay({ kind: 'new-conversation' });
        }}
      >
        {t('people.newConversation')}
      </Button>
    </EmptyState>
  );
}

function EmptyArchive(): JSX.Element {
  const { t } = useTranslation();
  return <EmptyState icon={Archive} title={t('conversations.archiveEmpty')} />;
}
