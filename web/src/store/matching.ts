/** Finds names by what is typed, without regard to case and accents. */

/** Whether each word that is typed begins a word of the name, or stands in it. */
export function matches(name: string, typed: string): boolean {
  const plain = fold(name);
  return fold(typed)
    .split(/\s+/u)
    .every((word) => plain.includes(word));
}

/** How well a name fits: lower is better. Names that begin so come first. */
export function rank(name: string, typed: string): number {
  const plain = fold(name);
  const wanted = fold(typed);
  if (plain.startsWith(wanted)) {
    return 0;
  }
  return plain.split(/\s+/u).some((word) => word.startsWith(wanted)) ? 1 : 2;
}

function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replaceAll('đ', 'd')
    .replaceAll('Đ', 'D')
    .toLowerCase()
    .trim();
}
