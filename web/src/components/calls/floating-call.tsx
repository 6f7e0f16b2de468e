/** A call in a small view over the page, which can be moved by hand and by keys. */

'use client';

import type { CallState } from '@salala/client';
import { Expand, GripHorizontal, MicOff, Phone, X } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { isMissed } from '@/calls/missed';
import {
  CallButton,
  CameraButton,
  HangUpButton,
  MuteButton,
} from '@/components/calls/call-controls';
import { CallStatus } from '@/components/calls/call-status';
import { ProblemText } from '@/components/calls/problem-text';
import { StreamVideo } from '@/components/calls/stream-video';
import { useFloating } from '@/components/calls/use-floating';
import { Avatar } from '@/components/ui/avatar';
import { useCallActions } from '@/hooks/use-calls';

type FloatingCallProps = { call: CallState; onGrow: () => void };

export function FloatingCall({ call, onGrow }: FloatingCallProps): JSX.Element {
  const { t } = useTranslation();
  const { box, place, handle } = useFloating();
  const { peer } = call;
  return (
    <section
      ref={box}
      aria-label={t('calls.with', { name: peer.name })}
      className="animate-fade shadow-float fixed z-50 w-72 overflow-hidden rounded-2xl bg-[#12161c] text-white ring-1 ring-white/10"
      style={
        place === null ? { visibility: 'hidden', top: 0, left: 0 } : { top: place.y, left: place.x }
      }
    >
      {call.isPeerVideoOn && call.phase !== 'ended' && (
        <div className="relative aspect-video bg-black">
          <StreamVideo
            stream={call.remoteStream}
            label={t('calls.pictureOf', { name: peer.name })}
            className="size-full object-contain"
          />
        </div>
      )}
      <button
        type="button"
        aria-label={t('calls.move')}
        className="absolute inset-x-0 top-0 z-10 grid h-5 cursor-grab touch-none place-items-center text-white/60 hover:text-white focus-visible:-outline-offset-2 focus-visible:outline-white active:cursor-grabbing"
        {...handle}
      >
        <GripHorizontal className="size-4 drop-shadow" aria-hidden />
      </button>
      <div className="flex items-center gap-3 px-3 pt-5 pb-2">
        <Avatar id={peer.id} name={peer.name} picture={peer.avatar} />
        <div className="min-w-0 flex-1">
          <h2 className="flex items-center gap-1.5 leading-tight font-semibold">
            <span className="truncate">{peer.name}</span>
            {call.isPeerMuted && (
              <MicOff
                className="size-3.5 shrink-0"
                aria-label={t('calls.peerMuted', { name: peer.name })}
              />
            )}
          </h2>
          <p className="text-sm leading-tight text-white/75">
            <CallStatus call={call} />
          </p>
        </div>
      </div>
      {call.problem !== null && (
        <ProblemText problem={call.problem} isOnStage className="mx-3 mb-1" />
      )}
      <div className="flex items-center justify-center gap-2 px-3 pt-1 pb-3">
        {call.phase === 'ended' ? (
          <Afterwards call={call} />
        ) : (
          <Controls call={call} onGrow={onGrow} />
        )}
      </div>
    </section>
  );
}

function Controls({ call, onGrow }: FloatingCallProps): JSX.Element {
  const { t } = useTranslation();
  return (
    <>
      <MuteButton call={call} isSmall />
      <CameraButton call={call} isSmall />
      <CallButton icon={Expand} label={t('calls.grow')} isSmall onClick={onGrow} />
      <HangUpButton isSmall />
    </>
  );
}

/** What one may want after a call that did not come about. */
function Afterwards({ call }: { call: CallState }): JSX.Element {
  const { t } = useTranslation();
  const { dismiss, startCall } = useCallActions();
  const { conversationId, peer, hasVideo } = call;
  return (
    <>
      {(isMissed(call) || (call.connectedAt === null && call.direction === 'outgoing')) && (
        <CallButton
          icon={Phone}
          label={t(isMissed(call) ? 'calls.back' : 'calls.again')}
          isSmall
          onClick={() => {
            void startCall({ conversationId, peer, hasVideo });
          }}
        />
      )}
      <CallButton icon={X} label={t('common.close')} isSmall onClick={dismiss} />
    </>
  );
}
