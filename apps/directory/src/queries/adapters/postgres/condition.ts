/** A filter, or a part of one, as the condition of a WHERE. */
export interface Condition {
  /** True, false, or null in place of false. */
  readonly sql: string;
  /** An index leads to the rows; otherwise every resource of the tenant is looked at. */
  readonly indexed: boolean;
  /** The same, as it is asked where other conditions lead to the row, or where what an index finds is not what is wanted. */
  readonly perRow: string;
}

/** Asked in the same way whatever leads to the row. */
export const simple = (sql: string, indexed: boolean): Condition => ({ sql, indexed, perRow: sql });

export const scan = (sql: string): Condition => simple(sql, false);

export const NOTHING = simple('false', true);

/** With `or` indexes have to lead to what each of the conditions selects; with `and` to what one of them does. */
export function joined(conditions: readonly Condition[], word: 'and' | 'or'): Condition {
  const list = (key: 'sql' | 'perRow'): string =>
    `(${conditions.map((each) => each[key]).join(` ${word} `)})`;
  const isIndexed = ({ indexed }: Condition): boolean => indexed;
  const indexed = word === 'and' ? conditions.some(isIndexed) : conditions.every(isIndexed);
  const perRow = list('perRow');
  return indexed ? { sql: list('sql'), indexed, perRow } : scan(perRow);
}

/** An index of what is sought leads to what is not wanted. Null stands for false, so nothing is null when negated. */
export function negated({ perRow }: Condition): Condition {
  return scan(`((${perRow}) is not true)`);
}
