/** Times and days in the user's language. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs far more than using it. */
function formatOf(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(language, options);
  formats.set(key, known);
  return known;
}

/** The time of day. */
export function formatTime(iso: string, language: string): string {
  return formatOf(language, { hour: 'numeric', minute: '2-digit' }).format(new Date(iso));
}

/** Day and time, whole. */
export function formatMoment(iso: string, language: string): string {
  return formatOf(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

/** A day as one speaks of it: today, yesterday, its weekday, its date. */
export function formatDay(day: string, today: string, language: string): string {
  const date = new Date(`${day}T12:00:00`);
  const daysAgo = Math.round((Date.parse(`${today}T12:00:00`) - date.getTime()) / 86_400_000);
  if (daysAgo === 0 || daysAgo === 1) {
    const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
    return capitalise(words.format(-daysAgo, 'day'), language);
  }
  if (daysAgo > 1 && daysAgo < 7) {
    return capitalise(formatOf(language, { weekday: 'long' }).format(date), language);
  }
  const isThisYear = day.slice(0, 4) === today.slice(0, 4);
  const options: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'long' };
  return formatOf(language, isThisYear ? options : { ...options, year: 'numeric' }).format(date);
}

/** Minutes and seconds of a recording. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** A size in the largest unit that keeps it above one. */
export function formatSize(bytes: number, language: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const power = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)), 3);
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power < 2 ? 0 : 1,
  }).format(bytes / 1024 ** power);
}

function capitalise(text: string, language: string): string {
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}
