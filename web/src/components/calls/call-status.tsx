/** How a call stands, in words, and how long it has lasted. */

import type { CallState } from '@salala/client';
import type { TFunction } from 'i18next';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { formatDuration } from '@/calls/duration';
import { isMissed } from '@/calls/missed';
import { useSeconds } from '@/hooks/use-calls';

export function CallStatus({ call }: { call: CallState }): JSX.Element {
  const { t } = useTranslation();
  const isTimed = call.phase === 'connected' && call.connectedAt !== null;
  return (
    <>
      {isTimed && <Clock since={call.connectedAt ?? 0} />}
      <span role="status" className={isTimed ? 'sr-only' : undefined}>
        {wordsOf(call, t)}
      </span>
    </>
  );
}

function Clock({ since }: { since: number }): JSX.Element {
  const now = useSeconds();
  return (
    <span role="timer" className="tabular-nums">
      {formatDuration(now - Math.floor(since / 1000) * 1000)}
    </span>
  );
}

function wordsOf(call: CallState, t: TFunction): string {
  switch (call.phase) {
    case 'starting':
      return t('calls.starting');
    case 'ringing':
      return t(call.isPeerOnline === false ? 'calls.ringingAway' : 'calls.ringing');
    case 'incoming':
      return t(call.hasVideo ? 'calls.incomingVideo' : 'calls.incomingAudio');
    case 'connecting':
      return t('calls.connecting');
    case 'connected':
      return t('calls.connected');
    case 'reconnecting':
      return t('calls.reconnecting');
    case 'ended':
      return endedWords(call, t);
  }
}

function endedWords(call: CallState, t: TFunction): string {
  const { endReason, connectedAt, endedAt, peer } = call;
  const reason = endReason ?? 'ended';
  if (isMissed(call)) {
    return t('calls.ends.missedHere', { name: peer.name });
  }
  if ((reason === 'ended' || reason === 'hung_up') && connectedAt !== null) {
    const lasted = formatDuration((endedAt ?? connectedAt) - connectedAt);
    return t('calls.ends.lasted', { duration: lasted });
  }
  return t(`calls.ends.${reason}`, { name: peer.name });
}
