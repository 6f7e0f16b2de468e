/** The quick switcher: jumps to a conversation, a person or a view by a few letters. */

import * as Radix from '@radix-ui/react-dialog';
import { clsx } from 'clsx';
import { Search } from 'lucide-react';
import { useEffect, useId, useRef, useState, type JSX, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { useTargets, type Target } from '@/components/switcher/use-targets';
import { Avatar } from '@/components/ui/avatar';

export function Switcher({ onClose }: { onClose: () => void }): JSX.Element {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const targets = useTargets(text);
  const list = useId();
  const at = Math.min(chosen, targets.length - 1);
  const go = (target: Target | undefined): void => {
    if (target) {
      onClose();
      target.go();
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setChosen((at + step + targets.length) % Math.max(targets.length, 1));
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      go(targets[at]);
    }
  };
  return (
    <Radix.Root
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) {
          onClose();
        }
      }}
    >
      <Radix.Portal>
        <Radix.Overlay className="animate-fade bg-overlay fixed inset-0 z-40 p-4 pt-[12vh]">
          <Radix.Content
            aria-describedby={undefined}
            className="bg-raised shadow-float animate-rise mx-auto flex max-h-[70vh] w-full max-w-xl flex-col overflow-hidden rounded-2xl outline-none"
          >
            <Radix.Title className="sr-only">{t('switcher.title')}</Radix.Title>
            <div className="border-line relative border-b">
              <Search
                className="text-muted pointer-events-none absolute top-1/2 left-4 size-5 -translate-y-1/2"
                aria-hidden
              />
              <input
                autoFocus
                role="combobox"
                aria-expanded
                aria-controls={list}
                aria-activedescendant={targets.length > 0 ? `${list}-${at}` : undefined}
                aria-autocomplete="list"
                aria-label={t('switcher.label')}
                placeholder={t('switcher.label')}
                autoComplete="off"
                spellCheck={false}
                className="placeholder:text-muted h-14 w-full bg-transparent pr-4 pl-12 text-lg outline-none"
                value={text}
                onChange={(event) => {
                  setText(event.target.value);
                  setChosen(0);
                }}
                onKeyDown={onKeyDown}
              />
            </div>
            <ul
              id={list}
              role="listbox"
              aria-label={t('switcher.results')}
              className="min-h-0 overflow-y-auto p-2"
            >
              {targets.map((target, index) => (
                <Row
                  key={target.key}
                  id={`${list}-${index}`}
                  target={target}
                  isChosen={index === at}
                  onHover={() => {
                    setChosen(index);
                  }}
                  onSelect={() => {
                    go(target);
                  }}
                />
              ))}
            </ul>
            {targets.length === 0 && (
              <p role="status" className="text-muted px-5 pb-5 text-center">
                {t('search.nothing')}
              </p>
            )}
          </Radix.Content>
        </Radix.Overlay>
      </Radix.Portal>
    </Radix.Root>
  );
}

type RowProps = {
  id: string;
  target: Target;
  isChosen: boolean;
  onHover: () => void;
  onSelect: () => void;
};

function Row({ id, target, isChosen, onHover, onSelect }: RowProps): JSX.Element {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isChosen) {
      row.current?.scrollIntoView({ block: 'nearest' });
    }
  }, [isChosen]);
  const Icon = target.icon;
  return (
    <li
      ref={row}
      id={id}
      role="option"
      aria-selected={isChosen}
      className={clsx(
        'flex cursor-pointer items-center gap-3 rounded-lg px-3 py-2',
        isChosen && 'bg-selected',
      )}
      onMouseMove={onHover}
      onClick={onSelect}
    >
      {Icon ? (
        <span className="bg-ground text-muted grid size-8 place-items-center rounded-full">
          <Icon className="size-4.5" aria-hidden />
        </span>
      ) : (
        <Avatar id={target.avatarId} name={target.label} picture={target.picture} size="sm" />
      )}
      <span className="min-w-0 flex-1 truncate font-medium">{target.label}</span>
      <span className="text-muted shrink-0 text-xs">{target.hint}</span>
    </li>
  );
}
