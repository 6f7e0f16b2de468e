/** How loud a recording is, as a row of bars. */

/** So many bars are sent with a recording. */
export const PEAKS = 48;

/** A row of so many bars out of whatever was measured, from 0 to 1; the loudest fills its height. */
export function toPeaks(levels: readonly number[], count = PEAKS): number[] {
  const loudest = Math.max(...levels.slice(0, 100_000), 0.05);
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * levels.length) / count);
    const to = Math.max(from + 1, Math.floor(((index + 1) * levels.length) / count));
    const level = Math.max(0, ...levels.slice(from, to));
    return Math.round(Math.min(1, level / loudest) * 100) / 100;
  });
}

/** How loud a moment is, of samples from 0 to 255 around 128. */
export function levelOf(samples: Uint8Array): number {
  let sum = 0;
  for (const sample of samples) {
    sum += ((sample - 128) / 128) ** 2;
  }
  return Math.sqrt(sum / Math.max(samples.length, 1));
}
