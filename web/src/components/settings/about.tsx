/** What this is, and whether it is up to date at the moment. */

import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { Card } from '@/components/settings/card';
import { Logo } from '@/components/ui/logo';
import { useChat, useConnection } from '@/hooks/use-chat';

export function About(): JSX.Element {
  const { t } = useTranslation();
  const connection = useConnection((state) => state.status);
  const isCurrent = useChat((state) => state.status === 'current');
  const words = connection === 'online' && !isCurrent ? 'updating' : connection;
  return (
    <Card>
      <div className="flex items-center gap-4">
        <Logo className="size-12" />
        <div>
          <p className="font-semibold">{t('app.name')}</p>
          <p className="text-muted text-sm">{t('app.tagline')}</p>
        </div>
      </div>
      <p role="status" className="mt-4 flex items-center gap-2">
        <span
          aria-hidden
          className={`size-2.5 rounded-full ${words === 'online' ? 'bg-online' : 'bg-line-strong'}`}
        />
        {t(`settings.about.${words}`)}
      </p>
      <p className="mt-3 text-sm">
        <a href="/docs" className="text-accent font-medium hover:underline">
          {t('auth.docs')}
        </a>
      </p>
    </Card>
  );
}
