/** Chooses files to send. */

'use client';

import { Paperclip } from 'lucide-react';
import { useRef, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

export function AttachButton({ onFiles }: { onFiles: (files: File[]) => void }): JSX.Element {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        tabIndex={-1}
        aria-hidden
        className="hidden"
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])]);
          // The same file may be chosen again.
          target.value = '';
        }}
      />
      <button
        type="button"
        aria-label={t('conversation.attachments.add')}
        title={t('conversation.attachments.add')}
        className="text-muted hover:bg-hover hover:text-text grid size-11 shrink-0 place-items-center rounded-xl transition-colors"
        onClick={() => input.current?.click()}
      >
        <Paperclip className="size-5.5" strokeWidth={1.9} aria-hidden />
      </button>
    </>
  );
}
