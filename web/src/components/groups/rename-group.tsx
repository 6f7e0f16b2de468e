/** Gives a group another name. */

import type { Conversation } from '@salala/client';
import { useMutation } from '@tanstack/react-query';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { ErrorText } from '@/components/ui/error-text';
import { useChatActions } from '@/hooks/use-chat';
import { useFieldErrors } from '@/hooks/use-refusal';

type RenameGroupProps = { group: Conversation; onDone: () => void };

export function RenameGroup({ group, onDone }: RenameGroupProps): JSX.Element {
  const { t } = useTranslation();
  const { updateConversation } = useChatActions();
  const [name, setName] = useState(group.name ?? '');
  const rename = useMutation({
    mutationFn: () => updateConversation(group.id, { name: name.trim() }),
    onSuccess: onDone,
  });
  const wrong = useFieldErrors(rename.error)('name');
  return (
    <form
      className="flex w-full flex-col gap-2 text-left"
      onSubmit={(event) => {
        event.preventDefault();
        rename.mutate();
      }}
    >
      <Field
        label={t('groups.name')}
        value={name}
        maxLength={100}
        autoFocus
        error={wrong}
        onChange={(event) => {
          setName(event.target.value);
        }}
      />
      {wrong === null && <ErrorText error={rename.error} />}
      <div className="flex justify-end gap-2">
        <Button size="sm" onClick={onDone}>
          {t('common.cancel')}
        </Button>
        <Button
          size="sm"
          type="submit"
          variant="primary"
          isBusy={rename.isPending}
          disabled={name.trim() === ''}
        >
          {t('common.save')}
        </Button>
      </div>
    </form>
  );
}
