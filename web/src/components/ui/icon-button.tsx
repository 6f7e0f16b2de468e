/** A button that is an icon: its name is read out, and shown on hover. */

import { clsx } from 'clsx';
import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, JSX } from 'react';

import { Tooltip } from '@/components/ui/tooltip';

type IconButtonProps = Omit<ComponentProps<'button'>, 'children'> & {
  icon: LucideIcon;
  label: string;
  side?: 'top' | 'right' | 'bottom' | 'left';
};

export function IconButton({
  icon: Icon,
  label,
  side = 'bottom',
  className,
  ...rest
}: IconButtonProps): JSX.Element {
  return (
    <Tooltip label={label} side={side}>
      <button
        type="button"
        aria-label={label}
        className={clsx(
          'text-muted hover:bg-hover hover:text-text inline-grid size-9 shrink-0 place-items-center rounded-lg transition-colors disabled:opacity-50',
          className,
        )}
        {...rest}
      >
        <Icon className="size-5" strokeWidth={1.9} aria-hidden />
      </button>
    </Tooltip>
  );
}
