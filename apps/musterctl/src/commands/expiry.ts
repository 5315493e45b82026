import { usageError } from '../musterctl-error.js';

const DAY_MS = 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS };

/** When a token ends: a number of hours, days or weeks from now (`12h`, `90d`, `4w`), or a date. Returns ISO 8601. */
export function parseExpiry(text: string, now: Date): string {
  const [, count, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  const timeMs =
    count === undefined
      ? Date.parse(text)
      : now.getTime() + Number(count) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  if (Number.isNaN(timeMs))
    throw usageError(`not a time: ${text}`, 'Use a span such as 90d, or a date such as 2030-01-31.');
  if (timeMs <= now.getTime())
    throw usageError(`not in the future: ${text}`, 'A token that has expired is of no use.');
  return new Date(timeMs).toISOString();
}
