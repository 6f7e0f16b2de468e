/** All emoji to give to a message, where it was asked for. */

'use client';

import { lazy, Suspense, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { usePane, useScope } from '@/components/conversation/pane-context';
import { useReact } from '@/components/conversation/use-message-acts';
import { PointBox } from '@/components/ui/point-menu';
import { Skeleton } from '@/components/ui/skeleton';
import { useChat } from '@/hooks/use-chat';

/** Not among what the page begins with. */
const EmojiPicker = lazy(async () => {
  const { EmojiPicker: Picker } = await import('@/components/conversation/emoji-picker');
  return { default: Picker };
});

/** The picker, once it has come. */
export function LazyEmojiPicker({ onPick }: { onPick: (emoji: string) => void }): JSX.Element {
  return (
    <Suspense fallback={<Skeleton className="m-2 h-80 w-[min(20rem,calc(100vw-2rem))]" />}>
      <EmojiPicker onPick={onPick} />
    </Suspense>
  );
}

export function ReactionPicker(): JSX.Element | null {
  const { t } = useTranslation();
  const { pane, conversationId, focusComposer } = useScope();
  const picker = usePane((state) => state.picker);
  const message = useChat(({ timelines }) =>
    timelines[conversationId]?.messages.find(({ id }) => id === picker?.messageId),
  );
  const react = useReact();
  if (picker === null || message === undefined) {
    return null;
  }
  const close = (): void => {
    pane.setState({ picker: null });
  };
  return (
    <PointBox
      at={picker.place}
      label={t('conversation.react')}
      onClose={close}
      onClosed={focusComposer}
    >
      <LazyEmojiPicker
        onPick={(emoji) => {
          close();
          react(message, emoji);
        }}
      />
    </PointBox>
  );
}
