/** What is found: conversations by name, people, and messages by their words. */

import type { Conversation, MessageHit, UserSummary } from '@salala/client';
import { SearchX } from 'lucide-react';
import { Fragment, type JSX, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { ConversationRow } from '@/components/conversations/conversation-row';
import { PersonRow } from '@/components/people/person-row';
import { Avatar } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorText } from '@/components/ui/error-text';
import { Loading } from '@/components/ui/loading';
import { useNames } from '@/hooks/names';
import { useConversation, useConversations } from '@/hooks/use-chat';
import { useSettled } from '@/hooks/use-delayed';
import { useOpenDirect } from '@/hooks/use-open-direct';
import { usePeopleSearch } from '@/hooks/use-people';
import { useMessageSearch } from '@/hooks/use-message-search';
import { useMe } from '@/hooks/use-session';
import { useLanguage } from '@/hooks/use-time';
import { matches } from '@/store/matching';
import { shortTime } from '@/i18n/times';
import { navigate } from '@/store/route';

const CONVERSATIONS_MAX = 20;

type SearchResultsProps = { text: string; onChosen: () => void };

export function SearchResults({ text, onChosen }: SearchResultsProps): JSX.Element {
  const { t } = useTranslation();
  const { conversations, people, hits, messages, isWaiting, error } = useFound(text.trim());
  const openDirect = useOpenDirect();
  const isNothing = conversations.length + people.length + hits.length === 0;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
      <ErrorText
        error={error ?? openDirect.error}
        own={{ forbidden: t('people.mayNotWrite') }}
        className="p-3"
      />
      {isNothing && error === null && <Nothing isWaiting={isWaiting} text={text.trim()} />}
      <Section label={t('search.conversations')} isShown={conversations.length > 0}>
        {conversations.slice(0, CONVERSATIONS_MAX).map((conversation) => (
          <li key={conversation.id} className="h-17">
            <ConversationRow conversation={conversation} />
          </li>
        ))}
      </Section>
      <Section label={t('search.people')} isShown={people.length > 0}>
        {people.map((user) => (
          <li key={user.id}>
            <PersonRow
              user={user}
              onSelect={() => {
                openDirect.mutate(user.id, { onSuccess: onChosen });
              }}
            />
          </li>
        ))}
      </Section>
      <Section label={t('search.messages')} isShown={hits.length > 0}>
        {hits.map((hit) => (
          <li key={hit.id}>
            <Hit hit={hit} />
          </li>
        ))}
      </Section>
      {messages.hasNextPage && (
        <Button
          variant="ghost"
          size="sm"
          className="mx-auto my-2 flex!"
          isBusy={messages.isFetchingNextPage}
          onClick={() => void messages.fetchNextPage()}
        >
          {t('search.more')}
        </Button>
      )}
    </div>
  );
}

type Found = {
  conversations: Conversation[];
  people: UserSummary[];
  hits: MessageHit[];
  messages: ReturnType<typeof useMessageSearch>;
  isWaiting: boolean;
  error: unknown;
};

function useFound(typed: string): Found {
  const names = useNames();
  const me = useMe();
  const settled = useSettled(typed);
  const people = usePeopleSearch(settled);
  const messages = useMessageSearch(settled);
  return {
    conversations: useConversations().filter((conversation) =>
      matches(names.ofConversation(conversation), typed),
    ),
    people: (people.data ?? []).filter(({ id }) => id !== me.id),
    hits: messages.data?.pages.flatMap(({ data }) => data) ?? [],
    messages,
    isWaiting: settled !== typed || people.isFetching || messages.isFetching,
    error: people.error ?? messages.error,
  };
}

function Nothing({ isWaiting, text }: { isWaiting: boolean; text: string }): JSX.Element {
  const { t } = useTranslation();
  return isWaiting ? (
    <Loading rows={4} />
  ) : (
    <EmptyState
      icon={SearchX}
      title={t('search.nothing')}
      text={t('search.nothingText', { text })}
    />
  );
}

type SectionProps = { label: string; isShown: boolean; children: ReactNode };

function Section({ label, isShown, children }: SectionProps): JSX.Element | null {
  return isShown ? (
    <section aria-label={label}>
      <h2 className="text-muted px-2.5 pt-3 pb-1 text-xs font-semibold">{label}</h2>
      <ul>{children}</ul>
    </section>
  ) : null;
}

function Hit({ hit }: { hit: MessageHit }): JSX.Element {
  const names = useNames();
  const language = useLanguage();
  const conversation = useConversation(hit.conversationId);
  const sender = names.of(hit.sender);
  const place = conversation ? names.ofConversation(conversation) : sender;
  return (
    <button
      type="button"
      className="hover:bg-hover flex w-full items-center gap-3 rounded-xl px-2.5 py-2 text-left outline-offset-[-2px]"
      onClick={() => {
        navigate({ conversationId: hit.conversationId, messageId: hit.id });
      }}
    >
      <Avatar id={hit.senderId} name={sender} picture={hit.sender.avatar} size="sm" />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-2">
          <span className="min-w-0 flex-1 truncate text-sm font-semibold">
            {conversation?.isGroup ? `${sender} · ${place}` : place}
          </span>
          <time dateTime={hit.createdAt} className="text-muted shrink-0 text-xs">
            {shortTime(hit.createdAt, language)}
          </time>
        </span>
        <span className="line-clamp-2 text-sm wrap-anywhere">
          <Snippet hit={hit} />
        </span>
      </span>
    </button>
  );
}

/** The text around what was found, with it marked. */
function Snippet({ hit: { snippet, highlights } }: { hit: MessageHit }): JSX.Element {
  return (
    <>
      {highlights.map(([from, to], index) => (
        <Fragment key={from}>
          {snippet.slice(highlights[index - 1]?.[1] ?? 0, from)}
          <mark>{snippet.slice(from, to)}</mark>
        </Fragment>
      ))}
      {snippet.slice(highlights.at(-1)?.[1] ?? 0)}
    </>
  );
}
