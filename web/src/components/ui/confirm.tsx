/** Asks before something that cannot be taken back. */

import * as Radix from '@radix-ui/react-alert-dialog';
import { useMutation } from '@tanstack/react-query';
import type { JSX, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { Button } from '@/components/ui/button';
import { ErrorText } from '@/components/ui/error-text';

type ConfirmProps = {
  title: string;
  text: string;
  /** What the button says that does it. */
  action: string;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  isDisabled?: boolean;
  children?: ReactNode;
};

export function Confirm(props: ConfirmProps): JSX.Element {
  const { title, text, action, onConfirm, onClose, isDisabled = false, children } = props;
  const { t } = useTranslation();
  const act = useMutation({ mutationFn: onConfirm, onSuccess: onClose });
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
        <Radix.Overlay className="animate-fade bg-overlay fixed inset-0 z-50 grid place-items-center p-6">
          <Radix.Content className="bg-raised shadow-float animate-rise w-full max-w-sm rounded-2xl p-5 outline-none">
            <Radix.Title className="text-lg font-semibold tracking-tight">{title}</Radix.Title>
            <Radix.Description className="text-muted mt-1.5">{text}</Radix.Description>
            {children && <div className="mt-4">{children}</div>}
            <ErrorText error={act.error} className="mt-3" />
            <div className="mt-5 flex justify-end gap-2">
              <Radix.Cancel asChild>
                <Button>{t('common.cancel')}</Button>
              </Radix.Cancel>
              <Button
                variant="danger"
                isBusy={act.isPending}
                disabled={isDisabled}
                onClick={() => {
                  act.mutate();
                }}
              >
                {action}
              </Button>
            </div>
          </Radix.Content>
        </Radix.Overlay>
      </Radix.Portal>
    </Radix.Root>
  );
}
