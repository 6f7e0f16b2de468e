/** What the keyboard does. */

import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { Dialog } from '@/components/ui/dialog';

export function Shortcuts({ onClose }: { onClose: () => void }): JSX.Element {
  const { t } = useTranslation();
  const rows = [
    [['Ctrl', 'K'], t('shortcuts.switcher')],
    [['Alt', '↓'], t('shortcuts.next')],
    [['Alt', '↑'], t('shortcuts.previous')],
    [['↑', '↓'], t('shortcuts.list')],
    [['Shift', 'F10'], t('shortcuts.menu')],
    [['Esc'], t('shortcuts.escape')],
    [['?'], t('shortcuts.help')],
  ] as const;
  return (
    <Dialog title={t('shortcuts.title')} onClose={onClose}>
      <dl className="divide-line divide-y">
        {rows.map(([keys, text]) => (
          <div key={text} className="flex items-center justify-between gap-4 py-2.5">
            <dt>{text}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <kbd
                  key={key}
                  className="bg-ground border-line text-muted min-w-7 rounded-md border px-1.5 py-0.5 text-center font-sans text-xs font-medium"
                >
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
