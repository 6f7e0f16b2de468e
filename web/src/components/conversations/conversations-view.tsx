/** The conversations: searched, listed, and begun. */

import { Archive, ArrowLeft, PenLine, UserRound, UsersRound } from 'lucide-react';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { ConversationList } from '@/components/conversations/conversation-list';
import { SearchResults } from '@/components/conversations/search-results';
import { ConnectionState } from '@/components/shell/connection-state';
import { IconButton } from '@/components/ui/icon-button';
import { Menu } from '@/components/ui/menu';
import { SearchField } from '@/components/ui/search-field';
import { Tooltip } from '@/components/ui/tooltip';
import { useConversations } from '@/hooks/use-chat';
import { showOverlay } from '@/store/overlay';

export function ConversationsView(): JSX.Element {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [isArchive, setIsArchive] = useState(false);
  const archived = useConversations().filter(({ archivedAt }) => archivedAt !== null).length;
  return (
    <>
      <header className="flex h-16 shrink-0 items-center gap-1 px-4">
        {isArchive && (
          <IconButton
            icon={ArrowLeft}
            label={t('conversations.back')}
            className="-ml-2"
            onClick={() => {
              setIsArchive(false);
            }}
          />
        )}
        <h1 className="min-w-0 flex-1 truncate text-xl font-semibold tracking-tight">
          {isArchive ? t('conversations.archive') : t('conversations.title')}
        </h1>
        {!isArchive && archived > 0 && (
          <IconButton
            icon={Archive}
            label={t('conversations.archive')}
            onClick={() => {
              setIsArchive(true);
            }}
          />
        )}
        <NewMenu />
      </header>
      <div className="px-3 pb-2">
        <SearchField
          label={t('conversations.search')}
          value={text}
          onValue={setText}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && text !== '') {
              event.preventDefault();
              setText('');
            }
          }}
        />
      </div>
      <ConnectionState />
      {text.trim() === '' ? (
        <ConversationList isArchive={isArchive} />
      ) : (
        <SearchResults
          text={text}
          onChosen={() => {
            setText('');
          }}
        />
      )}
    </>
  );
}

function NewMenu(): JSX.Element {
  const { t } = useTranslation();
  return (
    <Menu
      items={[
        {
          label: t('people.newConversation'),
          icon: UserRound,
          onSelect: () => {
            showOverlay({ kind: 'new-conversation' });
          },
        },
        {
          label: t('groups.new'),
          icon: UsersRound,
          onSelect: () => {
            showOverlay({ kind: 'new-group' });
          },
        },
      ]}
    >
      <button
        type="button"
        aria-label={t('conversations.new')}
        className="bg-accent text-on-accent hover:bg-accent-hover grid size-9 place-items-center rounded-lg transition-colors"
      >
        <Tooltip label={t('conversations.new')}>
          <PenLine className="size-4.5" strokeWidth={2} aria-hidden />
        </Tooltip>
      </button>
    </Menu>
  );
}
