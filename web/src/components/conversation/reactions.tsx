/** What others gave to a message; a press gives the same, or takes one's own back. */

'use client';

import type { Message, Reaction } from '@salala/client';
import { clsx } from 'clsx';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { memberOf, useScope } from '@/components/conversation/pane-context';
import { useReact } from '@/components/conversation/use-message-acts';
import { useNames } from '@/hooks/names';
import { useChat, useConversation } from '@/hooks/use-chat';

export function Reactions({ message, isMine }: { message: Message; isMine: boolean }): JSX.Element {
  return (
    <div className={clsx('mt-1 flex flex-wrap gap-1', isMine && 'justify-end')}>
      {groupByEmoji(message.reactions).map(([emoji, given]) => (
        <Chip key={emoji} message={message} emoji={emoji} given={given} />
      ))}
    </div>
  );
}

type ChipProps = { message: Message; emoji: string; given: readonly Reaction[] };

function Chip({ message, emoji, given }: ChipProps): JSX.Element {
  const { t } = useTranslation();
  const names = useNames();
  const { conversationId } = useScope();
  const conversation = useConversation(conversationId);
  const me = useChat((state) => state.me);
  const react = useReact();
  const isMine = given.some(({ userId }) => userId === me);
  const people = given
    .map(({ userId }) => {
      const member = memberOf(conversation, userId);
      return userId === me ? t('conversation.you') : member ? names.of(member) : null;
    })
    .filter((name) => name !== null)
    .join(', ');
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-pressed={isMine}
      title={people}
      className={clsx(
        'inline-flex h-6.5 items-center gap-1 rounded-full border px-2 text-sm transition-colors',
        isMine
          ? 'border-accent bg-accent-soft text-accent'
          : 'border-line bg-surface text-muted hover:border-line-strong',
      )}
      onClick={() => {
        react(message, emoji);
      }}
    >
      {emoji}
      <span className="text-xs font-semibold tabular-nums">{given.length}</span>
      <span className="sr-only">{t('conversation.reactedBy', { people })}</span>
    </button>
  );
}

/** In the order in which each was first given. */
function groupByEmoji(reactions: readonly Reaction[]): [string, Reaction[]][] {
  const groups = new Map<string, Reaction[]>();
  for (const reaction of reactions) {
    groups.set(reaction.emoji, [...(groups.get(reaction.emoji) ?? []), reaction]);
  }
  return [...groups];
}
