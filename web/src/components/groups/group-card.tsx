/** A group: its name, its members and their roles, and the way out. */

import type { Conversation, Participant } from '@salala/client';
import { useMutation } from '@tanstack/react-query';
import { LogOut, PencilLine, UserRoundPlus } from 'lucide-react';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { MemberRow } from '@/components/groups/member-row';
import { RenameGroup } from '@/components/groups/rename-group';
import { Avatar } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { Confirm } from '@/components/ui/confirm';
import { IconButton } from '@/components/ui/icon-button';
import { useNames } from '@/hooks/names';
import { useMe } from '@/hooks/use-session';
import { showOverlay } from '@/store/overlay';
import { navigate, route } from '@/store/route';
import { api } from '@/store/session';

type GroupCardProps = { group: Conversation; onClose: () => void };

const RANK = { owner: 0, admin: 1, member: 2 };

export function GroupCard({ group, onClose }: GroupCardProps): JSX.Element {
  const { t } = useTranslation();
  const names = useNames();
  const [isRenaming, setIsRenaming] = useState(false);
  const name = names.ofConversation(group);
  const mayManage = group.role !== 'member';
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-col items-center gap-3 text-center">
        <Avatar id={group.id} name={name} picture={group.avatar} size="xl" />
        {isRenaming ? (
          <RenameGroup
            group={group}
            onDone={() => {
              setIsRenaming(false);
            }}
          />
        ) : (
          <div className="flex items-center gap-1">
            <p className="text-xl font-semibold tracking-tight wrap-anywhere">{name}</p>
            {mayManage && (
              <IconButton
                icon={PencilLine}
                label={t('groups.rename')}
                onClick={() => {
                  setIsRenaming(true);
                }}
              />
            )}
          </div>
        )}
        <p className="text-muted">{t('groups.members', { count: group.participants.length })}</p>
      </div>
      {mayManage && (
        <Button
          onClick={() => {
            showOverlay({ kind: 'add-members', conversationId: group.id });
          }}
        >
          <UserRoundPlus className="size-4.5" aria-hidden />
          {t('groups.add')}
        </Button>
      )}
      <Members group={group} />
      <Leave group={group} onClose={onClose} />
    </div>
  );
}

function Members({ group }: { group: Conversation }): JSX.Element {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const byRankAndName = (a: Participant, b: Participant): number =>
    RANK[a.role] - RANK[b.role] || names.of(a).localeCompare(names.of(b), i18n.language);
  return (
    <ul aria-label={t('groups.memberList')} className="-mx-2.5">
      {group.participants.toSorted(byRankAndName).map((member) => (
        <li key={member.id}>
          <MemberRow group={group} member={member} />
        </li>
      ))}
    </ul>
  );
}

function Leave({ group, onClose }: GroupCardProps): JSX.Element {
  const { t } = useTranslation();
  const me = useMe();
  const [isAsked, setIsAsked] = useState(false);
  const leave = useMutation({
    mutationFn: async () => {
      await api('DELETE /conversations/{id}/participants/{userId}', {
        path: { id: group.id, userId: me.id },
      });
      if (route.getState().conversationId === group.id) {
        navigate({}, { replace: true });
      }
      onClose();
    },
  });
  return (
    <>
      <Button
        variant="danger-ghost"
        onClick={() => {
          setIsAsked(true);
        }}
      >
        <LogOut className="size-4.5" aria-hidden />
        {t('groups.leave')}
      </Button>
      {isAsked && (
        <Confirm
          title={t('groups.leaveTitle')}
          text={group.role === 'owner' ? t('groups.leaveOwnerText') : t('groups.leaveText')}
          action={t('groups.leave')}
          onConfirm={() => leave.mutateAsync()}
          onClose={() => {
            setIsAsked(false);
          }}
        />
      )}
    </>
  );
}
