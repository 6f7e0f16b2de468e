/** A call on the whole page: the other one's picture, one's own in the corner, and all that one can do. */

'use client';

import type { CallState } from '@salala/client';
import { clsx } from 'clsx';
import { Maximize, MicOff, Minimize, PictureInPicture2 } from 'lucide-react';
import { useEffect, useRef, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import {
  CallButton,
  CameraButton,
  HangUpButton,
  MuteButton,
  ShareButton,
} from '@/components/calls/call-controls';
import { CallStatus } from '@/components/calls/call-status';
import { DeviceMenu } from '@/components/calls/device-menu';
import { ProblemText } from '@/components/calls/problem-text';
import { StreamVideo } from '@/components/calls/stream-video';
import { Avatar } from '@/components/ui/avatar';

type FullCallProps = { call: CallState; onShrink: () => void };

export function FullCall({ call, onShrink }: FullCallProps): JSX.Element {
  const { t } = useTranslation();
  const stage = useRef<HTMLElement>(null);
  const { peer } = call;
  useEffect(() => {
    stage.current?.focus();
  }, []);
  return (
    <section
      ref={stage}
      role="dialog"
      aria-label={t('calls.with', { name: peer.name })}
      tabIndex={-1}
      className="animate-fade fixed inset-0 z-50 flex flex-col bg-[#0b0e12] text-white outline-none"
      onKeyDown={(event) => {
        // While the browser shows it on the whole screen, Escape ends that.
        if (event.key === 'Escape' && document.fullscreenElement === null) {
          onShrink();
        }
      }}
    >
      <Picture call={call} />
      <header className="relative flex items-center gap-3 bg-linear-to-b from-black/60 to-transparent p-4">
        <div className="min-w-0 flex-1">
          <h2 className="flex items-center gap-2 truncate text-lg leading-tight font-semibold">
            <span className="truncate">{peer.name}</span>
            {call.isPeerMuted && (
              <MicOff
                className="size-4 shrink-0"
                aria-label={t('calls.peerMuted', { name: peer.name })}
              />
            )}
          </h2>
          <p className="text-sm text-white/80">
            <CallStatus call={call} />
            {call.isPeerSharing && <span> · {t('calls.peerShares', { name: peer.name })}</span>}
          </p>
        </div>
        <FullScreenButton stage={stage} />
        <CallButton icon={PictureInPicture2} label={t('calls.shrink')} isSmall onClick={onShrink} />
      </header>
      <div className="pointer-events-none relative mt-auto flex flex-col items-center gap-3 bg-linear-to-t from-black/60 to-transparent p-4 pb-[max(1.25rem,env(safe-area-inset-bottom))]">
        {call.problem !== null && (
          <ProblemText problem={call.problem} isOnStage className="max-w-md" />
        )}
        {call.isSharing && (
          <p className="rounded-full bg-black/60 px-3 py-1 text-sm">{t('calls.sharing')}</p>
        )}
        <div className="pointer-events-auto flex items-center gap-3">
          <MuteButton call={call} />
          <CameraButton call={call} />
          <ShareButton call={call} />
          <DeviceMenu call={call} />
          <HangUpButton />
        </div>
      </div>
    </section>
  );
}

/** The other one fills the page; oneself stands in the corner, or fills the page while nobody else is there. */
function Picture({ call }: { call: CallState }): JSX.Element {
  const { t } = useTranslation();
  const { peer, localStream, remoteStream, isPeerVideoOn } = call;
  const hasOwn = call.isCameraOn || call.isSharing;
  return (
    <>
      {isPeerVideoOn ? (
        <StreamVideo
          stream={remoteStream}
          label={t('calls.pictureOf', { name: peer.name })}
          className="absolute inset-0 size-full object-contain"
        />
      ) : (
        <div className="absolute inset-0 grid place-items-center">
          <Avatar
            id={peer.id}
            name={peer.name}
            picture={peer.avatar}
            size="xl"
            className={clsx(
              'rounded-full ring-8 ring-white/8',
              call.phase === 'ringing' && 'animate-breathe',
            )}
          />
        </div>
      )}
      {hasOwn && (
        <StreamVideo
          stream={localStream}
          label={t('calls.ownPicture')}
          isMirrored={!call.isSharing}
          className="absolute right-4 bottom-28 aspect-video w-32 rounded-xl bg-black object-cover shadow-float ring-1 ring-white/15 sm:w-52"
        />
      )}
    </>
  );
}

function FullScreenButton({
  stage,
}: {
  stage: React.RefObject<HTMLElement | null>;
}): JSX.Element | null {
  const { t } = useTranslation();
  const [isFull, setIsFull] = useState(false);
  useEffect(() => {
    const look = (): void => {
      setIsFull(document.fullscreenElement !== null);
    };
    document.addEventListener('fullscreenchange', look);
    return () => {
      document.removeEventListener('fullscreenchange', look);
      if (document.fullscreenElement !== null) {
        document.exitFullscreen().catch(() => undefined);
      }
    };
  }, []);
  if (!document.fullscreenEnabled) {
    return null;
  }
  return (
    <CallButton
      icon={isFull ? Minimize : Maximize}
      label={t(isFull ? 'calls.leaveFullScreen' : 'calls.fullScreen')}
      isSmall
      onClick={() => {
        const change = isFull ? document.exitFullscreen() : stage.current?.requestFullscreen();
        change?.catch(() => undefined);
      }}
    />
  );
}
