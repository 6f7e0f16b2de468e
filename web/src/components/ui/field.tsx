/** A labelled field with its hint and what is wrong with it. */

import { clsx } from 'clsx';
import { useId, type ComponentProps, type JSX, type ReactNode } from 'react';

type FieldProps = Omit<ComponentProps<'input'>, 'id'> & {
  label: string;
  hint?: ReactNode;
  error?: string | null | undefined;
};

const BOX =
  'bg-surface border-line-strong placeholder:text-muted w-full rounded-lg border px-3 text-text transition-colors disabled:opacity-60';

export function Field({ label, hint, error, className, ...input }: FieldProps): JSX.Element {
  const id = useId();
  const about = useAbout(id, hint, error);
  return (
    <Labelled id={id} label={label} hint={hint} error={error} className={className}>
      <input
        id={id}
        className={clsx(BOX, 'h-11', error && 'border-danger')}
        aria-invalid={error ? true : undefined}
        aria-describedby={about}
        {...input}
      />
    </Labelled>
  );
}

type AreaProps = Omit<ComponentProps<'textarea'>, 'id'> & {
  label: string;
  hint?: ReactNode;
  error?: string | null | undefined;
};

export function AreaField({ label, hint, error, className, ...area }: AreaProps): JSX.Element {
  const id = useId();
  const about = useAbout(id, hint, error);
  return (
    <Labelled id={id} label={label} hint={hint} error={error} className={className}>
      <textarea
        id={id}
        className={clsx(BOX, 'min-h-24 resize-y py-2.5', error && 'border-danger')}
        aria-invalid={error ? true : undefined}
        aria-describedby={about}
        {...area}
      />
    </Labelled>
  );
}

type LabelledProps = {
  id: string;
  label: string;
  hint: ReactNode;
  error: string | null | undefined;
  className: string | undefined;
  children: ReactNode;
};

function Labelled(props: LabelledProps): JSX.Element {
  const { id, label, hint, error, className, children } = props;
  return (
    <div className={clsx('flex flex-col gap-1.5', className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children}
      {error ? (
        <p id={`${id}-error`} className="text-danger text-sm">
          {error}
        </p>
      ) : (
        hint && (
          <p id={`${id}-hint`} className="text-muted text-sm">
            {hint}
          </p>
        )
      )}
    </div>
  );
}

function useAbout(
  id: string,
  hint: ReactNode,
  error: string | null | undefined,
): string | undefined {
  if (error) {
    return `${id}-error`;
  }
  return hint ? `${id}-hint` : undefined;
}
