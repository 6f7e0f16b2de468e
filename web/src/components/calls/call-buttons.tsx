/** Calls the other one of a conversation of two, by voice or with a picture. */

'use client';

import type { Conversation } from '@salala/client';
import { Phone, Video } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { IconButton } from '@/components/ui/icon-button';
import { isErased, otherOf, useNames } from '@/hooks/names';
import { useCallActions, useCalls } from '@/hooks/use-calls';
import { useMe } from '@/hooks/use-session';

export function CallButtons({ conversation }: { conversation: Conversation }): JSX.Element | null {
  const { t } = useTranslation();
  const me = useMe();
  const names = useNames();
  const { startCall } = useCallActions();
  const isBusy = useCalls(({ current }) => current !== null && current.phase !== 'ended');
  const other = otherOf(conversation, me.id);
  if (other === undefined || isErased(other)) {
    return null;
  }
  const call = (hasVideo: boolean): void => {
    const peer = { id: other.id, name: names.of(other), avatar: other.avatar };
    void startCall({ conversationId: conversation.id, peer, hasVideo });
  };
  return (
    <>
      <IconButton
        icon={Phone}
        label={t(isBusy ? 'calls.busy' : 'calls.call')}
        disabled={isBusy}
        onClick={() => {
          call(false);
        }}
      />
      <IconButton
        icon={Video}
        label={t(isBusy ? 'calls.busy' : 'calls.callVideo')}
        disabled={isBusy}
        onClick={() => {
          call(true);
        }}
      />
    </>
  );
}
