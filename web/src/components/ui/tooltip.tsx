/** A short name that shows on hover and focus. */

import * as Radix from '@radix-ui/react-tooltip';
import type { JSX, ReactNode } from 'react';

type TooltipProps = {
  label: string;
  side?: 'top' | 'right' | 'bottom' | 'left';
  children: ReactNode;
};

/** Stands once around the page, so that the second name shows at once. */
export function TooltipProvider({ children }: { children: ReactNode }): JSX.Element {
  return <Radix.Provider delayDuration={450}>{children}</Radix.Provider>;
}

export function Tooltip({ label, side = 'bottom', children }: TooltipProps): JSX.Element {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="animate-fade bg-text text-surface z-50 rounded-md px-2 py-1 text-xs font-medium"
        >
          {label}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
