/** A call that goes on: on the whole page, or in a small view while one chats on. */

'use client';

import { useEffect, useState, type JSX } from 'react';

import { FloatingCall } from '@/components/calls/floating-call';
import { FullCall } from '@/components/calls/full-call';
import { isMissed } from '@/calls/missed';
import { useCallActions, useCalls } from '@/hooks/use-calls';

/** How long the reason for an end is shown. */
const ENDED_MS = 4_000;

export function CallView(): JSX.Element | null {
  const call = useCalls((state) => state.current);
  const { dismiss } = useCallActions();
  const [choice, setChoice] = useState<boolean | null>(null);
  const isOver = call?.phase === 'ended';
  // What asks for something to be done stays until it is closed.
  const isWaitedFor = isOver && call.problem === null && !isMissed(call);
  useEffect(() => {
    const timer = isWaitedFor ? setTimeout(dismiss, ENDED_MS) : undefined;
    return () => {
      clearTimeout(timer);
    };
  }, [isWaitedFor, dismiss]);
  if (call === null) {
    return null;
  }
  // A picture wants room; a voice does not.
  const isFull = !isOver && (choice ?? call.hasVideo);
  return isFull ? (
    <FullCall
      call={call}
      onShrink={() => {
        setChoice(false);
      }}
    />
  ) : (
    <FloatingCall
      call={call}
      onGrow={() => {
        setChoice(true);
      }}
    />
  );
}
