/** The shape of a conversation that is on its way. */

import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { HeaderFrame } from '@/components/conversation/header-frame';
import { Skeleton } from '@/components/ui/skeleton';

const SHAPES = [
  ['w-48', false],
  ['w-72', false],
  ['w-40', true],
  ['w-64', true],
  ['w-56', false],
  ['w-80', true],
  ['w-36', false],
] as const;

export function MessageSkeletons(): JSX.Element {
  const { t } = useTranslation();
  return (
    <div
      role="status"
      className="mx-auto flex min-h-0 w-full max-w-4xl flex-1 flex-col justify-end gap-3 overflow-hidden px-5 pb-4"
    >
      <span className="sr-only">{t('conversation.loading')}</span>
      {SHAPES.map(([width, isOwn]) => (
        <Skeleton
          key={width}
          className={`h-10 max-w-[70%] rounded-2xl! ${width} ${isOwn ? 'self-end' : ''}`}
        />
      ))}
    </div>
  );
}

export function PaneSkeleton(): JSX.Element {
  return (
    <>
      <HeaderFrame>
        <Skeleton className="size-11 rounded-full!" />
        <span className="ml-2 flex flex-col gap-1.5">
          <Skeleton className="h-4 w-36" />
          <Skeleton className="h-3 w-20" />
        </span>
      </HeaderFrame>
      <MessageSkeletons />
    </>
  );
}
