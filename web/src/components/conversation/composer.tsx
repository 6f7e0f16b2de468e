/** Below the messages: where one writes a new one or changes an old one, or why one cannot. */

'use client';

import type { Conversation, Message } from '@salala/client';
import { useMutation } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { Check, LoaderCircle, Mic, SendHorizontal, type LucideIcon } from 'lucide-react';
import { useEffect, useState, type JSX, type ReactNode, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { AttachButton } from '@/components/conversation/attach-button';
import { AttachmentTray } from '@/components/conversation/attachment-tray';
import { EditBanner, ReplyBanner } from '@/components/conversation/composer-banner';
import { ComposerField } from '@/components/conversation/composer-field';
import { EmojiButton } from '@/components/conversation/emoji-button';
import { usePane, useScope } from '@/components/conversation/pane-context';
import { lastOwnMessage } from '@/components/conversation/rows';
import { useSend } from '@/components/conversation/use-send';
import { VoiceRecorder } from '@/components/conversation/voice-recorder';
import { ErrorText } from '@/components/ui/error-text';
import { IconButton } from '@/components/ui/icon-button';
import { useChatActions, useReadChat } from '@/hooks/use-chat';
import { NO_DRAFT } from '@/store/drafts';

/** From so many letters on it is said how many there are. */
const COUNTED_FROM = 3_500;

type ComposerProps = {
  conversation: Conversation;
  field: RefObject<HTMLTextAreaElement | null>;
};

export function Composer({ conversation, field }: ComposerProps): JSX.Element {
  const editing = usePane((pane) => pane.editing);
  return editing === null ? (
    <Writer conversation={conversation} field={field} />
  ) : (
    <Editor key={editing.id} message={editing} conversation={conversation} field={field} />
  );
}

function Writer({ conversation, field }: ComposerProps): JSX.Element {
  const { t } = useTranslation();
  const { id } = conversation;
  const { pane, drafts, attachments, addFiles, jumpTo } = useScope();
  const { text, replyTo } = useStore(drafts, (state) => state[id] ?? NO_DRAFT);
  const hasFiles = useStore(attachments, ({ items }) => items.length > 0);
  const { setTyping } = useChatActions();
  const readChat = useReadChat();
  const [isRecording, setIsRecording] = useState(false);
  const { send, isWaiting } = useSend(id);

  const write = (value: string): void => {
    drafts.write(id, { text: value });
    setTyping(id, value.trim() !== '');
  };
  const submit = (): void => {
    send();
    field.current?.focus();
  };
  const forgetReply = (): void => {
    drafts.write(id, { replyTo: null });
  };
  const editLast = (): void => {
    const { timelines, me } = readChat();
    const message = lastOwnMessage(timelines[id]?.messages ?? [], me);
    if (message !== null) {
      pane.setState({ editing: message });
    }
  };
  useEffect(
    () => () => {
      setTyping(id, false);
    },
    [id, setTyping],
  );
  return (
    <ComposerFrame onSubmit={submit}>
      {replyTo !== null && (
        <ReplyBanner
          replyTo={replyTo}
          onOpen={() => {
            jumpTo(replyTo.id);
          }}
          onClose={forgetReply}
        />
      )}
      <AttachmentTray attachments={attachments} />
      {isRecording ? (
        <VoiceRecorder
          conversation={conversation}
          onClose={() => {
            setIsRecording(false);
            requestAnimationFrame(() => field.current?.focus());
          }}
        />
      ) : (
        <>
          <EmojiButton field={field} value={text} onValue={write} />
          <AttachButton onFiles={addFiles} />
          <ComposerField
            field={field}
            conversation={conversation}
            label={t('conversation.message')}
            value={text}
            onValue={write}
            onSubmit={submit}
            onEscape={forgetReply}
            onUp={editLast}
            onFiles={addFiles}
          />
          <Count text={text} />
          {text.trim() === '' && !hasFiles ? (
            <IconButton
              icon={Mic}
              label={t('conversation.voice.record')}
              side="top"
              className="size-11! rounded-xl!"
              onClick={() => {
                setIsRecording(true);
              }}
            />
          ) : (
            <SendButton icon={SendHorizontal} label={t('conversation.send')} isBusy={isWaiting} />
          )}
        </>
      )}
    </ComposerFrame>
  );
}

type ComposerFrameProps = { onSubmit: () => void; above?: ReactNode; children: ReactNode };

function ComposerFrame({ onSubmit, above, children }: ComposerFrameProps): JSX.Element {
  return (
    <form
      className="mx-auto w-full max-w-4xl px-2 pt-1 pb-[max(0.5rem,env(safe-area-inset-bottom))] md:px-5 md:pb-4"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {above}
      <div className="bg-surface border-line focus-within:border-line-strong shadow-soft flex flex-wrap items-end rounded-2xl border p-1">
        {children}
      </div>
    </form>
  );
}

type SendButtonProps = { icon: LucideIcon; label: string; isBusy: boolean };

function SendButton({ icon: Icon, label, isBusy }: SendButtonProps): JSX.Element {
  return (
    <IconButton
      icon={isBusy ? LoaderCircle : Icon}
      label={label}
      type="submit"
      side="top"
      aria-busy={isBusy || undefined}
      className={clsx(
        'bg-accent! text-on-accent! hover:bg-accent-hover! size-11! rounded-xl!',
        isBusy && '[&_svg]:animate-spin',
      )}
    />
  );
}

type EditorProps = ComposerProps & { message: Message };

function Editor({ message, conversation, field }: EditorProps): JSX.Element {
  const { t } = useTranslation();
  const { pane } = useScope();
  const { editMessage } = useChatActions();
  const [text, setText] = useState(message.content ?? '');
  const close = (): void => {
    pane.setState({ editing: null });
    requestAnimationFrame(() => field.current?.focus());
  };
  const save = useMutation({
    mutationFn: (content: string) => editMessage(message.id, content),
    onSuccess: close,
  });
  const submit = (): void => {
    const content = text.trim();
    if (content === message.content) {
      close();
    } else if (content === '') {
      pane.setState({ dialog: { kind: 'delete', message } });
    } else if (!save.isPending) {
      save.mutate(content);
    }
  };
  useEffect(() => {
    const element = field.current;
    element?.focus();
    element?.setSelectionRange(element.value.length, element.value.length);
  }, [field]);
  return (
    <ComposerFrame
      onSubmit={submit}
      above={
        <ErrorText
          error={save.error}
          own={{ invalid_payload: t('conversation.failed.invalid') }}
          className="mb-2 px-2"
        />
      }
    >
      <EditBanner message={message} onClose={close} />
      <EmojiButton field={field} value={text} onValue={setText} />
      <ComposerField
        field={field}
        conversation={conversation}
        label={t('conversation.editLabel')}
        value={text}
        onValue={setText}
        onSubmit={submit}
        onEscape={close}
      />
      <Count text={text} />
      <SendButton icon={Check} label={t('conversation.save')} isBusy={save.isPending} />
    </ComposerFrame>
  );
}

function Count({ text }: { text: string }): JSX.Element | null {
  return text.length < COUNTED_FROM ? null : (
    <span className="text-muted self-center px-2 text-xs tabular-nums">{text.length}</span>
  );
}
