/** What shows beside a message under a mouse: react, answer, and all the rest. */

'use client';

import type { Message } from '@salala/client';
import { clsx } from 'clsx';
import { EllipsisVertical, Reply, SmilePlus, type LucideIcon } from 'lucide-react';
import type { JSX, MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { useScope } from '@/components/conversation/pane-context';
import { replyTo } from '@/store/drafts';
import type { Place } from '@/store/pane';

export function MessageTools({
  message,
  isMine,
}: {
  message: Message;
  isMine: boolean;
}): JSX.Element {
  const { t } = useTranslation();
  const { pane, drafts, focusComposer } = useScope();
  const { id } = message;
  return (
    <div
      className={clsx(
        'hidden shrink-0 items-center px-1 opacity-0 transition-opacity group-focus-within/row:opacity-100 group-hover/row:opacity-100 [@media(hover:hover)]:flex',
        isMine && 'flex-row-reverse',
      )}
    >
      <Tool
        icon={SmilePlus}
        label={t('conversation.react')}
        onPress={(place) => {
          pane.setState({ picker: { messageId: id, place } });
        }}
      />
      <Tool
        icon={Reply}
        label={t('conversation.reply')}
        onPress={() => {
          pane.setState({ editing: null });
          replyTo(drafts, message);
          focusComposer();
        }}
      />
      <Tool
        icon={EllipsisVertical}
        label={t('conversation.more')}
        onPress={(place) => {
          pane.setState({ menu: { messageId: id, place } });
        }}
      />
    </div>
  );
}

type ToolProps = { icon: LucideIcon; label: string; onPress: (place: Place) => void };

/** Not reached by tab: the keyboard has the menu of the message, which holds the same. */
function Tool({ icon: Icon, label, onPress }: ToolProps): JSX.Element {
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={label}
      title={label}
      className="text-muted hover:bg-line hover:text-text grid size-7.5 place-items-center rounded-full transition-colors"
      onClick={({ currentTarget }: MouseEvent<HTMLButtonElement>) => {
        const { left, bottom } = currentTarget.getBoundingClientRect();
        onPress({ x: left, y: bottom });
      }}
    >
      <Icon className="size-4.5" strokeWidth={1.9} aria-hidden />
    </button>
  );
}
