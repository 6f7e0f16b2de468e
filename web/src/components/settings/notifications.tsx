/** What makes itself heard and seen. */

import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { Card } from '@/components/settings/card';
import { Button } from '@/components/ui/button';
import { Switch } from '@/components/ui/switch';
import { canNotify } from '@/store/notifications';
import { change, settings } from '@/store/settings';
import { play } from '@/store/sound';

export function Notifications(): JSX.Element {
  const { t } = useTranslation();
  const hasSound = useStore(settings, (state) => state.hasSound);
  return (
    <Card>
      <div className="divide-line -my-3 divide-y">
        <Switch
          label={t('settings.notifications.sound')}
          hint={t('settings.notifications.soundHint')}
          isOn={hasSound}
          onChange={(isOn) => {
            change({ hasSound: isOn });
          }}
        />
        <SystemNotifications />
        <div className="flex items-center gap-4 py-3">
          <p className="text-muted flex-1 text-sm">{t('settings.notifications.muteHint')}</p>
          <Button size="sm" onClick={play}>
            {t('settings.notifications.try')}
          </Button>
        </div>
      </div>
    </Card>
  );
}

function SystemNotifications(): JSX.Element {
  const { t } = useTranslation();
  const wanted = useStore(settings, (state) => state.hasNotifications);
  const [permission, setPermission] = useState(() =>
    canNotify() ? Notification.permission : 'denied',
  );
  const choose = async (isOn: boolean): Promise<void> => {
    const answer = isOn ? await Notification.requestPermission() : permission;
    setPermission(answer);
    change({ hasNotifications: isOn && answer === 'granted' });
  };
  return (
    <Switch
      label={t('settings.notifications.system')}
      hint={
        permission === 'denied'
          ? t('settings.notifications.systemDenied')
          : t('settings.notifications.systemHint')
      }
      isOn={wanted && permission === 'granted'}
      isDisabled={permission === 'denied'}
      onChange={(isOn) => void choose(isOn)}
    />
  );
}
