/** Plays a voice message, or any other sound. */

'use client';

import type { Message } from '@salala/client';
import { Pause, Play } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type JSX, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { toPeaks } from '@/components/conversation/peaks';
import { formatDuration } from '@/components/conversation/times';
import { Waveform } from '@/components/conversation/waveform';

type FileInfo = NonNullable<Message['file']>;

const SPEEDS = [1, 1.5, 2];
const STEP_S = 5;

/** What plays now, on the whole page: two voices at once are none. */
let playing: HTMLAudioElement | null = null;

export function VoicePlayer({ address, file }: { address: string; file: FileInfo }): JSX.Element {
  const { t } = useTranslation();
  const audio = useRef<HTMLAudioElement>(null);
  const [isPlaying, setIsPlaying] = useState(false);
  const [isBroken, setIsBroken] = useState(false);
  const [at, setAt] = useState(0);
  const [speed, setSpeed] = useState(1);
  const duration = (file.durationMs ?? 0) / 1000;
  const peaks = useMemo(
    () => file.peaks ?? toPeaks(Array.from({ length: 40 }, () => 0.2)).map((peak) => peak * 0.3),
    [file.peaks],
  );
  const seek = (to: number): void => {
    const element = audio.current;
    if (element !== null) {
      element.currentTime = Math.max(0, Math.min(to, duration));
      setAt(element.currentTime);
    }
  };
  const toggle = (): void => {
    const element = audio.current;
    if (element?.paused !== true) {
      element?.pause();
      return;
    }
    if (playing !== element) {
      playing?.pause();
    }
    playing = element;
    element.playbackRate = speed;
    element.play().catch(() => {
      setIsBroken(true);
    });
  };
  useEffect(() => {
    const element = audio.current;
    return () => {
      // A row that is scrolled away is not heard any more.
      element?.pause();
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      event.preventDefault();
      event.stopPropagation();
      seek(at + (event.key === 'ArrowLeft' ? -STEP_S : STEP_S));
    }
  };
  const Icon = isPlaying ? Pause : Play;
  return (
    <span className="my-1 flex w-72 max-w-full items-center gap-2.5">
      <audio
        ref={audio}
        src={address}
        preload="none"
        onPlay={() => {
          setIsPlaying(true);
        }}
        onPause={() => {
          setIsPlaying(false);
        }}
        onEnded={() => {
          setAt(0);
        }}
        onTimeUpdate={({ currentTarget }) => {
          setAt(currentTarget.currentTime);
        }}
        onError={() => {
          setIsBroken(true);
        }}
      />
      <button
        type="button"
        aria-label={t(isPlaying ? 'conversation.voice.pause' : 'conversation.voice.play', {
          name: file.name,
        })}
        className="bg-accent text-on-accent hover:bg-accent-hover grid size-11 shrink-0 place-items-center rounded-full"
        onClick={toggle}
      >
        <Icon className="size-5 fill-current" aria-hidden />
      </button>
      <span className="min-w-0 flex-1">
        <span
          role="slider"
          tabIndex={0}
          aria-label={t('conversation.voice.position')}
          aria-valuemin={0}
          aria-valuemax={Math.round(duration)}
          aria-valuenow={Math.round(at)}
          aria-valuetext={formatDuration(at * 1000)}
          className="block cursor-pointer"
          onKeyDown={onKeyDown}
          onPointerDown={({ clientX, currentTarget }) => {
            const { left, width } = currentTarget.getBoundingClientRect();
            seek(((clientX - left) / width) * duration);
          }}
        >
          <Waveform peaks={peaks} heard={duration > 0 ? at / duration : 0} />
        </span>
        <span className="block text-xs tabular-nums opacity-80">
          {isBroken
            ? t('conversation.voice.broken')
            : formatDuration((at > 0 ? at : duration) * 1000)}
        </span>
      </span>
      <button
        type="button"
        aria-label={t('conversation.voice.speed', { speed })}
        className="h-7 shrink-0 rounded-full bg-black/8 px-2 text-xs font-semibold tabular-nums dark:bg-white/12"
        onClick={() => {
          const next = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] ?? 1;
          setSpeed(next);
          if (audio.current !== null) {
            audio.current.playbackRate = next;
          }
        }}
      >
        {speed}×
      </button>
    </span>
  );
}
