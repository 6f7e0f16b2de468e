/** What a message's text is shown as: words, links and mentions. Nothing in it is ever markup. */

export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'mention'; text: string; userId: string };

/** Links with a scheme, links that begin with `www.`, and addresses of e-mail. */
const LINK =
  /(?<![\p{L}\p{N}_])(?:https?:\/\/[^\s<>"]+|mailto:[^\s<>"]+|www\.[^\s<>"]+|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)/giu;
/** As the server reads a mention: an e-mail address names nobody. */
const MENTION = /(?<![\p{L}\p{N}_])@([A-Za-z0-9_.-]+)/gu;
const SCHEMES: readonly string[] = ['http:', 'https:', 'mailto:'];
const CLOSERS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
/** Emoji alone are shown large up to so many. */
const LARGE_EMOJI_MAX = 3;

/**
 * Takes a text apart.
 *
 * @param mentioned the ids of those whom the server found named, by their names in lower case
 */
export function toPieces(text: string, mentioned: ReadonlyMap<string, string>): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const shown = trimLink(match[0]);
    const href = toHref(shown);
    if (href !== null) {
      pieces.push(...toMentions(text.slice(end, match.index), mentioned));
      pieces.push({ kind: 'link', text: shown, href });
      end = match.index + shown.length;
    }
  }
  pieces.push(...toMentions(text.slice(end), mentioned));
  return pieces;
}

function toMentions(text: string, mentioned: ReadonlyMap<string, string>): Piece[] {
  if (mentioned.size === 0 || !text.includes('@')) {
    return text === '' ? [] : [{ kind: 'text', text }];
  }
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(MENTION)) {
    const found = findNamed(match[1] ?? '', mentioned);
    if (found !== null) {
      const start = match.index;
      if (start > end) {
        pieces.push({ kind: 'text', text: text.slice(end, start) });
      }
      end = start + 1 + found.name.length;
      pieces.push({ kind: 'mention', text: text.slice(start, end), userId: found.userId });
    }
  }
  if (end < text.length) {
    pieces.push({ kind: 'text', text: text.slice(end) });
  }
  return pieces;
}

/** The longest spelling first, then without the dots and dashes with which a sentence may go on. */
function findNamed(
  token: string,
  mentioned: ReadonlyMap<string, string>,
): { name: string; userId: string } | null {
  for (let name = token; name !== ''; name = name.slice(0, -1)) {
    const userId = mentioned.get(name.toLowerCase());
    if (userId !== undefined) {
      return { name, userId };
    }
    if (!/[.-]$/.test(name)) {
      return null;
    }
  }
  return null;
}

/** Without what belongs to the sentence around it: a full stop, a bracket that was opened before. */
function trimLink(found: string): string {
  let link = found;
  for (;;) {
    const last = link.at(-1) ?? '';
    const opener = CLOSERS[last];
    const isUnopened = opener !== undefined && count(link, last) > count(link, opener);
    if (!isUnopened && !/[.,;:!?'"*…»”’]/u.test(last)) {
      return link;
    }
    link = link.slice(0, -1);
  }
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

/** Where a link goes; `null` where that is nowhere one should be sent. */
export function toHref(link: string): string | null {
  const address = /^(?:https?:\/\/|mailto:)/i.test(link)
    ? link
    : link.includes('@') && !/^www\./i.test(link)
      ? `mailto:${link}`
      : `https://${link}`;
  try {
    const url = new URL(address);
    const isWhole = url.protocol === 'mailto:' ? url.pathname.includes('@') : url.hostname !== '';
    return SCHEMES.includes(url.protocol) && isWhole ? url.href : null;
  } catch {
    return null;
  }
}

/** Whether a text is a few emoji and nothing else, which are shown large. */
export function isLargeEmoji(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > 40 || /[\p{L}\p{N}]/u.test(trimmed)) {
    return false;
  }
  const letters = [...new Intl.Segmenter().segment(trimmed)].map(({ segment }) => segment);
  const isEmoji = (letter: string): boolean =>
    /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}|\p{Regional_Indicator})/u.test(letter);
  return letters.length <= LARGE_EMOJI_MAX && letters.every(isEmoji);
}

/** One line of a text, for a quote or a list. */
export function toLine(text: string, lettersMax = 160): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  return line.length > lettersMax ? `${line.slice(0, lettersMax).trimEnd()}…` : line;
}
