/** A dialog over the page; on a phone it rises from below. */

import * as Radix from '@radix-ui/react-dialog';
import { clsx } from 'clsx';
import { X } from 'lucide-react';
import type { JSX, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

type DialogProps = {
  title: string;
  /** Said below the title. */
  text?: string | undefined;
  onClose: () => void;
  /** Stays below while the rest scrolls. */
  footer?: ReactNode;
  isWide?: boolean;
  children: ReactNode;
};

export function Dialog(props: DialogProps): JSX.Element {
  const { title, text, onClose, footer, isWide = false, children } = props;
  const { t } = useTranslation();
  return (
    <Radix.Root
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) {
          onClose();
        }
      }}
    >
      <Radix.Portal>
        <Radix.Overlay className="animate-fade bg-overlay fixed inset-0 z-40 grid items-end justify-items-center sm:place-items-center sm:p-6">
          <Radix.Content
            tabIndex={-1}
            onOpenAutoFocus={focusWhole}
            {...(text === undefined ? { 'aria-describedby': undefined } : {})}
            className={clsx(
              'bg-raised shadow-float animate-rise flex max-h-[92dvh] w-full flex-col overflow-hidden rounded-t-2xl outline-none sm:max-h-[min(44rem,88dvh)] sm:rounded-2xl',
              isWide ? 'sm:max-w-xl' : 'sm:max-w-md',
            )}
          >
            <header className="flex items-start gap-3 px-5 pt-4 pb-3">
              <div className="min-w-0 flex-1 pt-1">
                <Radix.Title className="text-lg font-semibold tracking-tight">{title}</Radix.Title>
                {text !== undefined && (
                  <Radix.Description className="text-muted mt-1">{text}</Radix.Description>
                )}
              </div>
              <Radix.Close
                aria-label={t('common.close')}
                className="text-muted hover:bg-hover hover:text-text grid size-9 shrink-0 place-items-center rounded-lg transition-colors"
              >
                <X className="size-5" strokeWidth={1.9} aria-hidden />
              </Radix.Close>
            </header>
            <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>
            {footer && (
              <footer className="border-line flex justify-end gap-2 border-t px-5 py-3.5">
                {footer}
              </footer>
            )}
          </Radix.Content>
        </Radix.Overlay>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Begins at the dialog itself, so that it is read from its title on. A field that asks for the focus has it. */
function focusWhole(event: Event): void {
  event.preventDefault();
  if (event.currentTarget instanceof HTMLElement) {
    event.currentTarget.focus();
  }
}
