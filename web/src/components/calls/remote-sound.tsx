/** The other one's voice, wherever the call is shown, on the chosen loudspeaker. */

'use client';

import { useEffect, useRef, type JSX } from 'react';
import { useStore } from 'zustand';

import { loudspeaker } from '@/calls/loudspeaker';
import { useCalls } from '@/hooks/use-calls';

export function RemoteSound(): JSX.Element {
  const element = useRef<HTMLAudioElement>(null);
  const stream = useCalls(({ current }) => current?.remoteStream ?? null);
  const speakerId = useStore(loudspeaker, (state) => state.deviceId);
  useEffect(() => {
    const audio = element.current;
    if (audio !== null) {
      audio.srcObject = stream;
      // Whoever takes a call has touched the page, so it may sound.
      audio.play().catch(() => undefined);
    }
  }, [stream]);
  useEffect(() => {
    const audio = element.current;
    // Not every browser lets one choose.
    if (audio !== null && 'setSinkId' in audio) {
      audio.setSinkId(speakerId ?? '').catch(() => undefined);
    }
  }, [speakerId]);
  return <audio ref={element} autoPlay className="hidden" />;
}
