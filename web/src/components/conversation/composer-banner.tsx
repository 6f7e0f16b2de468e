/** Above where one writes: what is answered, or that something is changed. */

'use client';

import type { Message, ReplyTo } from '@salala/client';
import { Pencil, Reply, X, type LucideIcon } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { useQuotedName, useQuotedText } from '@/components/conversation/quote';
import { toLine } from '@/components/conversation/text';
import { IconButton } from '@/components/ui/icon-button';

type BannerProps = {
  icon: LucideIcon;
  title: string;
  text: string;
  closeLabel: string;
  onOpen?: () => void;
  onClose: () => void;
};

function Banner(props: BannerProps): JSX.Element {
  const { icon: Icon, title, text, closeLabel, onOpen, onClose } = props;
  return (
    <div className="border-line mb-1 flex w-full items-center gap-2.5 border-b px-2 pt-1 pb-1.5">
      <Icon className="text-accent size-4.5 shrink-0" aria-hidden />
      <button
        type="button"
        className="border-accent min-w-0 flex-1 border-l-2 pl-2.5 text-left text-sm disabled:cursor-default"
        disabled={onOpen === undefined}
        onClick={onOpen}
      >
        <span className="text-accent block truncate font-semibold">{title}</span>
        <span className="text-muted block truncate">{text}</span>
      </button>
      <IconButton icon={X} label={closeLabel} side="top" onClick={onClose} />
    </div>
  );
}

type ReplyBannerProps = { replyTo: ReplyTo; onOpen: () => void; onClose: () => void };

export function ReplyBanner({ replyTo, onOpen, onClose }: ReplyBannerProps): JSX.Element {
  const { t } = useTranslation();
  return (
    <Banner
      icon={Reply}
      title={t('conversation.replyTo', { name: useQuotedName(replyTo) })}
      text={useQuotedText(replyTo)}
      closeLabel={t('conversation.cancelReply')}
      onOpen={onOpen}
      onClose={onClose}
    />
  );
}

export function EditBanner(props: { message: Message; onClose: () => void }): JSX.Element {
  const { t } = useTranslation();
  return (
    <Banner
      icon={Pencil}
      title={t('conversation.editing')}
      text={toLine(props.message.content ?? '')}
      closeLabel={t('conversation.cancelEdit')}
      onClose={props.onClose}
    />
  );
}
