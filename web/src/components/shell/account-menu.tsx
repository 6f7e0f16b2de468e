/** Whose page this is, and what one does with one's account. */

import { Keyboard, LogOut, Moon, Sun, UserRound } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { Avatar } from '@/components/ui/avatar';
import { Menu } from '@/components/ui/menu';
import { useNames } from '@/hooks/names';
import { useConnection } from '@/hooks/use-chat';
import { useRefusal } from '@/hooks/use-refusal';
import { useMe } from '@/hooks/use-session';
import { showOverlay } from '@/store/overlay';
import { navigate } from '@/store/route';
import { signOut } from '@/store/session';
import { change } from '@/store/settings';
import { tell } from '@/store/toasts';

export function AccountMenu(): JSX.Element {
  const { t } = useTranslation();
  const me = useMe();
  const name = useNames().of(me);
  const refusal = useRefusal();
  const isOnline = useConnection((state) => state.status === 'online');
  const toggleTheme = (): void => {
    change({ theme: document.documentElement.dataset['theme'] === 'dark' ? 'light' : 'dark' });
  };
  return (
    <Menu
      align="start"
      items={[
        {
          label: t('settings.profile.title'),
          icon: UserRound,
          onSelect: () => {
            navigate({ view: 'settings', section: 'profile' });
          },
        },
        {
          label: t('settings.appearance.toggle'),
          icon: document.documentElement.dataset['theme'] === 'dark' ? Sun : Moon,
          onSelect: toggleTheme,
        },
        {
          label: t('shortcuts.title'),
          icon: Keyboard,
          onSelect: () => {
            showOverlay({ kind: 'shortcuts' });
          },
        },
        {
          label: t('nav.signOut'),
          icon: LogOut,
          isApart: true,
          onSelect: () => {
            signOut().catch((error: unknown) => {
              tell(refusal(error), { isBad: true });
            });
          },
        },
      ]}
    >
      <button
        type="button"
        aria-label={t('nav.account', { name })}
        className="rounded-full max-md:order-last max-md:mx-3"
      >
        <Avatar id={me.id} name={name} picture={me.avatar} size="sm" isOnline={isOnline} />
      </button>
    </Menu>
  );
}
