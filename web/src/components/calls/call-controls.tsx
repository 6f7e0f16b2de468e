/** What one can do in a call. */

'use client';

import type { CallState } from '@salala/client';
import { clsx } from 'clsx';
import {
  Mic,
  MicOff,
  PhoneOff,
  ScreenShare,
  ScreenShareOff,
  Video,
  VideoOff,
  type LucideIcon,
} from 'lucide-react';
import type { ComponentProps, JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { Tooltip } from '@/components/ui/tooltip';
import { useCallActions } from '@/hooks/use-calls';

type CallButtonProps = Omit<ComponentProps<'button'>, 'children'> & {
  icon: LucideIcon;
  label: string;
  look?: 'plain' | 'off' | 'end';
  isSmall?: boolean;
};

const LOOKS = {
  plain: 'bg-[#2b313a]/90 text-white hover:bg-[#3d4550]',
  off: 'bg-white text-black hover:bg-white/85',
  end: 'bg-[#d92d20] text-white hover:bg-[#b42318]',
};

/** A round button on the dark stage of a call. */
export function CallButton(props: CallButtonProps): JSX.Element {
  const { icon: Icon, label, look = 'plain', isSmall = false, className, ...rest } = props;
  return (
    <Tooltip label={label} side="top">
      <button
        type="button"
        aria-label={label}
        className={clsx(
          'inline-grid shrink-0 place-items-center rounded-full transition-colors focus-visible:outline-white disabled:opacity-50',
          isSmall ? 'size-9' : 'size-12',
          LOOKS[look],
          className,
        )}
        {...rest}
      >
        <Icon className={isSmall ? 'size-4.5' : 'size-5'} aria-hidden />
      </button>
    </Tooltip>
  );
}

export function MuteButton({ call, isSmall = false }: ControlProps): JSX.Element {
  const { t } = useTranslation();
  const { setMuted } = useCallActions();
  return (
    <CallButton
      icon={call.isMuted ? MicOff : Mic}
      label={t(call.isMuted ? 'calls.unmute' : 'calls.mute')}
      look={call.isMuted ? 'off' : 'plain'}
      isSmall={isSmall}
      onClick={() => {
        setMuted(!call.isMuted);
      }}
    />
  );
}

export function CameraButton({ call, isSmall = false }: ControlProps): JSX.Element {
  const { t } = useTranslation();
  const { setCamera } = useCallActions();
  return (
    <CallButton
      icon={call.isCameraOn ? Video : VideoOff}
      label={t(call.isCameraOn ? 'calls.cameraOff' : 'calls.cameraOn')}
      look={call.isCameraOn ? 'plain' : 'off'}
      isSmall={isSmall}
      onClick={() => {
        void setCamera(!call.isCameraOn);
      }}
    />
  );
}

export function ShareButton({ call }: ControlProps): JSX.Element | null {
  const { t } = useTranslation();
  const { setSharing } = useCallActions();
  // Phones have no such thing.
  if (!('mediaDevices' in navigator) || !('getDisplayMedia' in navigator.mediaDevices)) {
    return null;
  }
  return (
    <CallButton
      icon={call.isSharing ? ScreenShareOff : ScreenShare}
      label={t(call.isSharing ? 'calls.shareStop' : 'calls.share')}
      look={call.isSharing ? 'off' : 'plain'}
      onClick={() => {
        void setSharing(!call.isSharing);
      }}
    />
  );
}

export function HangUpButton({ isSmall = false }: { isSmall?: boolean }): JSX.Element {
  const { t } = useTranslation();
  const { hangUp } = useCallActions();
  return (
    <CallButton
      icon={PhoneOff}
      label={t('calls.hangUp')}
      look="end"
      isSmall={isSmall}
      onClick={hangUp}
    />
  );
}

type ControlProps = { call: CallState; isSmall?: boolean };
