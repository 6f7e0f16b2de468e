/** The unread count in the title and on the page's icon. */

import { useEffect } from 'react';

import { useUnread } from '@/hooks/use-unread';

const SIZE = 64;

/** Keeps both as they are to be; for the shell alone. */
export function useTitle(): void {
  const unread = useUnread();
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Salala` : 'Salala';
    showIcon(unread);
    return () => {
      document.title = 'Salala';
      showIcon(0);
    };
  }, [unread]);
}

function showIcon(unread: number): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (!link) {
    return;
  }
  const drawn = unread > 0 ? draw(unread) : null;
  link.type = drawn === null ? 'image/svg+xml' : 'image/png';
  link.href = drawn ?? '/icons/icon.svg';
}

/** The mark with a count in its corner; nothing where a browser cannot draw. */
function draw(unread: number): string | null {
  const canvas = document.createElement('canvas');
  canvas.width = SIZE;
  canvas.height = SIZE;
  const context = canvas.getContext('2d');
  if (!context) {
    return null;
  }
  context.fillStyle = '#0b6e5f';
  context.beginPath();
  context.roundRect(0, 0, SIZE, SIZE, 18);
  context.fill();
  context.fillStyle = '#ffffff';
  context.fill(
    new Path2D(
      'M18 16h28a6 6 0 0 1 6 6v14a6 6 0 0 1-6 6H31.6l-9.2 7.4c-1 .8-2.4 0-2.4-1.2V42h-2a6 6 0 0 1-6-6V22a6 6 0 0 1 6-6Z',
    ),
  );
  context.fillStyle = '#c62828';
  context.beginPath();
  context.arc(44, 44, 20, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = '#ffffff';
  context.font = `bold ${unread > 9 ? 22 : 28}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(unread > 99 ? '99' : String(unread), 44, 46);
  return canvas.toDataURL('image/png');
}
