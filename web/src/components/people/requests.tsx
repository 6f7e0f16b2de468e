/** Friend requests: those that wait for an answer, and those that were sent. */

import { Check, Inbox, X } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { PersonRow } from '@/components/people/person-row';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorText } from '@/components/ui/error-text';
import { IconButton } from '@/components/ui/icon-button';
import { useNames } from '@/hooks/names';
import { useChat } from '@/hooks/use-chat';
import { usePeopleActs } from '@/hooks/use-people';
import { useLanguage, useNow } from '@/hooks/use-time';
import { agoTime } from '@/i18n/times';
import { showOverlay } from '@/store/overlay';
import { sentRequests } from '@/store/sent-requests';

export function Requests(): JSX.Element {
  const { t } = useTranslation();
  const received = useChat((state) => state.friendRequests.length);
  const sent = useStore(sentRequests, (state) => state.requests.length);
  if (received + sent === 0) {
    return (
      <EmptyState icon={Inbox} title={t('people.noRequests')} text={t('people.noRequestsText')} />
    );
  }
  return (
    <>
      {received > 0 && <Received />}
      {sent > 0 && <Sent />}
    </>
  );
}

function Received(): JSX.Element {
  const { t } = useTranslation();
  const names = useNames();
  const language = useLanguage();
  const now = useNow();
  const requests = useChat((state) => state.friendRequests);
  const { accept, reject } = usePeopleActs();
  const isBusy = accept.isPending || reject.isPending;
  return (
    <section aria-label={t('people.received')} className="p-2">
      <h2 className="text-muted px-2.5 py-1 text-xs font-semibold">{t('people.received')}</h2>
      <ErrorText error={accept.error ?? reject.error} className="px-2.5 py-1" />
      <ul>
        {requests.map(({ id, sender, createdAt }) => (
          <li key={id} className="pr-2">
            <PersonRow
              user={sender}
              text={agoTime(createdAt, language, now)}
              onSelect={() => {
                showOverlay({ kind: 'person', userId: sender.id });
              }}
            >
              <IconButton
                icon={Check}
                label={t('people.acceptNamed', { name: names.of(sender) })}
                className="bg-accent text-on-accent! hover:bg-accent-hover!"
                disabled={isBusy}
                onClick={() => {
                  accept.mutate(id);
                }}
              />
              <IconButton
                icon={X}
                label={t('people.rejectNamed', { name: names.of(sender) })}
                disabled={isBusy}
                onClick={() => {
                  reject.mutate(id);
                }}
              />
            </PersonRow>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Sent(): JSX.Element {
  const { t } = useTranslation();
  const names = useNames();
  const requests = useStore(sentRequests, (state) => state.requests);
  const { cancel } = usePeopleActs();
  return (
    <section aria-label={t('people.sentRequests')} className="p-2">
      <h2 className="text-muted px-2.5 py-1 text-xs font-semibold">{t('people.sentRequests')}</h2>
      <ErrorText error={cancel.error} className="px-2.5 py-1" />
      <ul>
        {requests.map(({ id, receiver }) => (
          <li key={id} className="pr-2">
            <PersonRow user={receiver}>
              <Button
                size="sm"
                aria-label={t('people.cancelNamed', { name: names.of(receiver) })}
                isBusy={cancel.isPending && cancel.variables === id}
                onClick={() => {
                  cancel.mutate(id);
                }}
              >
                {t('people.cancelRequest')}
              </Button>
            </PersonRow>
          </li>
        ))}
      </ul>
    </section>
  );
}
