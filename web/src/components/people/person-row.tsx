/** Somebody in a list. */

import type { UserSummary } from '@salala/client';
import type { JSX, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { Avatar } from '@/components/ui/avatar';
import { useNames } from '@/hooks/names';
import { useIsOnline } from '@/hooks/use-chat';

type PersonRowProps = {
  user: Pick<UserSummary, 'id' | 'username' | 'displayName' | 'avatar'>;
  onSelect?: () => void;
  /** Below the name, in place of the user name. */
  text?: string;
  /** What one may do, at the end of the row. */
  children?: ReactNode;
};

export function PersonRow({ user, onSelect, text, children }: PersonRowProps): JSX.Element {
  const { t } = useTranslation();
  const name = useNames().of(user);
  const isOnline = useIsOnline(user.id);
  const face = (
    <>
      <Avatar id={user.id} name={name} picture={user.avatar} isOnline={isOnline} />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-semibold">{name}</span>
        <span className="text-muted block truncate text-sm">{text ?? `@${user.username}`}</span>
      </span>
      {isOnline && <span className="sr-only">{t('people.online')}</span>}
    </>
  );
  const look = 'flex min-w-0 flex-1 items-center gap-3 rounded-xl px-2.5 py-2 text-left';
  return (
    <div className="flex items-center gap-1">
      {onSelect ? (
        <button
          type="button"
          className={`${look} hover:bg-hover outline-offset-[-2px] transition-colors`}
          onClick={onSelect}
        >
          {face}
        </button>
      ) : (
        <div className={look}>{face}</div>
      )}
      {children}
    </div>
  );
}
