import type { ComparisonOperator } from '@muster/scim';
import type { SqlParameters } from './sql-parameters.js';

const LAST_CODE_POINT = 0x10ffff;

/**
 * Compares text as the SCIM engine does: both sides folded already where case does not count, order by code point.
 * `expression` must not be null where the answer matters; it is SQL of our own, the wanted text is bound.
 */
export function textCondition(
  operator: Exclude<ComparisonOperator, 'ne'>,
  expression: string,
  wanted: string,
  parameters: SqlParameters,
): string {
  const text = parameters.add(wanted, 'text');
  switch (operator) {
    case 'eq':
      return `${expression} = ${text}`;
    case 'co':
      // Not LIKE: nothing in the wanted text has a meaning of its own.
      return `strpos(${expression}, ${text}) > 0`;
    case 'sw':
      return `starts_with(${expression}, ${text})`;
    case 'ew':
      return `right(${expression}, length(${text})) = ${text}`;
    case 'gt':
      return `${expression} collate "C" > ${text}`;
    case 'ge':
      return `${expression} collate "C" >= ${text}`;
    case 'lt':
      return `${expression} collate "C" < ${text}`;
    case 'le':
      return `${expression} collate "C" <= ${text}`;
  }
}

/** A prefix as a range, which an index in "C" order answers. */
export function prefixCondition(expression: string, prefix: string, parameters: SqlParameters): string {
  const from = `${expression} >= ${parameters.add(prefix, 'text')}`;
  const end = afterPrefix(prefix);
  return end === null ? from : `(${from} and ${expression} < ${parameters.add(end, 'text')})`;
}

/** The first text behind all that begin with `prefix`, by code point; null when there is none. */
export function afterPrefix(prefix: string): string | null {
  const points = [...prefix];
  while (points.length > 0) {
    const last = points.pop()!.codePointAt(0)!;
    if (last === LAST_CODE_POINT) continue;
    // Surrogates are no characters: the next one after U+D7FF is U+E000.
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    return points.join('') + String.fromCodePoint(next);
  }
  return null;
}
