/** What opens at a point of the page, rather than at a button: a menu, or a box. */

import * as Dropdown from '@radix-ui/react-dropdown-menu';
import * as Popover from '@radix-ui/react-popover';
import { clsx } from 'clsx';
import type { LucideIcon } from 'lucide-react';
import type { JSX, ReactNode } from 'react';

export type Point = { x: number; y: number };

const BOX = 'bg-raised shadow-float border-line animate-rise z-50 rounded-xl border outline-none';

type AtPointProps = {
  at: Point;
  label: string;
  onClose: () => void;
  /** Where the focus goes when it has closed. */
  onClosed?: () => void;
  children: ReactNode;
};

/** A menu; its children are {@link PointMenuItem}s. */
export function PointMenu({ at, label, onClose, onClosed, children }: AtPointProps): JSX.Element {
  return (
    <Dropdown.Root
      open
      modal={false}
      onOpenChange={(isOpen) => {
        if (!isOpen) {
          onClose();
        }
      }}
    >
      <Dropdown.Trigger asChild>
        <span aria-hidden className="pointer-events-none fixed" style={{ left: at.x, top: at.y }} />
      </Dropdown.Trigger>
      <Dropdown.Portal>
        <Dropdown.Content
          align="start"
          sideOffset={4}
          collisionPadding={10}
          aria-label={label}
          className={clsx(BOX, 'min-w-52 p-1.5')}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            onClosed?.();
          }}
        >
          {children}
        </Dropdown.Content>
      </Dropdown.Portal>
    </Dropdown.Root>
  );
}

type PointMenuItemProps = {
  icon: LucideIcon;
  label: string;
  isDangerous?: boolean;
  onSelect: () => void;
};

export function PointMenuItem(props: PointMenuItemProps): JSX.Element {
  const { icon: Icon, label, isDangerous = false, onSelect } = props;
  return (
    <Dropdown.Item
      className={clsx(
        'data-highlighted:bg-hover flex cursor-default items-center gap-2.5 rounded-lg px-2.5 py-2 text-sm outline-none select-none',
        isDangerous && 'text-danger',
      )}
      onSelect={onSelect}
    >
      <Icon
        className={clsx('size-4.5 shrink-0', !isDangerous && 'text-muted')}
        strokeWidth={1.9}
        aria-hidden
      />
      {label}
    </Dropdown.Item>
  );
}

/** A choice that is a picture, beside others of its kind. */
export function PointMenuPick(props: {
  label: string;
  isPicked?: boolean;
  onSelect: () => void;
  children: ReactNode;
}): JSX.Element {
  const { label, isPicked = false, onSelect, children } = props;
  return (
    <Dropdown.Item
      aria-label={label}
      className={clsx(
        'data-highlighted:bg-hover grid size-9 cursor-default place-items-center rounded-full text-xl outline-none select-none data-highlighted:scale-110',
        isPicked && 'bg-accent-soft',
      )}
      onSelect={onSelect}
    >
      {children}
    </Dropdown.Item>
  );
}

/** A box with anything in it. */
export function PointBox({ at, label, onClose, onClosed, children }: AtPointProps): JSX.Element {
  return (
    <Popover.Root
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) {
          onClose();
        }
      }}
    >
      <Popover.Anchor asChild>
        <span aria-hidden className="pointer-events-none fixed" style={{ left: at.x, top: at.y }} />
      </Popover.Anchor>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={10}
          aria-label={label}
          className={BOX}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            onClosed?.();
          }}
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
