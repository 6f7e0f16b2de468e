/** In place of where one writes: a voice message while it is spoken. */

'use client';

import type { Conversation } from '@salala/client';
import { useMutation } from '@tanstack/react-query';
import { Mic, SendHorizontal, Trash2 } from 'lucide-react';
import { useEffect, useRef, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { levelOf, toPeaks } from '@/components/conversation/peaks';
import { useScope } from '@/components/conversation/pane-context';
import { formatDuration } from '@/components/conversation/times';
import { Waveform } from '@/components/conversation/waveform';
import { ErrorText } from '@/components/ui/error-text';
import { IconButton } from '@/components/ui/icon-button';
import { useChatActions } from '@/hooks/use-chat';
import { useRecorder, type Recording } from '@/hooks/use-recorder';
import { NO_DRAFT } from '@/store/drafts';
import { uploads } from '@/store/attachments';
import { upload } from '@/store/upload';

type VoiceRecorderProps = { conversation: Conversation; onClose: () => void };

export function VoiceRecorder({ conversation, onClose }: VoiceRecorderProps): JSX.Element {
  const { t } = useTranslation();
  const { id } = conversation;
  const { drafts } = useScope();
  const { sendMessage } = useChatActions();
  const { start, finish, cancel, phase, problem, levels, elapsedMs } = useRecorder(levelOf);
  const root = useRef<HTMLDivElement>(null);
  const send = useMutation({
    mutationFn: async (recording: Recording) => {
      const { fileUrl, file } = await upload(recording.file, {
        peaks: toPeaks(recording.levels),
        onProgress: () => undefined,
        signal: new AbortController().signal,
      });
      uploads.set(fileUrl, file);
      const replyTo = (drafts.getState()[id] ?? NO_DRAFT).replyTo;
      sendMessage({ conversationId: id, fileUrl, replyToId: replyTo?.id ?? null });
      drafts.write(id, { replyTo: null });
    },
    onSuccess: onClose,
  });
  useEffect(() => {
    root.current?.focus();
    start();
  }, [start]);
  const submit = (): void => {
    const { variables } = send;
    if (send.isError && variables !== undefined) {
      send.mutate(variables);
    } else {
      void finish().then((recording) => {
        if (recording !== null) {
          send.mutate(recording);
        }
      });
    }
  };
  const isBusy = send.isPending;
  return (
    <div
      ref={root}
      role="group"
      tabIndex={-1}
      aria-label={t('conversation.voice.label')}
      className="w-full outline-none"
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          cancel();
          onClose();
        } else if (event.key === 'Enter' && event.target === root.current) {
          submit();
        }
      }}
    >
      <ErrorText error={send.error} className="px-3 pt-2" />
      {problem !== null && (
        <p role="alert" className="text-danger px-3 pt-2 text-sm">
          {t(`conversation.voice.problem.${problem}`)}
        </p>
      )}
      <div className="flex items-center gap-2">
        <IconButton
          icon={Trash2}
          label={t('conversation.voice.cancel')}
          side="top"
          className="size-11!"
          onClick={() => {
            cancel();
            onClose();
          }}
        />
        <Mic
          className={
            phase === 'recording' ? 'text-danger animate-breathe size-5' : 'text-muted size-5'
          }
          aria-hidden
        />
        <span role="timer" className="w-12 tabular-nums">
          {formatDuration(send.variables?.durationMs ?? elapsedMs)}
        </span>
        <Waveform
          peaks={bars(send.variables?.levels ?? levels)}
          heard={1}
          className="text-accent min-w-0 flex-1"
        />
        <IconButton
          icon={SendHorizontal}
          label={isBusy ? t('conversation.voice.sending') : t('conversation.send')}
          side="top"
          disabled={isBusy || (phase !== 'recording' && !send.isError)}
          className="bg-accent! text-on-accent! hover:bg-accent-hover! size-11! rounded-xl! disabled:opacity-60!"
          onClick={submit}
        />
      </div>
    </div>
  );
}

const BARS = 60;

/** The last moments, coming in from the right. */
function bars(levels: readonly number[]): number[] {
  const shown = levels.slice(-BARS).map((level) => Math.min(1, level * 4));
  return [...Array.from({ length: BARS - shown.length }, () => 0), ...shown];
}
