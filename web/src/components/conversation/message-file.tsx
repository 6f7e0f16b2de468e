/** The file of a message, shown as what it is. */

'use client';

import type { Message } from '@salala/client';
import { Download, FileText, Link } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { PictureFile } from '@/components/conversation/picture-file';
import { toHref } from '@/components/conversation/text';
import { formatSize } from '@/components/conversation/times';
import { VoicePlayer } from '@/components/conversation/voice-player';
import { useLanguage } from '@/hooks/use-time';
import { fileAddress } from '@/store/upload';

type FileInfo = NonNullable<Message['file']>;

type MessageFileProps = { fileUrl: string; file: FileInfo | null; messageId: string | null };

export function MessageFile({ fileUrl, file, messageId }: MessageFileProps): JSX.Element {
  if (file === null) {
    return <ForeignFile fileUrl={fileUrl} />;
  }
  const address = fileAddress(fileUrl);
  const [kind] = file.mimeType.split('/');
  if (kind === 'image' && file.width !== undefined && file.height !== undefined) {
    return <PictureFile address={address} file={file} messageId={messageId} />;
  }
  if (kind === 'audio') {
    return <VoicePlayer address={address} file={file} />;
  }
  if (kind === 'video') {
    return (
      <video
        controls
        preload="metadata"
        src={address}
        poster={file.thumbnailUrl === undefined ? undefined : fileAddress(file.thumbnailUrl)}
        aria-label={file.name}
        className="my-1 block max-h-96 w-full max-w-sm rounded-xl bg-black"
        style={
          file.width === undefined || file.height === undefined
            ? undefined
            : { aspectRatio: `${file.width} / ${file.height}` }
        }
      />
    );
  }
  return <PlainFile address={address} file={file} />;
}

/** Something to download: its name says what it is, never how it is opened. */
function PlainFile({ address, file }: { address: string; file: FileInfo }): JSX.Element {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <a
      href={address}
      download={file.name}
      aria-label={t('conversation.download', { name: file.name })}
      className="group/file my-0.5 flex w-64 max-w-full items-center gap-3 rounded-xl py-1"
    >
      <span className="bg-accent text-on-accent grid size-11 shrink-0 place-items-center rounded-xl">
        <FileText className="size-5.5 group-hover/file:hidden" aria-hidden />
        <Download className="hidden size-5.5 group-hover/file:block" aria-hidden />
      </span>
      <span className="min-w-0">
        <span className="block truncate font-medium">{file.name}</span>
        <span className="block text-xs opacity-80">{formatSize(file.size, language)}</span>
      </span>
    </a>
  );
}

/** A file of another server is never fetched by itself: that would tell it who reads here. */
function ForeignFile({ fileUrl }: { fileUrl: string }): JSX.Element {
  const { t } = useTranslation();
  const href = toHref(fileUrl);
  return href === null || !/^https?:/.test(href) ? (
    <span className="text-muted italic">{t('conversation.file')}</span>
  ) : (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className="my-0.5 flex max-w-full items-center gap-2 underline underline-offset-2"
    >
      <Link className="size-4 shrink-0" aria-hidden />
      <span className="truncate">{href}</span>
    </a>
  );
}
