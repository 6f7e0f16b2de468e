/** Where the account is signed in, and how to end that. */

import type { RouteAnswer } from '@salala/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Laptop, Smartphone } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { Card } from '@/components/settings/card';
import { Button } from '@/components/ui/button';
import { ErrorText } from '@/components/ui/error-text';
import { Loading } from '@/components/ui/loading';
import { useLanguage, useNow } from '@/hooks/use-time';
import { agoTime, fullTime } from '@/i18n/times';
import { api } from '@/store/session';
import { deviceOf, isPhone } from '@/store/user-agents';

type Session = RouteAnswer<'GET /auth/sessions'>['data'][number];

const KEY = ['sessions'];

export function Sessions(): JSX.Element {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const sessions = useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => (await api('GET /auth/sessions', { signal })).data,
  });
  const revoke = useMutation({
    mutationFn: (ids: string[]) =>
      Promise.all(ids.map((id) => api('DELETE /auth/sessions/{id}', { path: { id } }))),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  const others = sessions.data?.filter(({ current }) => !current) ?? [];
  return (
    <>
      <Card text={t('settings.sessions.text')}>
        {sessions.isPending && <Loading rows={2} />}
        <ErrorText error={sessions.error ?? revoke.error} className="mt-3" />
        <ul aria-label={t('settings.sessions.title')} className="divide-line mt-2 -mb-2 divide-y">
          {sessions.data?.map((each) => (
            <SessionRow
              key={each.id}
              session={each}
              isBusy={revoke.isPending}
              onRevoke={() => {
                revoke.mutate([each.id]);
              }}
            />
          ))}
        </ul>
      </Card>
      {others.length > 0 && (
        <Button
          className="self-start"
          isBusy={revoke.isPending}
          onClick={() => {
            revoke.mutate(others.map(({ id }) => id));
          }}
        >
          {t('settings.sessions.revokeOthers')}
        </Button>
      )}
    </>
  );
}

type SessionRowProps = { session: Session; isBusy: boolean; onRevoke: () => void };

function SessionRow({ session, isBusy, onRevoke }: SessionRowProps): JSX.Element {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useNow();
  const device = deviceOf(session.userAgent) ?? t('settings.sessions.unknown');
  const Icon = isPhone(session.userAgent) ? Smartphone : Laptop;
  return (
    <li className="flex items-center gap-3 py-3">
      <span className="bg-ground text-muted grid size-10 shrink-0 place-items-center rounded-xl">
        <Icon className="size-5" aria-hidden />
      </span>
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-center gap-x-2">
          <span className="truncate font-medium">{device}</span>
          {session.current && (
            <span className="bg-selected text-accent rounded-md px-2 py-0.5 text-xs font-semibold">
              {t('settings.sessions.current')}
            </span>
          )}
        </span>
        <span
          className="text-muted block truncate text-sm"
          title={fullTime(session.lastUsedAt, language)}
        >
          {session.ip !== null && `${session.ip} · `}
          {t('settings.sessions.used', { ago: agoTime(session.lastUsedAt, language, now) })}
        </span>
      </span>
      {!session.current && (
        <Button
          size="sm"
          aria-label={t('settings.sessions.revokeNamed', { device })}
          isBusy={isBusy}
          onClick={onRevoke}
        >
          {t('settings.sessions.revoke')}
        </Button>
      )}
    </li>
  );
}
