/** Opens the emoji, and puts the one that is picked where the caret stands. */

'use client';

import * as Popover from '@radix-ui/react-popover';
import { Smile } from 'lucide-react';
import { useState, type JSX, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';

import { LazyEmojiPicker } from '@/components/conversation/reaction-picker';

type EmojiButtonProps = {
  field: RefObject<HTMLTextAreaElement | null>;
  value: string;
  onValue: (value: string) => void;
};

export function EmojiButton({ field, value, onValue }: EmojiButtonProps): JSX.Element {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  const put = (emoji: string): void => {
    const element = field.current;
    const start = element?.selectionStart ?? value.length;
    const end = element?.selectionEnd ?? value.length;
    onValue(value.slice(0, start) + emoji + value.slice(end));
    setIsOpen(false);
    requestAnimationFrame(() => {
      element?.focus();
      element?.setSelectionRange(start + emoji.length, start + emoji.length);
    });
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={setIsOpen}>
      <Popover.Trigger
        aria-label={t('conversation.emoji.label')}
        title={t('conversation.emoji.label')}
        className="text-muted hover:bg-hover hover:text-text grid size-11 shrink-0 place-items-center rounded-xl transition-colors"
      >
        <Smile className="size-5.5" strokeWidth={1.9} aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          align="start"
          sideOffset={10}
          collisionPadding={8}
          aria-label={t('conversation.emoji.label')}
          className="bg-raised border-line shadow-float animate-rise z-50 rounded-xl border outline-none"
        >
          <LazyEmojiPicker onPick={put} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
