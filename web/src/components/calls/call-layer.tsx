/** Whatever of a call is to be seen and heard, over every view of the page. */

'use client';

import type { CallState } from '@salala/client';
import { lazy, Suspense, type JSX } from 'react';

import { RemoteSound } from '@/components/calls/remote-sound';
import { useCallSounds } from '@/components/calls/use-call-sounds';
import { useCalls } from '@/hooks/use-calls';

const IncomingCall = lazy(async () => ({
  default: (await import('@/components/calls/incoming-call')).IncomingCall,
}));
const CallView = lazy(async () => ({
  default: (await import('@/components/calls/call-view')).CallView,
}));

export function CallLayer(): JSX.Element {
  useCallSounds();
  const hasCurrent = useCalls(
    ({ current }) => current !== null && current.phase !== 'incoming' && !isSilent(current),
  );
  const ringing = useCalls(({ current, waiting }) =>
    current?.phase === 'incoming' ? current : waiting,
  );
  return (
    <Suspense fallback={null}>
      <RemoteSound />
      {hasCurrent && <CallView />}
      {ringing !== null && (
        <IncomingCall key={ringing.callId} call={ringing} isSecond={hasCurrent} />
      )}
    </Suspense>
  );
}

/** What ended by the user's own doing before anybody talked: nothing is to be said of it. */
function isSilent({ endReason, connectedAt, problem }: CallState): boolean {
  const isOwnDoing =
    endReason === 'hung_up' ||
    endReason === 'answered_elsewhere' ||
    endReason === 'declined_elsewhere';
  return connectedAt === null && problem === null && isOwnDoing;
}
