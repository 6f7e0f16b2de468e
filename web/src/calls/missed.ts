/** Which calls were missed here. */

import type { CallState } from '@salala/client';

/** It rang, nobody took it on any device, and nobody declined it. */
export function isMissed({ phase, direction, connectedAt, endReason }: CallState): boolean {
  const isUnanswered =
    endReason === 'missed' || endReason === 'cancelled' || endReason === 'connection_lost';
  return phase === 'ended' && direction === 'incoming' && connectedAt === null && isUnanswered;
}
