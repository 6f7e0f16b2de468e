/** What one may do with a message, and how it is told when it was refused. */

import type { Conversation, Message } from '@salala/client';
import { useTranslation } from 'react-i18next';

import { useChat, useChatActions } from '@/hooks/use-chat';
import { useRefusal } from '@/hooks/use-refusal';
import { format } from '@/store/route';
import { tell } from '@/store/toasts';

/** Gives an emoji to a message, or takes it back where it was given before. */
export function useReact(): (message: Message, emoji: string) => void {
  const refusal = useRefusal();
  const me = useChat((state) => state.me);
  const { addReaction, removeReaction } = useChatActions();
  return (message, emoji) => {
    const isGiven = message.reactions.some((one) => one.userId === me && one.emoji === emoji);
    const act = isGiven ? removeReaction : addReaction;
    act(message, emoji).catch((thrown: unknown) => {
      tell(refusal(thrown), { isBad: true });
    });
  };
}

/** Puts something where it can be pasted from, and says so. */
export function useCopy(): (text: string, told: string) => void {
  const { t } = useTranslation();
  return (text, told) => {
    navigator.clipboard.writeText(text).then(
      () => {
        tell(told);
      },
      () => {
        tell(t('conversation.copyFailed'), { isBad: true });
      },
    );
  };
}

/** The address that opens a conversation at a message. */
export function linkTo({ conversationId, id }: Message): string {
  const path = format({
    view: 'conversations',
    conversationId,
    messageId: id,
    section: null,
  });
  return new URL(path, window.location.origin).href;
}

/** Authors may, and in a group those who look after it. */
export function mayDelete(message: Message, conversation: Conversation, me: string): boolean {
  const isKeeper = conversation.isGroup && conversation.role !== 'member';
  return message.deletedAt === null && (message.senderId === me || isKeeper);
}

export function mayEdit(message: Message, me: string): boolean {
  return message.deletedAt === null && message.senderId === me && message.content !== null;
}
