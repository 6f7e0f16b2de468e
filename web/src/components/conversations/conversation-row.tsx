/** One conversation in the list: who, what was said last and when, and what waits. */

import type { Conversation } from '@salala/client';
import { clsx } from 'clsx';
import { BellOff, Ellipsis, Pin } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { useConversationMenu } from '@/components/conversations/use-conversation-menu';
import { Avatar } from '@/components/ui/avatar';
import { CountBadge } from '@/components/ui/count-badge';
import { ContextMenu, Menu } from '@/components/ui/menu';
import { otherOf, useNames } from '@/hooks/names';
import { useChat, useIsOnline } from '@/hooks/use-chat';
import { isMutedNow } from '@/hooks/use-news';
import { useMe, useRoute } from '@/hooks/use-session';
import { useLanguage, useNow } from '@/hooks/use-time';
import { shortTime } from '@/i18n/times';
import { navigate, route } from '@/store/route';

export function ConversationRow({ conversation }: { conversation: Conversation }): JSX.Element {
  const { t } = useTranslation();
  const me = useMe();
  const names = useNames();
  const name = names.ofConversation(conversation);
  const other = otherOf(conversation, me.id);
  const isOnline = useIsOnline(other?.id);
  const isOpen = useRoute((state) => state.conversationId === conversation.id);
  const items = useConversationMenu(conversation);
  return (
    <div className="group relative h-full pb-0.5">
      <ContextMenu items={items}>
        <button
          type="button"
          aria-current={isOpen ? 'true' : undefined}
          className={clsx(
            'flex size-full items-center gap-3 rounded-xl px-2.5 text-left transition-colors outline-offset-[-2px]',
            isOpen ? 'bg-selected' : 'hover:bg-hover',
          )}
          onClick={() => {
            navigate({ view: route.getState().view, conversationId: conversation.id });
          }}
        >
          <Avatar
            id={other?.id ?? conversation.id}
            name={name}
            picture={other ? other.avatar : conversation.avatar}
            isOnline={isOnline}
          />
          <span className="flex min-w-0 flex-1 flex-col">
            <span className="flex items-baseline gap-2">
              <span className="min-w-0 flex-1 truncate font-semibold">{name}</span>
              {isOnline && <span className="sr-only">{t('people.online')}</span>}
              <When conversation={conversation} />
            </span>
            <span className="flex h-5 items-center gap-1.5">
              <Preview conversation={conversation} />
              <Marks conversation={conversation} />
            </span>
          </span>
        </button>
      </ContextMenu>
      <Menu items={items}>
        <button
          type="button"
          aria-label={t('conversations.actions', { name })}
          className="bg-raised border-line text-muted hover:text-text shadow-soft absolute top-2 right-2.5 hidden size-6.5 place-items-center rounded-md border opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 data-[state=open]:opacity-100 md:grid"
        >
          <Ellipsis className="size-4" aria-hidden />
        </button>
      </Menu>
    </div>
  );
}

function When({ conversation }: { conversation: Conversation }): JSX.Element {
  const language = useLanguage();
  const now = useNow();
  const at = conversation.lastMessage?.createdAt ?? conversation.createdAt;
  const isUnread = conversation.unreadCount > 0 && !isMutedNow(conversation);
  return (
    <time
      dateTime={at}
      className={clsx(
        'shrink-0 text-xs tabular-nums md:group-focus-within:invisible md:group-hover:invisible',
        isUnread ? 'text-accent font-semibold' : 'text-muted',
      )}
    >
      {shortTime(at, language, now)}
    </time>
  );
}

/** Who writes at the moment; else what was said last. */
function Preview({ conversation }: { conversation: Conversation }): JSX.Element {
  const { t } = useTranslation();
  const text = usePreviewText(conversation);
  const typists = useTypists(conversation);
  if (typists !== null) {
    return <span className="text-accent min-w-0 flex-1 truncate text-sm">{typists}</span>;
  }
  return (
    <span className="text-muted min-w-0 flex-1 truncate text-sm">
      {text ?? t('conversations.nothingYet')}
    </span>
  );
}

function usePreviewText(conversation: Conversation): string | null {
  const { t } = useTranslation();
  const me = useMe();
  const names = useNames();
  const message = conversation.lastMessage;
  if (message === null) {
    return null;
  }
  if (message.deletedAt !== null) {
    return t('conversations.deletedMessage');
  }
  const text = message.content ?? t('conversations.file');
  if (message.senderId === me.id) {
    return t('conversations.you', { text });
  }
  return conversation.isGroup
    ? t('conversations.named', { name: names.of(message.sender), text })
    : text;
}

function useTypists(conversation: Conversation): string | null {
  const { t } = useTranslation();
  const me = useMe();
  const names = useNames();
  const typing = useChat((state) => state.typing[conversation.id]);
  const [first] = (typing ?? []).filter((id) => id !== me.id);
  if (first === undefined) {
    return null;
  }
  const member = conversation.participants.find(({ id }) => id === first);
  return conversation.isGroup && member
    ? t('conversations.typingNamed', { name: names.of(member) })
    : t('conversations.typing');
}

/** Muted, pinned, and how many wait. */
function Marks({ conversation }: { conversation: Conversation }): JSX.Element {
  const { t } = useTranslation();
  const me = useMe();
  const { unreadCount, markedUnread, pinnedAt, lastMessage } = conversation;
  const isMuted = isMutedNow(conversation);
  const isMentioned = unreadCount > 0 && (lastMessage?.mentions.includes(me.id) ?? false);
  return (
    <>
      {isMuted && <Mark icon={BellOff} label={t('conversations.muted')} />}
      {pinnedAt !== null && <Mark icon={Pin} label={t('conversations.pinned')} />}
      {isMentioned && (
        <span className="bg-accent text-on-accent grid size-5 place-items-center rounded-full text-xs font-bold">
          <span aria-hidden>@</span>
          <span className="sr-only">{t('conversations.mentioned')}</span>
        </span>
      )}
      {unreadCount > 0 && (
        <>
          <CountBadge count={unreadCount} isQuiet={isMuted} />
          <span className="sr-only">{t('conversations.unread', { count: unreadCount })}</span>
        </>
      )}
      {unreadCount === 0 && markedUnread && (
        <>
          <span aria-hidden className="bg-accent size-3 rounded-full" />
          <span className="sr-only">{t('conversations.markedUnread')}</span>
        </>
      )}
    </>
  );
}

function Mark({ icon: Icon, label }: { icon: typeof Pin; label: string }): JSX.Element {
  return (
    <>
      <Icon className="text-muted size-3.5 shrink-0" strokeWidth={2} aria-hidden />
      <span className="sr-only">{label}</span>
    </>
  );
}
