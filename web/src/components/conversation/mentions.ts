/** Naming somebody while one writes: what is being named, who it may be, and the text with the name in it. */

/** A name that is being written: where its `@` stands, and what stands behind it up to the caret. */
export type Naming = { start: number; query: string };

export type Nameable = { id: string; username: string; displayName: string | null };

const SHOWN_MAX = 8;
const NAME = /^[A-Za-z0-9_.-]*$/;
/** Longer names there are none. */
const NAME_CHARS_MAX = 40;

/** The name that is being written at the caret, if one is. */
export function namingAt(text: string, caret: number): Naming | null {
  const start = text.lastIndexOf('@', caret - 1);
  if (start === -1 || caret - start > NAME_CHARS_MAX + 1) {
    return null;
  }
  const query = text.slice(start + 1, caret);
  const before = text.slice(0, start);
  return NAME.test(query) && !/[\p{L}\p{N}_]$/u.test(before) ? { start, query } : null;
}

/** The text with somebody's name in place of what was written of it, and where the caret then stands. */
export function putName(
  text: string,
  caret: number,
  { start }: Naming,
  username: string,
): { text: string; caret: number } {
  const after = text.slice(caret);
  const name = `@${username}${after.startsWith(' ') ? '' : ' '}`;
  const end = start + name.length + (after.startsWith(' ') ? 1 : 0);
  return { text: text.slice(0, start) + name + after, caret: end };
}

/** Who may be meant, the likeliest first. */
export function findNameable<T extends Nameable>(people: readonly T[], query: string): T[] {
  const wanted = fold(query);
  return people
    .map((person) => ({ person, rank: rankOf(person, wanted) }))
    .filter(({ rank }) => rank < 3)
    .sort(
      (one, other) =>
        one.rank - other.rank || one.person.username.localeCompare(other.person.username),
    )
    .slice(0, SHOWN_MAX)
    .map(({ person }) => person);
}

function rankOf({ username, displayName }: Nameable, wanted: string): number {
  const name = fold(displayName ?? '');
  if (fold(username).startsWith(wanted) || name.startsWith(wanted)) {
    return 0;
  }
  if (name.split(/\s+/u).some((word) => word.startsWith(wanted))) {
    return 1;
  }
  return fold(username).includes(wanted) ? 2 : 3;
}

/** Without case and marks, so that `nguyen` finds Nguyễn. */
function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/giu, 'd').toLowerCase();
}
