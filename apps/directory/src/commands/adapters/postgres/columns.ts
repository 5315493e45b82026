import type { ScimValue } from '@muster/scim';
import type { ResourceRef } from '../../application/batch-transaction.js';

/** Turns rows into the column arrays that `unnest` takes: one statement for any number of rows. */
export function columns<Row, const Picks extends readonly ((row: Row) => string | number | boolean | null)[]>(
  rows: readonly Row[],
  picks: Picks,
): (string | number | boolean | null)[][] {
  return picks.map((pick) => rows.map(pick));
}

/** Parts of at most `size` rows, in their order: so that no statement outlasts the statement timeout. */
export function* slices<Row>(rows: readonly Row[], size: number): Iterable<readonly Row[]> {
  for (let from = 0; from < rows.length; from += size) yield rows.slice(from, from + size);
}

/** The key of a resource, as columns. */
export const refColumns = [(ref: ResourceRef) => ref.tenantId, (ref: ResourceRef) => ref.id] as const;

/** What a text column holds of a document's value; null where that is no text. */
export function textOf(value: ScimValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
