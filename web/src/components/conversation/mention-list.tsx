/** Who may be meant by the name that is being written. */

'use client';

import type { Participant } from '@salala/client';
import { clsx } from 'clsx';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { Avatar } from '@/components/ui/avatar';
import { useNames } from '@/hooks/names';

type MentionListProps = {
  id: string;
  people: readonly Participant[];
  active: number;
  onPick: (person: Participant) => void;
};

/** The caret stays where one writes: the list is gone through from there. */
export function MentionList({ id, people, active, onPick }: MentionListProps): JSX.Element {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <ul
      id={id}
      role="listbox"
      aria-label={t('conversation.mentions')}
      className="bg-raised border-line shadow-float animate-rise absolute bottom-full left-0 z-10 mb-2 max-h-64 w-72 max-w-full overflow-y-auto rounded-xl border p-1.5"
    >
      {people.map((person, index) => (
        <li
          key={person.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          className={clsx(
            'flex cursor-default items-center gap-2.5 rounded-lg px-2 py-1.5',
            index === active && 'bg-hover',
          )}
          onPointerDown={(event) => {
            event.preventDefault();
            onPick(person);
          }}
        >
          <Avatar id={person.id} name={names.of(person)} picture={person.avatar} size="sm" />
          <span className="min-w-0">
            <span className="block truncate text-sm font-medium">{names.of(person)}</span>
            <span className="text-muted block truncate text-xs">@{person.username}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
