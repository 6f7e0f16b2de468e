/** Notifications of the system, while the page is open but not looked at. */

import { settings } from '@/store/settings';

type Told = { title: string; body: string; tag: string; onClick: () => void };

/** Whether this browser can show any. */
export function canNotify(): boolean {
  return 'Notification' in window;
}

/** Shows one, if its user wants them. */
export function showNotification({ title, body, tag, onClick }: Told): void {
  if (
    !canNotify() ||
    !settings.getState().hasNotifications ||
    Notification.permission !== 'granted'
  ) {
    return;
  }
  try {
    const notification = new Notification(title, { body, tag, icon: '/icons/icon-192.png' });
    notification.onclick = () => {
      window.focus();
      onClick();
      notification.close();
    };
  } catch {
    // Some phones show them by the service worker alone.
    void navigator.serviceWorker.ready.then((worker) =>
      worker.showNotification(title, { body, tag, icon: '/icons/icon-192.png' }),
    );
  }
}
