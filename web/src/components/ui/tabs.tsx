/** Parts of a view, of which one shows. */

import * as Radix from '@radix-ui/react-tabs';
import type { JSX, ReactNode } from 'react';

import { CountBadge } from '@/components/ui/count-badge';

type Tab<T extends string> = { value: T; label: string; count?: number; content: ReactNode };

type TabsProps<T extends string> = {
  label: string;
  value: T;
  onChange: (value: T) => void;
  tabs: readonly Tab<T>[];
};

export function Tabs<T extends string>({
  label,
  value,
  onChange,
  tabs,
}: TabsProps<T>): JSX.Element {
  return (
    <Radix.Root
      value={value}
      onValueChange={(chosen) => {
        const tab = tabs.find((each) => each.value === chosen);
        if (tab) {
          onChange(tab.value);
        }
      }}
      className="flex min-h-0 flex-1 flex-col"
    >
      <Radix.List aria-label={label} className="border-line flex gap-1 border-b px-3">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.value}
            value={tab.value}
            className="text-muted hover:text-text data-[state=active]:border-accent data-[state=active]:text-text -mb-px inline-flex items-center gap-1.5 rounded-t-md border-b-2 border-transparent px-2.5 py-2.5 text-sm font-medium transition-colors"
          >
            {tab.label}
            {tab.count ? <CountBadge count={tab.count} /> : null}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content
          key={tab.value}
          value={tab.value}
          className="min-h-0 flex-1 overflow-y-auto outline-none"
        >
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
