/** One of a few, side by side. */

import * as Radix from '@radix-ui/react-radio-group';
import type { LucideIcon } from 'lucide-react';
import type { JSX } from 'react';

type ChoiceProps<T extends string> = {
  label: string;
  value: T;
  options: readonly { value: T; label: string; icon?: LucideIcon }[];
  onChange: (value: T) => void;
};

export function Choice<T extends string>(props: ChoiceProps<T>): JSX.Element {
  const { label, value, options, onChange } = props;
  return (
    <Radix.Root
      aria-label={label}
      value={value}
      onValueChange={(chosen) => {
        const option = options.find((each) => each.value === chosen);
        if (option) {
          onChange(option.value);
        }
      }}
      className="flex flex-wrap gap-2"
    >
      {options.map(({ value: each, label: name, icon: Icon }) => (
        <Radix.Item
          key={each}
          value={each}
          className="border-line-strong hover:bg-hover data-[state=checked]:border-accent data-[state=checked]:bg-selected inline-flex h-10 items-center gap-2 rounded-lg border px-4 text-sm font-medium transition-colors"
        >
          {Icon && <Icon className="size-4.5" strokeWidth={1.9} aria-hidden />}
          {name}
        </Radix.Item>
      ))}
    </Radix.Root>
  );
}
