/** How the page looks, and its language. */

import { Monitor, Moon, Sun } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { Card } from '@/components/settings/card';
import { Choice } from '@/components/ui/choice';
import { chooseLanguage, LANGUAGES, nameOfLanguage } from '@/i18n';
import { change, settings } from '@/store/settings';

export function Appearance(): JSX.Element {
  const { t, i18n } = useTranslation();
  const theme = useStore(settings, (state) => state.theme);
  return (
    <>
      <Card title={t('settings.appearance.theme')}>
        <Choice
          label={t('settings.appearance.theme')}
          value={theme}
          options={[
            { value: 'light', label: t('settings.appearance.light'), icon: Sun },
            { value: 'dark', label: t('settings.appearance.dark'), icon: Moon },
            { value: 'system', label: t('settings.appearance.system'), icon: Monitor },
          ]}
          onChange={(chosen) => {
            change({ theme: chosen });
          }}
        />
      </Card>
      <Card title={t('settings.appearance.language')}>
        <Choice
          label={t('settings.appearance.language')}
          value={i18n.language}
          options={LANGUAGES.map((value) => ({ value, label: nameOfLanguage(value) }))}
          onChange={(chosen) => void chooseLanguage(chosen)}
        />
      </Card>
    </>
  );
}
