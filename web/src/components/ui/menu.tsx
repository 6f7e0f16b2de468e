/** A menu of actions: below a button, by right click, and by keyboard. */

import * as Context from '@radix-ui/react-context-menu';
import * as Dropdown from '@radix-ui/react-dropdown-menu';
import { clsx } from 'clsx';
import { ChevronRight, type LucideIcon } from 'lucide-react';
import { Fragment, type JSX, type ReactNode } from 'react';

/** One action, or several behind one name. */
export type MenuItem = {
  label: string;
  icon: LucideIcon;
  isDangerous?: boolean;
  /** Stands apart from what is above it. */
  isApart?: boolean;
} & ({ onSelect: () => void } | { items: readonly { label: string; onSelect: () => void }[] });

const CONTENT =
  'bg-raised shadow-float border-line animate-rise z-50 min-w-48 max-w-72 rounded-xl border p-1.5 outline-none';
const ITEM =
  'flex cursor-default items-center gap-2.5 rounded-lg px-2.5 py-2 text-sm outline-none select-none data-highlighted:bg-hover';

type Kit = Pick<
  typeof Dropdown,
  'Item' | 'Separator' | 'Sub' | 'SubTrigger' | 'SubContent' | 'Portal'
>;

type MenuProps = { items: readonly MenuItem[]; children: ReactNode };

/** Opens below its child, which is a button. */
export function Menu({
  items,
  align = 'end',
  children,
}: MenuProps & { align?: 'start' | 'end' }): JSX.Element {
  return (
    <Dropdown.Root modal={false}>
      <Dropdown.Trigger asChild>{children}</Dropdown.Trigger>
      <Dropdown.Portal>
        <Dropdown.Content align={align} sideOffset={6} collisionPadding={8} className={CONTENT}>
          <Items kit={Dropdown} items={items} />
        </Dropdown.Content>
      </Dropdown.Portal>
    </Dropdown.Root>
  );
}

/** Opens where its child is clicked with the right button, pressed long, or by the menu key. */
export function ContextMenu({ items, children }: MenuProps): JSX.Element {
  return (
    <Context.Root modal={false}>
      <Context.Trigger asChild>{children}</Context.Trigger>
      <Context.Portal>
        <Context.Content collisionPadding={8} className={CONTENT}>
          <Items kit={Context} items={items} />
        </Context.Content>
      </Context.Portal>
    </Context.Root>
  );
}

function Items({ kit, items }: { kit: Kit; items: readonly MenuItem[] }): JSX.Element {
  return (
    <>
      {items.map((item) => (
        <Fragment key={item.label}>
          {item.isApart && <kit.Separator className="bg-line mx-2 my-1 h-px" />}
          <Item kit={kit} item={item} />
        </Fragment>
      ))}
    </>
  );
}

function Item({ kit, item }: { kit: Kit; item: MenuItem }): JSX.Element {
  const Icon = item.icon;
  const face = (
    <>
      <Icon className="text-muted size-4.5 shrink-0" strokeWidth={1.9} aria-hidden />
      <span className="min-w-0 flex-1 truncate">{item.label}</span>
    </>
  );
  if ('onSelect' in item) {
    return (
      <kit.Item
        className={clsx(ITEM, item.isDangerous && 'text-danger [&_svg]:text-danger')}
        onSelect={item.onSelect}
      >
        {face}
      </kit.Item>
    );
  }
  return (
    <kit.Sub>
      <kit.SubTrigger className={ITEM}>
        {face}
        <ChevronRight className="text-muted size-4" aria-hidden />
      </kit.SubTrigger>
      <kit.Portal>
        <kit.SubContent className={CONTENT} collisionPadding={8}>
          {item.items.map(({ label, onSelect }) => (
            <kit.Item key={label} className={ITEM} onSelect={onSelect}>
              {label}
            </kit.Item>
          ))}
        </kit.SubContent>
      </kit.Portal>
    </kit.Sub>
  );
}
