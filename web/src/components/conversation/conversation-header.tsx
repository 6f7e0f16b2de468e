/** With whom one talks, and whether they are there. */

'use client';

import type { Conversation } from '@salala/client';
import { clsx } from 'clsx';
import { Info } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { CallButtons } from '@/components/calls/call-buttons';
import { formatDay, formatTime } from '@/components/conversation/times';
import { dayOf } from '@/components/conversation/rows';
import { HeaderFrame } from '@/components/conversation/header-frame';
import { Avatar } from '@/components/ui/avatar';
import { IconButton } from '@/components/ui/icon-button';
import { isErased, otherOf, useNames } from '@/hooks/names';
import { useChat, useIsOnline } from '@/hooks/use-chat';
import { useMe } from '@/hooks/use-session';
import { useLanguage, useNow } from '@/hooks/use-time';
import { showOverlay } from '@/store/overlay';

type ConversationHeaderProps = { conversation: Conversation };

export function ConversationHeader({ conversation }: ConversationHeaderProps): JSX.Element {
  const { t } = useTranslation();
  const names = useNames();
  const me = useMe();
  const other = otherOf(conversation, me.id);
  const isOnline = useIsOnline(other?.id);
  const name = names.ofConversation(conversation);
  const open = (): void => {
    showOverlay({ kind: 'conversation', conversationId: conversation.id });
  };
  return (
    <HeaderFrame>
      <button
        type="button"
        className="hover:bg-hover -ml-1 flex min-w-0 flex-1 items-center gap-3 rounded-xl px-2 py-1.5 text-left transition-colors"
        onClick={open}
      >
        <Avatar
          id={other?.id ?? conversation.id}
          name={name}
          picture={conversation.isGroup ? conversation.avatar : other?.avatar}
          isOnline={isOnline}
        />
        <span className="min-w-0 flex-1">
          <h2 className="truncate leading-tight font-semibold">{name}</h2>
          <Subtitle conversation={conversation} />
        </span>
      </button>
      <CallButtons conversation={conversation} />
      <IconButton icon={Info} label={t('conversation.details')} onClick={open} />
    </HeaderFrame>
  );
}

const NOBODY: readonly string[] = [];

function Subtitle({ conversation }: { conversation: Conversation }): JSX.Element {
  const typing = useTypingWords(conversation);
  const about = useAbout(conversation);
  return (
    <span
      className={clsx(
        'block truncate text-sm leading-tight',
        typing === null ? 'text-muted' : 'text-accent',
      )}
    >
      {typing ?? about}
    </span>
  );
}

/** Who is writing. */
function useTypingWords(conversation: Conversation): string | null {
  const { t } = useTranslation();
  const names = useNames();
  const typing = useChat((state) => state.typing[conversation.id] ?? NOBODY);
  const writers = conversation.participants.filter(({ id }) => typing.includes(id));
  const [first, second] = writers;
  if (first === undefined) {
    return null;
  }
  if (second === undefined) {
    return t('conversation.typing', { name: names.of(first) });
  }
  return writers.length === 2
    ? t('conversation.typingTwo', { name: names.of(first), other: names.of(second) })
    : t('conversation.typingMany', { count: writers.length });
}

/** In a group how many are in it; of two whether the other one is there, or when they were. */
function useAbout(conversation: Conversation): string {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useNow();
  const me = useMe();
  const other = otherOf(conversation, me.id);
  const presence = useChat((state) => (other === undefined ? undefined : state.presence[other.id]));
  const onlineCount = useChat(
    (state) =>
      conversation.participantIds.filter(
        (id) => id !== state.me && state.presence[id]?.status === 'online',
      ).length,
  );
  if (conversation.isGroup) {
    const members = t('conversation.members', { count: conversation.participants.length });
    return onlineCount === 0
      ? members
      : `${members}, ${t('conversation.membersOnline', { count: onlineCount })}`;
  }
  if (other === undefined || isErased(other)) {
    return '';
  }
  if (presence?.status === 'online') {
    return t('conversation.online');
  }
  const lastSeenAt = presence?.lastSeenAt ?? null;
  return lastSeenAt === null
    ? `@${other.username}`
    : t('conversation.lastSeen', { when: lastSeen(lastSeenAt, now, language) });
}

function lastSeen(iso: string, now: Date, language: string): string {
  const at = new Date(iso);
  const time = formatTime(iso, language);
  const day = dayOf(at);
  const today = dayOf(now);
  if (day === today) {
    return time;
  }
  const said = formatDay(day, today, language).toLocaleLowerCase(language);
  return `${said}, ${time}`;
}
