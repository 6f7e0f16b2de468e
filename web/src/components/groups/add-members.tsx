/** Brings people into a group. */

import type { UserSummary } from '@salala/client';
import { useMutation } from '@tanstack/react-query';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { PeoplePicker } from '@/components/groups/people-picker';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { ErrorText } from '@/components/ui/error-text';
import { useConversation } from '@/hooks/use-chat';
import { showOverlay } from '@/store/overlay';
import { api } from '@/store/session';

type AddMembersProps = { conversationId: string; onClose: () => void };

export function AddMembers({ conversationId, onClose }: AddMembersProps): JSX.Element {
  const { t } = useTranslation();
  const conversation = useConversation(conversationId);
  const [chosen, setChosen] = useState<UserSummary[]>([]);
  const add = useMutation({
    mutationFn: () =>
      api('POST /conversations/{id}/participants', {
        path: { id: conversationId },
        body: { userIds: chosen.map(({ id }) => id) },
      }),
    onSuccess: () => {
      showOverlay({ kind: 'conversation', conversationId });
    },
  });
  return (
    <Dialog
      title={t('groups.add')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            variant="primary"
            isBusy={add.isPending}
            disabled={chosen.length === 0}
            onClick={() => {
              add.mutate();
            }}
          >
            {t('groups.addChosen')}
          </Button>
        </>
      }
    >
      <PeoplePicker
        chosen={chosen}
        onChange={setChosen}
        without={conversation?.participantIds ?? []}
      />
      <ErrorText error={add.error} own={{ forbidden: t('groups.mayNotAdd') }} />
    </Dialog>
  );
}
