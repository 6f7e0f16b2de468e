/** A member of a group, and what one may do about them. */

import type { Conversation, Participant, Role } from '@salala/client';
import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import {
  Crown,
  Ellipsis,
  MessageCircle,
  ShieldCheck,
  ShieldOff,
  UserRoundMinus,
  UserRound,
} from 'lucide-react';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { PersonRow } from '@/components/people/person-row';
import { Confirm } from '@/components/ui/confirm';
import { IconButton } from '@/components/ui/icon-button';
import { Menu, type MenuItem } from '@/components/ui/menu';
import { useNames } from '@/hooks/names';
import { useChatActions } from '@/hooks/use-chat';
import { useOpenDirect } from '@/hooks/use-open-direct';
import { useRefusal } from '@/hooks/use-refusal';
import { useMe } from '@/hooks/use-session';
import { closeOverlay, showOverlay } from '@/store/overlay';
import { api } from '@/store/session';
import { tell } from '@/store/toasts';

type MemberRowProps = { group: Conversation; member: Participant };

export function MemberRow({ group, member }: MemberRowProps): JSX.Element {
  const { t } = useTranslation();
  const me = useMe();
  const name = useNames().of(member);
  const [asked, setAsked] = useState<'remove' | 'hand-over' | null>(null);
  const setRole = useSetRole(group, member);
  const items = useItems({ group, member, setRole, ask: setAsked });
  const isMe = member.id === me.id;
  return (
    <PersonRow user={member} text={isMe ? t('groups.you') : `@${member.username}`}>
      {member.role !== 'member' && (
        <span className="bg-selected text-accent rounded-md px-2 py-0.5 text-xs font-semibold">
          {t(`groups.roles.${member.role}`)}
        </span>
      )}
      {isMe ? (
        <span className="w-11" />
      ) : (
        <Menu items={items}>
          <IconButton
            icon={Ellipsis}
            label={t('groups.memberActions', { name })}
            className="mr-2"
          />
        </Menu>
      )}
      {asked === 'remove' && (
        <Confirm
          title={t('groups.removeTitle', { name })}
          text={t('groups.removeText')}
          action={t('groups.remove')}
          onConfirm={() =>
            api('DELETE /conversations/{id}/participants/{userId}', {
              path: { id: group.id, userId: member.id },
            })
          }
          onClose={() => {
            setAsked(null);
          }}
        />
      )}
      {asked === 'hand-over' && (
        <Confirm
          title={t('groups.handOverTitle', { name })}
          text={t('groups.handOverText')}
          action={t('groups.handOver')}
          onConfirm={() => setRole.mutateAsync('owner')}
          onClose={() => {
            setAsked(null);
          }}
        />
      )}
    </PersonRow>
  );
}

type SetRole = UseMutationResult<void, Error, Role>;

function useSetRole(group: Conversation, member: Participant): SetRole {
  const refusal = useRefusal();
  const { addConversation } = useChatActions();
  return useMutation({
    mutationFn: async (role: Role) => {
      const path = { id: group.id, userId: member.id };
      addConversation(
        await api('PATCH /conversations/{id}/participants/{userId}', { path, body: { role } }),
      );
    },
    onError: (error) => {
      tell(refusal(error), { isBad: true });
    },
  });
}

type ItemsOf = MemberRowProps & { setRole: SetRole; ask: (what: 'remove' | 'hand-over') => void };

function useItems({ group, member, setRole, ask }: ItemsOf): MenuItem[] {
  const { t } = useTranslation();
  const openDirect = useOpenDirect();
  const isOwner = group.role === 'owner';
  const isAdmin = member.role === 'admin';
  const mayRemove = isOwner || (group.role === 'admin' && member.role === 'member');
  const roles: MenuItem[] = [
    {
      label: t(isAdmin ? 'groups.makeMember' : 'groups.makeAdmin'),
      icon: isAdmin ? ShieldOff : ShieldCheck,
      isApart: true,
      onSelect: () => {
        setRole.mutate(isAdmin ? 'member' : 'admin');
      },
    },
    {
      label: t('groups.handOver'),
      icon: Crown,
      onSelect: () => {
        ask('hand-over');
      },
    },
  ];
  const removal: MenuItem = {
    label: t('groups.remove'),
    icon: UserRoundMinus,
    isDangerous: true,
    isApart: true,
    onSelect: () => {
      ask('remove');
    },
  };
  return [
    {
      label: t('people.message'),
      icon: MessageCircle,
      onSelect: () => {
        openDirect.mutate(member.id, { onSuccess: closeOverlay });
      },
    },
    {
      label: t('people.details'),
      icon: UserRound,
      onSelect: () => {
        showOverlay({ kind: 'person', userId: member.id });
      },
    },
    ...(isOwner ? roles : []),
    ...(mayRemove ? [removal] : []),
  ];
}
