/** A field to search in, with a way to empty it. */

import { clsx } from 'clsx';
import { Search, X } from 'lucide-react';
import type { ComponentProps, JSX } from 'react';
import { useTranslation } from 'react-i18next';

type SearchFieldProps = Omit<ComponentProps<'input'>, 'onChange' | 'value'> & {
  label: string;
  value: string;
  onValue: (value: string) => void;
};

export function SearchField(props: SearchFieldProps): JSX.Element {
  const { label, value, onValue, className, ...rest } = props;
  const { t } = useTranslation();
  return (
    <div className={clsx('relative', className)}>
      <Search
        className="text-muted pointer-events-none absolute top-1/2 left-3 size-4.5 -translate-y-1/2"
        aria-hidden
      />
      <input
        type="text"
        role="searchbox"
        enterKeyHint="search"
        autoComplete="off"
        spellCheck={false}
        aria-label={label}
        placeholder={label}
        className="bg-sunken placeholder:text-muted hover:border-line-strong h-10 w-full rounded-xl border border-transparent pr-10 pl-10 text-sm transition-colors"
        value={value}
        onChange={(event) => {
          onValue(event.target.value);
        }}
        {...rest}
      />
      {value !== '' && (
        <button
          type="button"
          aria-label={t('common.clear')}
          className="text-muted hover:text-text absolute top-1/2 right-1.5 grid size-7 -translate-y-1/2 place-items-center rounded-md"
          onClick={() => {
            onValue('');
          }}
        >
          <X className="size-4" aria-hidden />
        </button>
      )}
    </div>
  );
}
