/** Times as people say them. */

const DAY_MS = 24 * 60 * 60 * 1000;

/** In a list: the time of today, the weekday of this week, else the date. */
export function shortTime(iso: string, language: string, now = new Date()): string {
  const at = new Date(iso);
  const days = daysBetween(at, now);
  if (days <= 0) {
    return at.toLocaleTimeString(language, { hour: 'numeric', minute: '2-digit' });
  }
  if (days === 1) {
    const word = new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-1, 'day');
    return word.charAt(0).toLocaleUpperCase(language) + word.slice(1);
  }
  if (days < 7) {
    return at.toLocaleDateString(language, { weekday: 'short' });
  }
  const isThisYear = at.getFullYear() === now.getFullYear();
  return at.toLocaleDateString(
    language,
    isThisYear
      ? { day: 'numeric', month: 'short' }
      : { day: 'numeric', month: 'short', year: 'numeric' },
  );
}

/** How long ago, roughly: `5 minutes ago`. */
export function agoTime(iso: string, language: string, now = new Date()): string {
  const seconds = Math.max(0, (now.getTime() - Date.parse(iso)) / 1000);
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const steps = [
    [60, 'minute'],
    [3600, 'hour'],
    [86_400, 'day'],
    [604_800, 'week'],
    [2_629_800, 'month'],
    [31_557_600, 'year'],
  ] as const;
  const step = steps.findLast(([size]) => seconds >= size);
  return step === undefined
    ? words.format(0, 'second')
    : words.format(-Math.floor(seconds / step[0]), step[1]);
}

/** In full, for who wants to know exactly. */
export function fullTime(iso: string, language: string): string {
  return new Date(iso).toLocaleString(language, { dateStyle: 'full', timeStyle: 'short' });
}

/** A day alone. */
export function dayTime(iso: string, language: string): string {
  return new Date(iso).toLocaleDateString(language, { dateStyle: 'long' });
}

/** Midnights between two moments, in the user's own days. */
function daysBetween(from: Date, to: Date): number {
  const midnight = (date: Date): number =>
    new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(to) - midnight(from)) / DAY_MS);
}
