/** People: friends, who asks to be one, and who is blocked. */

import type { UserSummary } from '@salala/client';
import type { UseQueryResult } from '@tanstack/react-query';
import { Ban, MailQuestion, UserRoundPlus, UsersRound } from 'lucide-react';
import { useState, type JSX, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { PersonRow } from '@/components/people/person-row';
import { Requests } from '@/components/people/requests';
import { ConnectionState } from '@/components/shell/connection-state';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorText } from '@/components/ui/error-text';
import { IconButton } from '@/components/ui/icon-button';
import { Loading } from '@/components/ui/loading';
import { SearchField } from '@/components/ui/search-field';
import { Tabs } from '@/components/ui/tabs';
import { useNames } from '@/hooks/names';
import { useChat } from '@/hooks/use-chat';
import { useSettled } from '@/hooks/use-delayed';
import { useBlocks, useFriends, usePeopleActs, usePeopleSearch } from '@/hooks/use-people';
import { useMe } from '@/hooks/use-session';
import { useStore } from 'zustand';
import { showOverlay } from '@/store/overlay';
import { sentRequests } from '@/store/sent-requests';

type Part = 'friends' | 'requests' | 'blocked';

export function PeopleView(): JSX.Element {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [part, setPart] = useState<Part>('friends');
  const received = useChat((state) => state.friendRequests.length);
  return (
    <>
      <header className="flex h-16 shrink-0 items-center gap-1 px-4">
        <h1 className="flex-1 text-xl font-semibold tracking-tight">{t('people.title')}</h1>
      </header>
      <div className="px-3 pb-2">
        <SearchField label={t('people.search')} value={text} onValue={setText} />
      </div>
      <ConnectionState />
      {text.trim() !== '' ? (
        <Found text={text} />
      ) : (
        <Tabs<Part>
          label={t('people.title')}
          value={part}
          onChange={setPart}
          tabs={[
            { value: 'friends', label: t('people.friends'), content: <Friends /> },
            {
              value: 'requests',
              label: t('people.requests'),
              count: received,
              content: <Requests />,
            },
            { value: 'blocked', label: t('people.blocked'), content: <Blocked /> },
          ]}
        />
      )}
    </>
  );
}

function Found({ text }: { text: string }): JSX.Element {
  const { t } = useTranslation();
  const me = useMe();
  const settled = useSettled(text);
  const found = usePeopleSearch(settled);
  return (
    <People
      query={found}
      label={t('people.found')}
      keep={(user) => user.id !== me.id}
      empty={
        <EmptyState icon={UsersRound} title={t('people.nobody')} text={t('people.nobodyText')} />
      }
    />
  );
}

function Friends(): JSX.Element {
  const { t } = useTranslation();
  const friends = useFriends();
  return (
    <People
      query={friends}
      label={t('people.friends')}
      empty={
        <EmptyState
          icon={UserRoundPlus}
          title={t('people.noFriends')}
          text={t('people.noFriendsText')}
        />
      }
    />
  );
}

function Blocked(): JSX.Element {
  const { t } = useTranslation();
  const names = useNames();
  const blocks = useBlocks();
  const { unblock } = usePeopleActs();
  return (
    <People
      query={blocks}
      label={t('people.blocked')}
      empty={
        <EmptyState icon={Ban} title={t('people.noBlocked')} text={t('people.noBlockedText')} />
      }
      actions={(user) => (
        <Button
          size="sm"
          aria-label={t('people.unblockNamed', { name: names.of(user) })}
          isBusy={unblock.isPending && unblock.variables === user.id}
          onClick={() => {
            unblock.mutate(user.id);
          }}
        >
          {t('people.unblock')}
        </Button>
      )}
    />
  );
}

type PeopleProps = {
  query: UseQueryResult<UserSummary[]>;
  label: string;
  empty: ReactNode;
  keep?: (user: UserSummary) => boolean;
  actions?: (user: UserSummary) => ReactNode;
};

/** A list of people by name, or why it is not there. */
function People({ query, label, empty, keep = () => true, actions }: PeopleProps): JSX.Element {
  const { t, i18n } = useTranslation();
  const names = useNames();
  if (query.isPending) {
    return <Loading rows={5} />;
  }
  if (query.isError) {
    return (
      <div className="flex flex-col items-start gap-3 p-4">
        <ErrorText error={query.error} />
        <Button size="sm" onClick={() => void query.refetch()}>
          {t('common.retry')}
        </Button>
      </div>
    );
  }
  const people = query.data
    .filter(keep)
    .sort((a, b) => names.of(a).localeCompare(names.of(b), i18n.language));
  if (people.length === 0) {
    return <>{empty}</>;
  }
  return (
    <ul aria-label={label} className="min-h-0 flex-1 overflow-y-auto p-2">
      {people.map((user) => (
        <li key={user.id} className="pr-2">
          <PersonRow
            user={user}
            onSelect={() => {
              showOverlay({ kind: 'person', userId: user.id });
            }}
          >
            {actions ? actions(user) : <FriendshipButton user={user} />}
          </PersonRow>
        </li>
      ))}
    </ul>
  );
}

/** Asks somebody who is no friend yet. */
function FriendshipButton({ user }: { user: UserSummary }): JSX.Element | null {
  const { t } = useTranslation();
  const names = useNames();
  const friends = useFriends();
  const isSent = useStore(sentRequests, (state) =>
    state.requests.some(({ receiverId }) => receiverId === user.id),
  );
  const { befriend } = usePeopleActs();
  if (isSent) {
    return <span className="text-muted px-2 text-sm">{t('people.sent')}</span>;
  }
  if (!friends.data || friends.data.some(({ id }) => id === user.id)) {
    return null;
  }
  return befriend.isError ? (
    <MailQuestion className="text-muted mx-2 size-5" aria-label={t('people.waitsAlready')} />
  ) : (
    <IconButton
      icon={UserRoundPlus}
      label={t('people.befriendNamed', { name: names.of(user) })}
      disabled={befriend.isPending}
      onClick={() => {
        befriend.mutate(user);
      }}
    />
  );
}
