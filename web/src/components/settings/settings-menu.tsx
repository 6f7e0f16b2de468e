/** The parts of the settings, to choose from. */

import { clsx } from 'clsx';
import { ChevronRight } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { SECTIONS } from '@/components/settings/sections';
import { Avatar } from '@/components/ui/avatar';
import { useNames } from '@/hooks/names';
import { useMe, useRoute } from '@/hooks/use-session';
import { navigate } from '@/store/route';

export function SettingsMenu(): JSX.Element {
  const { t } = useTranslation();
  const me = useMe();
  const name = useNames().of(me);
  const chosen = useRoute((route) => route.section);
  return (
    <>
      <header className="flex h-16 shrink-0 items-center px-4">
        <h1 className="text-xl font-semibold tracking-tight">{t('nav.settings')}</h1>
      </header>
      <div className="flex items-center gap-3 px-4 pb-4">
        <Avatar id={me.id} name={name} picture={me.avatar} size="lg" />
        <div className="min-w-0">
          <p className="truncate text-lg font-semibold">{name}</p>
          <p className="text-muted truncate text-sm">@{me.username}</p>
        </div>
      </div>
      <nav aria-label={t('nav.settings')} className="min-h-0 flex-1 overflow-y-auto px-2">
        <ul className="flex flex-col gap-0.5">
          {SECTIONS.map(({ name: section, icon: Icon }, index) => {
            const isChosen = chosen === section;
            // On a wide page the first part shows where none was chosen.
            const isShown = isChosen || (chosen === null && index === 0);
            return (
              <li key={section}>
                <button
                  type="button"
                  aria-current={isChosen ? 'page' : undefined}
                  className={clsx(
                    'flex h-12 w-full items-center gap-3 rounded-xl px-3 text-left font-medium transition-colors outline-offset-[-2px]',
                    isShown ? 'md:bg-selected' : 'hover:bg-hover',
                  )}
                  onClick={() => {
                    navigate({ view: 'settings', section });
                  }}
                >
                  <Icon
                    className={clsx('size-5', isShown ? 'text-muted md:text-accent' : 'text-muted')}
                    strokeWidth={1.9}
                    aria-hidden
                  />
                  <span className="flex-1">{t(`settings.${section}.title`)}</span>
                  <ChevronRight className="text-muted size-4.5 md:hidden" aria-hidden />
                </button>
              </li>
            );
          })}
        </ul>
      </nav>
    </>
  );
}
