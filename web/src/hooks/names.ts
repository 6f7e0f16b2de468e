/** What people and conversations are called on the page. */

import type { Conversation, Participant } from '@salala/client';
import { useTranslation } from 'react-i18next';

import { useMe } from '@/hooks/use-session';

type Named = { username: string; displayName?: string | null };

/** Accounts that were erased go on under such a name. */
const DELETED = 'deleted-';

export type Names = {
  /** What somebody is called. */
  of: (user: Named) => string;
  /** What a conversation is called: the group's name, or the other one of the two. */
  ofConversation: (conversation: Conversation) => string;
};

export function useNames(): Names {
  const { t } = useTranslation();
  const me = useMe();
  const of = (user: Named): string =>
    user.username.startsWith(DELETED) ? t('names.deleted') : (user.displayName ?? user.username);
  return {
    of,
    ofConversation: (conversation) => {
      if (conversation.isGroup) {
        return conversation.name ?? t('names.group');
      }
      const other = otherOf(conversation, me.id);
      return other ? of(other) : t('names.deleted');
    },
  };
}

/** The other one of a conversation of two. */
export function otherOf(conversation: Conversation, meId: string): Participant | undefined {
  return conversation.isGroup ? undefined : conversation.participants.find(({ id }) => id !== meId);
}

/** Whether the account was erased. */
export function isErased({ username }: Named): boolean {
  return username.startsWith(DELETED);
}
