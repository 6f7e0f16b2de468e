/** Rings, lets the caller hear that it rings, says that it is over, and tells of a call by the system. */

import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

import { playOver, ring, ringBack } from '@/calls/sounds';
import { useCalls } from '@/hooks/use-calls';
import { showNotification } from '@/store/notifications';

export function useCallSounds(): void {
  const { t } = useTranslation();
  const ringingId = useCalls(({ current }) =>
    current?.phase === 'incoming' ? current.callId : null,
  );
  const caller = useCalls(({ current }) =>
    current?.phase === 'incoming' ? current.peer.name : null,
  );
  const isRingingThere = useCalls(({ current }) => current?.phase === 'ringing');
  const isOver = useCalls(
    ({ current }) => current?.phase === 'ended' && current.connectedAt !== null,
  );
  useEffect(() => (ringingId === null ? undefined : ring(ringingId)), [ringingId]);
  useEffect(() => (isRingingThere ? ringBack() : undefined), [isRingingThere]);
  useEffect(() => {
    if (isOver) {
      playOver();
    }
  }, [isOver]);
  useEffect(() => {
    if (ringingId !== null && caller !== null && document.visibilityState === 'hidden') {
      const title = t('calls.incomingFrom', { name: caller });
      showNotification({
        title,
        body: t('calls.open'),
        tag: `call:${ringingId}`,
        onClick: () => undefined,
      });
    }
  }, [ringingId, caller, t]);
}
