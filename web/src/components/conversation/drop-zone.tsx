/** Takes files that are dropped anywhere on the conversation. */

'use client';

import { FileUp } from 'lucide-react';
import { useState, type DragEvent, type JSX, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

type DropZoneProps = { onFiles: (files: File[]) => void; children: ReactNode };

export function DropZone({ onFiles, children }: DropZoneProps): JSX.Element {
  const { t } = useTranslation();
  const [isOver, setIsOver] = useState(false);
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files');
  return (
    <div
      className="relative flex min-h-0 flex-1 flex-col"
      onDragOver={(event) => {
        if (hasFiles(event)) {
          event.preventDefault();
          setIsOver(true);
        }
      }}
      onDragLeave={(event) => {
        const to = event.relatedTarget;
        if (!(to instanceof Node) || !event.currentTarget.contains(to)) {
          setIsOver(false);
        }
      }}
      onDrop={(event) => {
        if (hasFiles(event)) {
          event.preventDefault();
          setIsOver(false);
          onFiles([...event.dataTransfer.files]);
        }
      }}
    >
      {children}
      {isOver && (
        <div className="bg-surface/90 border-accent text-accent animate-fade pointer-events-none absolute inset-3 z-20 grid place-items-center rounded-2xl border-2 border-dashed">
          <span className="flex flex-col items-center gap-2 text-lg font-semibold">
            <FileUp className="size-10" strokeWidth={1.6} aria-hidden />
            {t('conversation.attachments.drop')}
          </span>
        </div>
      )}
    </div>
  );
}
