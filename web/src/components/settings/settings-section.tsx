/** The part of the settings that was chosen; the first where none was. */

import { ArrowLeft } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { About } from '@/components/settings/about';
import { Account } from '@/components/settings/account';
import { Appearance } from '@/components/settings/appearance';
import { Notifications } from '@/components/settings/notifications';
import { Profile } from '@/components/settings/profile';
import { sectionNamed, type SectionName } from '@/components/settings/sections';
import { Sessions } from '@/components/settings/sessions';
import { IconButton } from '@/components/ui/icon-button';
import { useRoute } from '@/hooks/use-session';
import { navigate } from '@/store/route';

const PARTS: Record<SectionName, () => JSX.Element> = {
  profile: Profile,
  appearance: Appearance,
  notifications: Notifications,
  sessions: Sessions,
  account: Account,
  about: About,
};

export function SettingsSection(): JSX.Element {
  const { t } = useTranslation();
  const section = useRoute((route) => sectionNamed(route.section)) ?? 'profile';
  const Part = PARTS[section];
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto flex w-full max-w-2xl flex-col gap-5 px-4 pt-3 pb-12 md:px-8 md:pt-8">
        <header className="flex items-center gap-1">
          <IconButton
            icon={ArrowLeft}
            label={t('settings.back')}
            className="-ml-2 md:hidden!"
            onClick={() => {
              navigate({ view: 'settings' });
            }}
          />
          <h2 className="text-xl font-semibold tracking-tight">{t(`settings.${section}.title`)}</h2>
        </header>
        <Part key={section} />
      </div>
    </div>
  );
}
