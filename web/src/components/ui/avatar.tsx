/** A picture of somebody or a group; without one, initials on a colour of their own. */

'use client';

import { clsx } from 'clsx';
import { useState, type JSX } from 'react';

const SIZES = {
  xs: 'size-6 text-[0.625rem]',
  sm: 'size-8 text-xs',
  md: 'size-11 text-sm',
  lg: 'size-14 text-lg',
  xl: 'size-24 text-3xl',
};

/** Dark enough for white letters at 4.5 to 1. */
const COLOURS = [
  'linear-gradient(135deg,#0f766e,#115e59)',
  'linear-gradient(135deg,#1d64c4,#1e4fa0)',
  'linear-gradient(135deg,#6d4bc9,#5636ab)',
  'linear-gradient(135deg,#b0347c,#8f2462)',
  'linear-gradient(135deg,#b4470f,#93380a)',
  'linear-gradient(135deg,#7a6410,#5f4d08)',
  'linear-gradient(135deg,#3d7a1a,#2f6012)',
  'linear-gradient(135deg,#4a5a74,#37455c)',
];

type AvatarProps = {
  /** Who: the colour comes of it, so it is the same on every device. */
  id: string;
  name: string;
  picture?: string | null | undefined;
  size?: keyof typeof SIZES;
  isOnline?: boolean;
  className?: string;
};

export function Avatar(props: AvatarProps): JSX.Element {
  const { id, name, picture, size = 'md', isOnline = false, className } = props;
  const [broken, setBroken] = useState<string | null>(null);
  const shown = safePicture(picture);
  return (
    <span aria-hidden className={clsx('relative inline-block shrink-0', SIZES[size], className)}>
      {shown !== null && shown !== broken ? (
        // eslint-disable-next-line @next/next/no-img-element -- pictures are anywhere, and nothing here resizes them
        <img
          src={shown}
          alt=""
          loading="lazy"
          decoding="async"
          referrerPolicy="no-referrer"
          className="size-full rounded-full object-cover"
          onError={() => {
            setBroken(shown);
          }}
        />
      ) : (
        <span
          className="grid size-full place-items-center rounded-full font-semibold text-white select-none"
          style={{ background: colourOf(id) }}
        >
          {initialsOf(name)}
        </span>
      )}
      {isOnline && (
        <span className="border-surface bg-online absolute right-0 bottom-0 size-[28%] max-h-3.5 max-w-3.5 rounded-full border-2" />
      )}
    </span>
  );
}

/** A picture is an address that a picture may have, and nothing that runs. */
function safePicture(picture: string | null | undefined): string | null {
  return picture && /^(https?:\/\/|\/[^/])/i.test(picture) ? picture : null;
}

/** The colour of somebody without a picture. */
export function colourOf(id: string): string {
  let sum = 0;
  for (const letter of id) {
    sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  }
  return COLOURS[sum % COLOURS.length] ?? '';
}

/** The first letters of the first and the last word. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = firstLetter(words[0]);
  const last = words.length > 1 ? firstLetter(words.at(-1)) : '';
  return (first + last).toLocaleUpperCase() || '?';
}

function firstLetter(word = ''): string {
  return (
    Array.from(word).find((letter) => /[\p{L}\p{N}\p{Emoji_Presentation}]/u.test(letter)) ?? ''
  );
}
