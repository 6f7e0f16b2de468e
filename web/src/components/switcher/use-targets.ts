/** Where the quick switcher may jump to. */

import type { Conversation } from '@salala/client';
import { Settings, Users, UsersRound, type LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { otherOf, useNames, type Names } from '@/hooks/names';
import { useConversations } from '@/hooks/use-chat';
import { useOpenDirect } from '@/hooks/use-open-direct';
import { usePeopleToChoose } from '@/hooks/use-people-to-choose';
import { useRefusal } from '@/hooks/use-refusal';
import { useMe } from '@/hooks/use-session';
import { matches, rank } from '@/store/matching';
import { showOverlay } from '@/store/overlay';
import { navigate } from '@/store/route';
import { tell } from '@/store/toasts';

export type Target = {
  key: string;
  label: string;
  /** What kind of place it is. */
  hint: string;
  icon?: LucideIcon;
  avatarId: string;
  picture: string | null;
  go: () => void;
};

const CONVERSATIONS_MAX = 12;
const PEOPLE_MAX = 8;

export function useTargets(text: string): Target[] {
  const typed = text.trim();
  const names = useNames();
  const me = useMe();
  const conversations = useConversations();
  const people = usePeople(typed, conversations);
  const views = useViews(typed);
  const found = conversations
    .filter((conversation) => typed === '' || isNamed(names, conversation, me.id, typed))
    .sort((a, b) =>
      typed === ''
        ? 0
        : rank(names.ofConversation(a), typed) - rank(names.ofConversation(b), typed),
    )
    .slice(0, CONVERSATIONS_MAX);
  const { t } = useTranslation();
  return [
    ...found.map((conversation): Target => {
      const other = otherOf(conversation, me.id);
      return {
        key: conversation.id,
        label: names.ofConversation(conversation),
        hint: conversation.isGroup ? t('switcher.group') : `@${other?.username ?? ''}`,
        avatarId: other?.id ?? conversation.id,
        picture: other ? other.avatar : conversation.avatar,
        go: () => {
          navigate({ conversationId: conversation.id });
        },
      };
    }),
    ...people,
    ...views,
  ];
}

function isNamed(names: Names, conversation: Conversation, meId: string, typed: string): boolean {
  const other = otherOf(conversation, meId);
  return matches(`${names.ofConversation(conversation)} ${other?.username ?? ''}`, typed);
}

/** People with whom there is no conversation yet. */
function usePeople(typed: string, conversations: readonly Conversation[]): Target[] {
  const { t } = useTranslation();
  const names = useNames();
  const me = useMe();
  const refusal = useRefusal();
  const openDirect = useOpenDirect();
  const { people } = usePeopleToChoose(typed);
  const met = new Set(conversations.map((conversation) => otherOf(conversation, me.id)?.id));
  return people
    .filter(({ id }) => !met.has(id))
    .slice(0, PEOPLE_MAX)
    .map((user) => ({
      key: user.id,
      label: names.of(user),
      hint: t('switcher.person'),
      avatarId: user.id,
      picture: user.avatar,
      go: () => {
        openDirect.mutateAsync(user.id).catch((error: unknown) => {
          tell(refusal(error, { forbidden: t('people.mayNotWrite') }), { isBad: true });
        });
      },
    }));
}

function useViews(typed: string): Target[] {
  const { t } = useTranslation();
  const at = (label: string, icon: LucideIcon, go: () => void): Target => ({
    key: label,
    label,
    hint: t('switcher.view'),
    icon,
    avatarId: '',
    picture: null,
    go,
  });
  return [
    at(t('groups.new'), UsersRound, () => {
      showOverlay({ kind: 'new-group' });
    }),
    at(t('nav.people'), Users, () => {
      navigate({ view: 'people' });
    }),
    at(t('nav.settings'), Settings, () => {
      navigate({ view: 'settings' });
    }),
  ].filter(({ label }) => typed === '' || matches(label, typed));
}
