/** Chooses several people. */

import type { UserSummary } from '@salala/client';
import { Check, UserRoundSearch, X } from 'lucide-react';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { Avatar } from '@/components/ui/avatar';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorText } from '@/components/ui/error-text';
import { Loading } from '@/components/ui/loading';
import { SearchField } from '@/components/ui/search-field';
import { useNames } from '@/hooks/names';
import { usePeopleToChoose } from '@/hooks/use-people-to-choose';

type PeoplePickerProps = {
  chosen: readonly UserSummary[];
  onChange: (chosen: UserSummary[]) => void;
  /** Who is in already. */
  without?: readonly string[];
};

export function PeoplePicker({ chosen, onChange, without = [] }: PeoplePickerProps): JSX.Element {
  const { t } = useTranslation();
  const names = useNames();
  const [text, setText] = useState('');
  const { people, isWaiting, error } = usePeopleToChoose(text);
  const shown = people.filter(({ id }) => !without.includes(id));
  const toggle = (user: UserSummary): void => {
    const others = chosen.filter(({ id }) => id !== user.id);
    onChange(others.length === chosen.length ? [...chosen, user] : others);
  };
  return (
    <div className="flex flex-col gap-2">
      {chosen.length > 0 && (
        <ul aria-label={t('groups.chosen')} className="flex flex-wrap gap-1.5">
          {chosen.map((user) => (
            <li key={user.id}>
              <button
                type="button"
                className="bg-selected flex items-center gap-1.5 rounded-full py-1 pr-2 pl-1 text-sm font-medium"
                onClick={() => {
                  toggle(user);
                }}
              >
                <Avatar id={user.id} name={names.of(user)} picture={user.avatar} size="xs" />
                <span className="max-w-32 truncate">{names.of(user)}</span>
                <span className="sr-only">{t('groups.unchoose')}</span>
                <X className="size-3.5" aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
      <SearchField label={t('people.search')} value={text} onValue={setText} />
      <ErrorText error={error} />
      <ul aria-label={t('people.found')} className="min-h-52">
        {shown.length === 0 && isWaiting && (
          <li>
            <Loading rows={3} />
          </li>
        )}
        {shown.length === 0 && !isWaiting && (
          <li>
            <EmptyState
              icon={UserRoundSearch}
              title={text.trim() === '' ? t('people.searchFirst') : t('people.nobody')}
            />
          </li>
        )}
        {shown.map((user) => (
          <li key={user.id}>
            <Choosable
              user={user}
              isChosen={chosen.some(({ id }) => id === user.id)}
              onToggle={() => {
                toggle(user);
              }}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

type ChoosableProps = { user: UserSummary; isChosen: boolean; onToggle: () => void };

function Choosable({ user, isChosen, onToggle }: ChoosableProps): JSX.Element {
  const name = useNames().of(user);
  return (
    <button
      type="button"
      role="checkbox"
      aria-checked={isChosen}
      className="hover:bg-hover flex w-full items-center gap-3 rounded-xl px-2.5 py-2 text-left outline-offset-[-2px]"
      onClick={onToggle}
    >
      <Avatar id={user.id} name={name} picture={user.avatar} />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-semibold">{name}</span>
        <span className="text-muted block truncate text-sm">@{user.username}</span>
      </span>
      <span
        aria-hidden
        className={
          isChosen
            ? 'bg-accent text-on-accent grid size-5 place-items-center rounded-full'
            : 'border-line-strong size-5 rounded-full border-2'
        }
      >
        {isChosen && <Check className="size-3.5" strokeWidth={3} />}
      </span>
    </button>
  );
}
