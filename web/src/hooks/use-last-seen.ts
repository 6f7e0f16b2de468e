/** Whether somebody is here, or since when they are not. */

import { useTranslation } from 'react-i18next';

import { useChat } from '@/hooks/use-chat';
import { useLanguage, useNow } from '@/hooks/use-time';
import { agoTime } from '@/i18n/times';

/** In words; nothing where it is not known or not to be known. */
export function useLastSeen(userId: string | undefined): string | null {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useNow();
  const presence = useChat((state) => (userId === undefined ? undefined : state.presence[userId]));
  if (presence?.status === 'online') {
    return t('people.online');
  }
  return presence?.lastSeenAt
    ? t('people.lastSeen', { ago: agoTime(presence.lastSeenAt, language, now) })
    : null;
}
