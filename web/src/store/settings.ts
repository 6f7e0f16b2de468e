/** What the user of this browser has set, kept in it. */

import { createStore, type StoreApi } from 'zustand/vanilla';

export type Theme = 'light' | 'dark' | 'system';

export type Settings = {
  theme: Theme;
  hasSound: boolean;
  /** Notifications of the system, while the page is not looked at. */
  hasNotifications: boolean;
};

const KEYS: Record<keyof Settings, string> = {
  theme: 'salala.theme',
  hasSound: 'salala.sound',
  hasNotifications: 'salala.notifications',
};

export const settings: StoreApi<Settings> = createStore<Settings>(() => ({
  theme: 'system',
  hasSound: true,
  hasNotifications: false,
}));

/** Reads what was set, and keeps the page's colours as they are to be. Gives what ends that. */
export function startSettings(): () => void {
  settings.setState(read());
  showTheme();
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const onStorage = (): void => {
    settings.setState(read());
    showTheme();
  };
  dark.addEventListener('change', showTheme);
  window.addEventListener('storage', onStorage);
  return () => {
    dark.removeEventListener('change', showTheme);
    window.removeEventListener('storage', onStorage);
  };
}

/** Sets something, on all tabs of this browser. */
export function change(changes: Partial<Settings>): void {
  settings.setState(changes);
  for (const [name, value] of Object.entries(changes)) {
    localStorage.setItem(KEYS[name as keyof Settings], String(value));
  }
  showTheme();
}

function read(): Settings {
  const theme = localStorage.getItem(KEYS.theme);
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    hasSound: localStorage.getItem(KEYS.hasSound) !== 'false',
    hasNotifications: localStorage.getItem(KEYS.hasNotifications) === 'true',
  };
}

function showTheme(): void {
  const { theme } = settings.getState();
  const isDark =
    theme === 'dark' ||
    (theme === 'system' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
}
