/**
 * What must not reach a header, a log-like list or a terminal: control characters (a NUL is refused by Postgres, CR and LF
 * begin a new mail header), line and paragraph separators, and the marks that turn the direction of the text around them.
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

/**
 * Text of a stranger as one line of at most `charactersMax` code points, well-formed, with an ellipsis where it was cut.
 * Empty when nothing printable is left.
 */
export function oneLine(value: string, charactersMax: number): string {
  // Cut before the work is done, so that a name of megabytes costs no more than a long one.
  const candidate = value.slice(0, charactersMax * 8).toWellFormed();
  const clean = candidate.replaceAll(UNPRINTABLE, ' ').replaceAll(/\s+/g, ' ').trim();
  const characters = Array.from(clean);
  if (characters.length <= charactersMax) return clean;
  return `${characters.slice(0, charactersMax - 1).join('')}…`;
}
