/** Makes a group. */

import type { UserSummary } from '@salala/client';
import { useMutation } from '@tanstack/react-query';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { PeoplePicker } from '@/components/groups/people-picker';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { ErrorText } from '@/components/ui/error-text';
import { Field } from '@/components/ui/field';
import { useChatActions } from '@/hooks/use-chat';
import { useFieldErrors } from '@/hooks/use-refusal';
import { navigate } from '@/store/route';
import { api } from '@/store/session';

export function NewGroup({ onClose }: { onClose: () => void }): JSX.Element {
  const { t } = useTranslation();
  const { addConversation } = useChatActions();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<UserSummary[]>([]);
  const make = useMutation({
    mutationFn: async () => {
      const participantIds = chosen.map(({ id }) => id);
      const group = await api('POST /conversations/groups', {
        body: { name: name.trim(), participantIds },
      });
      addConversation(group);
      navigate({ conversationId: group.id });
    },
    onSuccess: onClose,
  });
  const wrong = useFieldErrors(make.error);
  return (
    <Dialog
      title={t('groups.new')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            variant="primary"
            isBusy={make.isPending}
            disabled={name.trim() === '' || chosen.length === 0}
            onClick={() => {
              make.mutate();
            }}
          >
            {t('groups.make')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field
          label={t('groups.name')}
          value={name}
          maxLength={100}
          autoFocus
          error={wrong('name')}
          onChange={(event) => {
            setName(event.target.value);
          }}
        />
        <PeoplePicker chosen={chosen} onChange={setChosen} />
        <ErrorText error={make.error} own={{ forbidden: t('groups.mayNotAdd') }} />
      </div>
    </Dialog>
  );
}
