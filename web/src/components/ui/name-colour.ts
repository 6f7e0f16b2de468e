/** The colour of somebody's name, legible on the bubbles of both themes. */

const COLOURS = 8;

export function nameColourOf(userId: string): string {
  let sum = 0;
  for (const letter of userId) {
    sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  }
  return `var(--name-${sum % COLOURS})`;
}
