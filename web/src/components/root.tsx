/** Everything: who is signed in sees the chat, who is not is welcomed. */

'use client';

import { CloudOff } from 'lucide-react';
import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState, type JSX } from 'react';
import { I18nextProvider, useTranslation } from 'react-i18next';

import { Welcome } from '@/components/auth/welcome';
import { Shell } from '@/components/shell/shell';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { Logo } from '@/components/ui/logo';
import { TooltipProvider } from '@/components/ui/tooltip';
import { createQueries } from '@/hooks/queries';
import { useRefusal } from '@/hooks/use-refusal';
import { useServiceWorker } from '@/hooks/use-service-worker';
import { useSession, useStart } from '@/hooks/use-session';
import { preferredLanguage, showLanguage, startWords } from '@/i18n';
import { startSettings } from '@/store/settings';

const words = startWords();

export function Root(): JSX.Element {
  const [queries] = useState(createQueries);
  const start = useStart();
  useServiceWorker();
  useEffect(() => {
    void showLanguage(preferredLanguage());
    return startSettings();
  }, []);
  return (
    <I18nextProvider i18n={words}>
      <QueryClientProvider client={queries}>
        <TooltipProvider>
          <Door {...start} />
        </TooltipProvider>
      </QueryClientProvider>
    </I18nextProvider>
  );
}

function Door({ error, retry }: ReturnType<typeof useStart>): JSX.Element {
  const status = useSession((state) => state.status);
  const id = useSession((state) => state.me?.id);
  switch (status) {
    case 'unknown':
      return error === null ? <Splash /> : <Unreachable error={error} retry={retry} />;
    case 'signed-out':
      return <Welcome />;
    case 'signed-in':
      return <Shell key={id} />;
  }
}

function Splash(): JSX.Element {
  return (
    <div className="grid h-full place-items-center">
      <Logo className="animate-breathe size-16" />
    </div>
  );
}

function Unreachable({ error, retry }: ReturnType<typeof useStart>): JSX.Element {
  const { t } = useTranslation();
  const refusal = useRefusal();
  return (
    <main className="grid h-full place-items-center">
      <EmptyState icon={CloudOff} title={t('root.unreachable')} text={refusal(error)}>
        <Button variant="primary" onClick={retry}>
          {t('common.retry')}
        </Button>
      </EmptyState>
    </main>
  );
}
