/** A picture over the whole page; the arrows go to the others of the conversation. */

'use client';

import * as Dialog from '@radix-ui/react-dialog';
import type { Message } from '@salala/client';
import { ChevronLeft, ChevronRight, Download, X, type LucideIcon } from 'lucide-react';
import { useState, type JSX, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { useScope } from '@/components/conversation/pane-context';
import { formatMoment } from '@/components/conversation/times';
import { useNames } from '@/hooks/names';
import { useReadChat } from '@/hooks/use-chat';
import { useLanguage } from '@/hooks/use-time';
import { fileAddress } from '@/store/upload';

type Picture = Message & { file: NonNullable<Message['file']>; fileUrl: string };

export function Lightbox(props: { messageId: string; onClose: () => void }): JSX.Element | null {
  const { messageId, onClose } = props;
  const { t } = useTranslation();
  const names = useNames();
  const language = useLanguage();
  const { conversationId } = useScope();
  const readChat = useReadChat();
  const [pictures] = useState(() =>
    (readChat().timelines[conversationId]?.messages ?? []).filter(isPicture),
  );
  const [index, setIndex] = useState(() => pictures.findIndex(({ id }) => id === messageId));
  const picture = pictures[index];
  if (picture === undefined) {
    return null;
  }
  const move = (step: number): void => {
    setIndex((at) => Math.max(0, Math.min(at + step, pictures.length - 1)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      move(event.key === 'ArrowLeft' ? -1 : 1);
    }
  };
  const address = fileAddress(picture.fileUrl);
  return (
    <Dialog.Root
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) {
          onClose();
        }
      }}
    >
      <Dialog.Portal>
        <Dialog.Overlay className="animate-fade fixed inset-0 z-40 bg-black/90" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-0 z-50 flex flex-col text-white outline-none"
          onKeyDown={onKeyDown}
        >
          <header className="flex items-center gap-1 p-3">
            <div className="min-w-0 flex-1 px-1">
              <Dialog.Title className="truncate font-medium">{picture.file.name}</Dialog.Title>
              <p className="truncate text-sm text-white/75">
                {names.of(picture.sender)}, {formatMoment(picture.createdAt, language)}
              </p>
            </div>
            <a
              href={address}
              download={picture.file.name}
              aria-label={t('conversation.download', { name: picture.file.name })}
              className="grid size-10 place-items-center rounded-full hover:bg-white/15"
            >
              <Download className="size-5" aria-hidden />
            </a>
            <Dialog.Close
              aria-label={t('common.close')}
              className="grid size-10 place-items-center rounded-full hover:bg-white/15"
            >
              <X className="size-5.5" aria-hidden />
            </Dialog.Close>
          </header>
          <div
            className="relative grid min-h-0 flex-1 place-items-center px-3 pb-4"
            onClick={onClose}
          >
            {/* eslint-disable-next-line @next/next/no-img-element -- shown as it is */}
            <img
              key={picture.id}
              src={address}
              alt={picture.content ?? picture.file.name}
              className="animate-fade max-h-full max-w-full rounded-lg object-contain"
              onClick={(event) => {
                event.stopPropagation();
              }}
            />
            {index > 0 && (
              <Arrow
                icon={ChevronLeft}
                label={t('conversation.pictureBefore')}
                className="left-3"
                onPress={() => {
                  move(-1);
                }}
              />
            )}
            {index < pictures.length - 1 && (
              <Arrow
                icon={ChevronRight}
                label={t('conversation.pictureAfter')}
                className="right-3"
                onPress={() => {
                  move(1);
                }}
              />
            )}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

type ArrowProps = { icon: LucideIcon; label: string; className: string; onPress: () => void };

function Arrow({ icon: Icon, label, className, onPress }: ArrowProps): JSX.Element {
  return (
    <button
      type="button"
      aria-label={label}
      className={`absolute top-1/2 grid size-12 -translate-y-1/2 place-items-center rounded-full bg-black/50 hover:bg-black/70 ${className}`}
      onClick={(event) => {
        event.stopPropagation();
        onPress();
      }}
    >
      <Icon className="size-7" aria-hidden />
    </button>
  );
}

function isPicture(message: Message): message is Picture {
  return message.fileUrl !== null && (message.file?.mimeType.startsWith('image/') ?? false);
}
