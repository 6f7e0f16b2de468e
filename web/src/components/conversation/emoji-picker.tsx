/** All emoji, to search and to pick from, by mouse or by keyboard. */

'use client';

import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { clsx } from 'clsx';
import { useId, useMemo, useRef, useState, type JSX, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';

import {
  findEmoji,
  loadEmoji,
  recentEmoji,
  rememberEmoji,
  type Emoji,
} from '@/components/conversation/emoji';
import { SearchField } from '@/components/ui/search-field';
import { useLanguage } from '@/hooks/use-time';

const COLUMNS = 8;
const ROW_PX = 38;
const GROUPS = [
  [0, '😀', 'smileys'],
  [1, '👋', 'people'],
  [3, '🐻', 'animals'],
  [4, '🍔', 'food'],
  [5, '✈️', 'places'],
  [6, '⚽', 'activities'],
  [7, '💡', 'objects'],
  [8, '🔣', 'symbols'],
  [9, '🏁', 'flags'],
] as const;

type Line = { kind: 'title'; title: string; group: number } | { kind: 'emoji'; emoji: Emoji[] };

type EmojiPickerProps = { onPick: (emoji: string) => void };

export function EmojiPicker({ onPick }: EmojiPickerProps): JSX.Element {
  const { t } = useTranslation();
  const language = useLanguage();
  const id = useId();
  const [question, setQuestion] = useState('');
  const [active, setActive] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const [recent] = useState(recentEmoji);
  const { data } = useQuery({
    queryKey: ['emoji', language],
    queryFn: () => loadEmoji(language),
    staleTime: Infinity,
  });
  const lines = useMemo(
    () => toLines(data ?? [], question, recent, (key) => t(`conversation.emoji.${key}`)),
    [data, question, recent, t],
  );
  const flat = useMemo(
    () => lines.flatMap((line) => (line.kind === 'emoji' ? line.emoji : [])),
    [lines],
  );
  // eslint-disable-next-line react-hooks/incompatible-library -- what it gives is used here and never kept
  const list = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 4,
  });
  const pick = (emoji: Emoji): void => {
    rememberEmoji(emoji.unicode);
    onPick(emoji.unicode);
  };
  const moveTo = (index: number): void => {
    const to = Math.max(0, Math.min(index, flat.length - 1));
    setActive(to);
    const wanted = flat[to];
    const line = lines.findIndex(
      (one) => one.kind === 'emoji' && one.emoji.some((emoji) => emoji === wanted),
    );
    list.scrollToIndex(Math.max(line, 0), { align: 'auto' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = {
      ArrowDown: COLUMNS,
      ArrowUp: -COLUMNS,
      ArrowRight: 1,
      ArrowLeft: -1,
    };
    const step = steps[event.key];
    const chosen = flat[active];
    if (event.key === 'Enter' && chosen !== undefined) {
      event.preventDefault();
      pick(chosen);
    } else if (step !== undefined && (question === '' || Math.abs(step) > 1)) {
      event.preventDefault();
      moveTo(active + step);
    }
  };
  return (
    <div
      className="flex w-[min(21rem,calc(100vw-1.5rem))] flex-col gap-2 p-2"
      onKeyDown={onKeyDown}
    >
      <SearchField
        label={t('conversation.emoji.search')}
        value={question}
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls={id}
        aria-activedescendant={flat.length === 0 ? undefined : `${id}-${active}`}
        onValue={(value) => {
          setQuestion(value);
          setActive(0);
          scroller.current?.scrollTo({ top: 0 });
        }}
      />
      {question === '' && (
        <div className="flex justify-between">
          {GROUPS.map(([group, emoji, key]) => (
            <button
              key={group}
              type="button"
              tabIndex={-1}
              title={t(`conversation.emoji.${key}`)}
              aria-label={t(`conversation.emoji.${key}`)}
              className="hover:bg-hover grid size-8 place-items-center rounded-lg text-base"
              onClick={() => {
                const line = lines.findIndex((one) => one.kind === 'title' && one.group === group);
                list.scrollToIndex(line, { align: 'start' });
              }}
            >
              {emoji}
            </button>
          ))}
        </div>
      )}
      <div
        ref={scroller}
        id={id}
        role="listbox"
        aria-label={t('conversation.emoji.label')}
        tabIndex={-1}
        className="h-64 overflow-y-auto overscroll-contain"
      >
        {data !== undefined && flat.length === 0 && (
          <p className="text-muted p-6 text-center text-sm">{t('conversation.emoji.none')}</p>
        )}
        <div
          role="presentation"
          className="relative w-full"
          style={{ height: `${list.getTotalSize()}px` }}
        >
          {list.getVirtualItems().map(({ index, key, start }) => {
            const line = lines[index];
            return (
              line !== undefined && (
                <div
                  key={key}
                  role="presentation"
                  className="absolute inset-x-0 top-0 flex"
                  style={{ height: `${ROW_PX}px`, transform: `translateY(${start}px)` }}
                >
                  {line.kind === 'title' ? (
                    <p
                      role="presentation"
                      className="text-muted self-end px-1.5 pb-1 text-xs font-medium"
                    >
                      {line.title}
                    </p>
                  ) : (
                    line.emoji.map((emoji) => {
                      const at = flat.indexOf(emoji);
                      return (
                        <button
                          key={emoji.unicode}
                          id={`${id}-${at}`}
                          type="button"
                          role="option"
                          tabIndex={-1}
                          aria-selected={at === active}
                          aria-label={emoji.label}
                          title={emoji.label}
                          className={clsx(
                            'hover:bg-hover grid w-[12.5%] place-items-center rounded-lg text-2xl',
                            at === active && 'bg-selected',
                          )}
                          onClick={() => {
                            pick(emoji);
                          }}
                        >
                          {emoji.unicode}
                        </button>
                      );
                    })
                  )}
                </div>
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

type Title = 'recent' | (typeof GROUPS)[number][2];

/** Rows of as many as stand beside each other, under the names of their groups. */
function toLines(
  all: readonly Emoji[],
  question: string,
  recent: readonly string[],
  title: (key: Title) => string,
): Line[] {
  if (question.trim() !== '') {
    return inRows(findEmoji(all, question));
  }
  const known = recent.flatMap((unicode) => all.find((one) => one.unicode === unicode) ?? []);
  // A copy: the same emoji stands in its group as well, and each place is one to go to.
  const picked = inRows(known.map((emoji) => ({ ...emoji })));
  const last: Line[] =
    picked.length === 0 ? [] : [{ kind: 'title', title: title('recent'), group: -1 }, ...picked];
  const groups = GROUPS.flatMap(([group, , key]): Line[] => [
    { kind: 'title', title: title(key), group },
    ...inRows(all.filter((emoji) => emoji.group === group)),
  ]);
  return all.length === 0 ? [] : [...last, ...groups];
}

function inRows(emoji: readonly Emoji[]): Line[] {
  const lines: Line[] = [];
  for (let at = 0; at < emoji.length; at += COLUMNS) {
    lines.push({ kind: 'emoji', emoji: emoji.slice(at, at + COLUMNS) });
  }
  return lines;
}
