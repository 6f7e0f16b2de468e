/** The files that will go with what one writes, and how far they are. */

'use client';

import { clsx } from 'clsx';
import { FileText, RefreshCw, X } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { formatSize } from '@/components/conversation/times';
import { useRefusal } from '@/hooks/use-refusal';
import { useLanguage } from '@/hooks/use-time';
import type { Attachment, Attachments } from '@/store/attachments';

export function AttachmentTray({ attachments }: { attachments: Attachments }): JSX.Element | null {
  const { t } = useTranslation();
  const items = useStore(attachments, (state) => state.items);
  return items.length === 0 ? null : (
    <ul
      aria-label={t('conversation.attachments.label')}
      className="border-line mb-1 flex w-full flex-wrap gap-2 border-b p-2"
    >
      {items.map((item) => (
        <Item key={item.id} item={item} attachments={attachments} />
      ))}
    </ul>
  );
}

type ItemProps = { item: Attachment; attachments: Attachments };

function Item({ item, attachments }: ItemProps): JSX.Element {
  const { t } = useTranslation();
  const refusal = useRefusal();
  const language = useLanguage();
  const { id, file, preview, progress, uploaded, error } = item;
  const percent = Math.round(progress * 100);
  return (
    <li
      className={clsx(
        'bg-sunken relative flex w-60 max-w-full items-center gap-2.5 overflow-hidden rounded-xl p-1.5 pr-9',
        error !== null && 'ring-danger ring-1',
      )}
    >
      {preview === null ? (
        <span className="bg-accent-soft text-accent grid size-11 shrink-0 place-items-center rounded-lg">
          <FileText className="size-5" aria-hidden />
        </span>
      ) : (
        // eslint-disable-next-line @next/next/no-img-element -- a picture of this device, which nothing resizes
        <img src={preview} alt="" className="size-11 shrink-0 rounded-lg object-cover" />
      )}
      <span className="min-w-0 flex-1">
        <span className="block truncate text-sm font-medium">{file.name}</span>
        {error === null ? (
          <span className="text-muted block text-xs tabular-nums">
            {uploaded === null ? `${percent} %` : formatSize(file.size, language)}
          </span>
        ) : (
          <span className="flex items-center gap-1">
            <span className="text-danger min-w-0 flex-1 text-xs leading-tight">
              {refusal(error)}
            </span>
            <button
              type="button"
              aria-label={t('common.retry')}
              title={t('common.retry')}
              className="text-muted hover:text-text grid size-6 shrink-0 place-items-center rounded-md"
              onClick={() => {
                attachments.retry(id);
              }}
            >
              <RefreshCw className="size-3.5" aria-hidden />
            </button>
          </span>
        )}
      </span>
      <button
        type="button"
        aria-label={t('conversation.attachments.remove', { name: file.name })}
        title={t('conversation.attachments.remove', { name: file.name })}
        className="text-muted hover:bg-line hover:text-text absolute top-1.5 right-1.5 grid size-7 place-items-center rounded-full"
        onClick={() => {
          attachments.remove(id);
        }}
      >
        <X className="size-4" aria-hidden />
      </button>
      {uploaded === null && error === null && (
        <span
          role="progressbar"
          aria-label={t('conversation.attachments.progress', { name: file.name })}
          aria-valuenow={percent}
          className="bg-accent absolute bottom-0 left-0 h-0.75 rounded-full transition-[width]"
          style={{ width: `${percent}%` }}
        />
      )}
    </li>
  );
}
