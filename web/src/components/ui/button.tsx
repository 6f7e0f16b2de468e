/** Buttons: one look for each weight of what they do. */

import { Slot } from '@radix-ui/react-slot';
import { clsx } from 'clsx';
import type { ComponentProps, JSX } from 'react';

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger' | 'danger-ghost';

const VARIANTS: Record<ButtonVariant, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover shadow-soft',
  secondary: 'bg-surface text-text border border-line hover:bg-hover shadow-soft',
  ghost: 'text-text hover:bg-hover',
  danger: 'bg-danger text-on-danger hover:bg-danger-hover shadow-soft',
  'danger-ghost': 'text-danger hover:bg-danger-soft',
};

const SIZES = { sm: 'h-8 px-3 text-sm', md: 'h-10 px-4', lg: 'h-11 px-5' };

type ButtonProps = ComponentProps<'button'> & {
  variant?: ButtonVariant;
  size?: keyof typeof SIZES;
  /** Takes the child for the element, a link for one. */
  asChild?: boolean;
  /** Waits for an answer: cannot be pressed, and says so. */
  isBusy?: boolean;
};

export function Button({
  variant = 'secondary',
  size = 'md',
  asChild = false,
  isBusy = false,
  className,
  disabled,
  ...rest
}: ButtonProps): JSX.Element {
  const Element = asChild ? Slot : 'button';
  return (
    <Element
      type={asChild ? undefined : 'button'}
      className={clsx(
        'inline-flex shrink-0 items-center justify-center gap-2 rounded-lg font-medium whitespace-nowrap transition-colors select-none disabled:opacity-55',
        VARIANTS[variant],
        SIZES[size],
        className,
      )}
      aria-busy={isBusy || undefined}
      disabled={isBusy || disabled}
      {...rest}
    />
  );
}
