/** A setting that is on or off, with what it does. */

import * as Radix from '@radix-ui/react-switch';
import { useId, type JSX } from 'react';

type SwitchProps = {
  label: string;
  hint?: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  isDisabled?: boolean;
};

export function Switch({
  label,
  hint,
  isOn,
  onChange,
  isDisabled = false,
}: SwitchProps): JSX.Element {
  const id = useId();
  return (
    <div className="flex items-center gap-4 py-3">
      <div className="min-w-0 flex-1">
        <label htmlFor={id} className="block font-medium">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-muted text-sm">
            {hint}
          </p>
        )}
      </div>
      <Radix.Root
        id={id}
        checked={isOn}
        onCheckedChange={onChange}
        disabled={isDisabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="bg-line-strong data-[state=checked]:bg-accent relative h-6 w-11 shrink-0 rounded-full transition-colors disabled:opacity-50"
      >
        <Radix.Thumb className="block size-5 translate-x-0.5 rounded-full bg-white shadow transition-transform data-[state=checked]:translate-x-5.5" />
      </Radix.Root>
    </div>
  );
}
