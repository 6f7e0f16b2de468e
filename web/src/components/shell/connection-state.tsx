/** Whether what one sees is up to date, said as it is. */

import { CloudOff, LoaderCircle } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { useChat, useConnection } from '@/hooks/use-chat';

/** Nothing while all is well; else what is not, and what that means. */
export function ConnectionState(): JSX.Element {
  const words = useConnectionWords();
  const isOffline = useConnection((state) => state.status === 'offline');
  return (
    <div role="status">
      {words !== null && (
        <p className="bg-warning-soft text-warning mx-3 mb-2 flex items-center gap-2 rounded-lg px-3 py-2 text-sm font-medium">
          {isOffline ? (
            <CloudOff className="size-4 shrink-0" aria-hidden />
          ) : (
            <LoaderCircle className="size-4 shrink-0 animate-spin" aria-hidden />
          )}
          {words}
        </p>
      )}
    </div>
  );
}

/** What there is to say, or nothing. */
function useConnectionWords(): string | null {
  const { t } = useTranslation();
  const connection = useConnection((state) => state.status);
  const wasOnline = useConnection((state) => state.connects > 0);
  const chat = useChat((state) => state.status);
  switch (connection) {
    case 'offline':
      return t('connection.offline');
    case 'connecting':
      return wasOnline ? t('connection.connecting') : null;
    case 'reconnecting':
      return t('connection.reconnecting');
    case 'signed-out':
      return t('connection.signedOut');
    case 'online':
      return chat === 'updating' || chat === 'stale' ? t('connection.updating') : null;
  }
}
