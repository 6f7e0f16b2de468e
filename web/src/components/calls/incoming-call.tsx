/** Somebody calls: take it, with a picture or without, or not. */

'use client';

import type { CallState } from '@salala/client';
import { clsx } from 'clsx';
import { Phone, PhoneOff, Video, type LucideIcon } from 'lucide-react';
import { useEffect, useRef, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { ProblemText } from '@/components/calls/problem-text';
import { Avatar } from '@/components/ui/avatar';
import { useCallActions } from '@/hooks/use-calls';

type IncomingCallProps = {
  call: CallState;
  /** Another one goes on: taking this one ends it. */
  isSecond: boolean;
};

export function IncomingCall({ call, isSecond }: IncomingCallProps): JSX.Element {
  const { t } = useTranslation();
  const { acceptCall, declineCall } = useCallActions();
  const box = useRef<HTMLElement>(null);
  const { callId, peer, hasVideo, problem } = call;
  useEffect(() => {
    // Where keys go to, but no button yet: a space that was typed takes no call.
    box.current?.focus();
  }, []);
  if (callId === null) {
    return <></>;
  }
  return (
    <section
      ref={box}
      role="alertdialog"
      aria-labelledby="incoming-name"
      aria-describedby="incoming-text"
      tabIndex={-1}
      className="bg-raised shadow-float border-line animate-rise fixed inset-x-3 top-3 z-60 mx-auto max-w-sm rounded-2xl border p-4 outline-none"
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          declineCall(callId);
        }
      }}
    >
      <div className="flex items-center gap-3.5">
        <span className="relative grid shrink-0">
          <span
            aria-hidden
            className="bg-accent/25 absolute inset-0 animate-ping rounded-full motion-reduce:hidden"
          />
          <Avatar id={peer.id} name={peer.name} picture={peer.avatar} size="lg" />
        </span>
        <div className="min-w-0 flex-1">
          <h2 id="incoming-name" className="truncate text-lg font-semibold tracking-tight">
            {peer.name}
          </h2>
          <p id="incoming-text" className="text-muted text-sm">
            {t(hasVideo ? 'calls.incomingVideo' : 'calls.incomingAudio')}
            {isSecond && <span className="block">{t('calls.endsOther')}</span>}
          </p>
        </div>
      </div>
      {problem !== null && <ProblemText problem={problem} className="mt-3" />}
      <div className="mt-4 grid auto-cols-fr grid-flow-col gap-2">
        <Choice
          icon={PhoneOff}
          label={t('calls.decline')}
          look="bg-danger text-on-danger hover:bg-danger-hover"
          onClick={() => {
            declineCall(callId);
          }}
        />
        <Choice
          icon={Phone}
          label={t('calls.accept')}
          look={
            hasVideo
              ? 'border-line text-text hover:bg-hover border'
              : 'bg-accent text-on-accent hover:bg-accent-hover'
          }
          onClick={() => {
            void acceptCall(callId, false);
          }}
        />
        <Choice
          icon={Video}
          label={t('calls.acceptVideo')}
          look={
            hasVideo
              ? 'bg-accent text-on-accent hover:bg-accent-hover'
              : 'border-line text-text hover:bg-hover border'
          }
          onClick={() => {
            void acceptCall(callId, true);
          }}
        />
      </div>
    </section>
  );
}

type ChoiceProps = { icon: LucideIcon; label: string; look: string; onClick: () => void };

function Choice({ icon: Icon, label, look, onClick }: ChoiceProps): JSX.Element {
  return (
    <button
      type="button"
      className={clsx(
        'flex min-h-14 flex-col items-center justify-center gap-1 rounded-xl px-1 py-2 text-xs leading-tight font-medium transition-colors',
        look,
      )}
      onClick={onClick}
    >
      <Icon className="size-5" aria-hidden />
      {label}
    </button>
  );
}
