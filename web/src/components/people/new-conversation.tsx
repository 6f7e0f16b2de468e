/** Begins a conversation with somebody. */

import { UserRoundSearch, UsersRound } from 'lucide-react';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { PersonRow } from '@/components/people/person-row';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorText } from '@/components/ui/error-text';
import { Loading } from '@/components/ui/loading';
import { SearchField } from '@/components/ui/search-field';
import { useOpenDirect } from '@/hooks/use-open-direct';
import { usePeopleToChoose } from '@/hooks/use-people-to-choose';
import { showOverlay } from '@/store/overlay';

export function NewConversation({ onClose }: { onClose: () => void }): JSX.Element {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const { people, isWaiting, error } = usePeopleToChoose(text);
  const openDirect = useOpenDirect();
  return (
    <Dialog title={t('people.newConversation')} onClose={onClose}>
      <SearchField label={t('people.search')} value={text} onValue={setText} autoFocus />
      <Button
        variant="ghost"
        className="my-2 w-full justify-start!"
        onClick={() => {
          showOverlay({ kind: 'new-group' });
        }}
      >
        <UsersRound className="size-5" aria-hidden />
        {t('groups.new')}
      </Button>
      <ErrorText
        error={error ?? openDirect.error}
        own={{ forbidden: t('people.mayNotWrite') }}
        className="py-2"
      />
      <div className="min-h-64">
        {people.length === 0 && isWaiting && <Loading rows={3} />}
        {people.length === 0 && !isWaiting && (
          <EmptyState
            icon={UserRoundSearch}
            title={text.trim() === '' ? t('people.searchFirst') : t('people.nobody')}
          />
        )}
        <ul aria-label={t('people.found')}>
          {people.map((user) => (
            <li key={user.id}>
              <PersonRow
                user={user}
                onSelect={() => {
                  openDirect.mutate(user.id, { onSuccess: onClose });
                }}
              />
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
