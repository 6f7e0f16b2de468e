/** The emoji that there are, by group and by what they are called; loaded when they are first asked for. */

export type Emoji = { unicode: string; label: string; words: string; group: number };

type Compact = {
  unicode: string;
  label: string;
  tags?: readonly string[];
  group?: number;
};

/** Languages whose words for emoji come with the page; all others search in English. */
const LOADERS: Readonly<Record<string, () => Promise<{ default: unknown }>>> = {
  en: () => import('emojibase-data/en/compact.json'),
  vi: () => import('emojibase-data/vi/compact.json'),
};

/** Skin tones and hair are parts of emoji and none themselves. */
const COMPONENTS = 2;

export async function loadEmoji(language: string): Promise<readonly Emoji[]> {
  const load = LOADERS[language] ?? LOADERS['en'];
  const loaded = await load?.();
  return ((loaded?.default ?? []) as readonly Compact[]).flatMap(toEmoji);
}

function toEmoji({ unicode, label, tags = [], group }: Compact): Emoji[] {
  return group === undefined || group === COMPONENTS
    ? []
    : [{ unicode, label, group, words: fold([label, ...tags].join(' ')) }];
}

/** Those of which every word of the question begins a word. */
export function findEmoji(emoji: readonly Emoji[], question: string): readonly Emoji[] {
  const wanted = fold(question).split(/\s+/u).filter(Boolean);
  return wanted.length === 0
    ? emoji
    : emoji.filter(({ words }) => wanted.every((word) => ` ${words}`.includes(` ${word}`)));
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/giu, 'd').toLowerCase();
}

const RECENT = 'salala.recent-emoji';
const RECENT_MAX = 16;

/** Those picked last in this browser. */
export function recentEmoji(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(RECENT) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

export function rememberEmoji(unicode: string): void {
  const others = recentEmoji().filter((one) => one !== unicode);
  try {
    localStorage.setItem(RECENT, JSON.stringify([unicode, ...others].slice(0, RECENT_MAX)));
  } catch {
    // A browser that keeps nothing shows none of them next time.
  }
}
