/** Turns rows into the column arrays that `unnest` takes: one statement for any number of rows. */
export function columns<Row, const Picks extends readonly ((row: Row) => string | number | boolean | null)[]>(
  rows: readonly Row[],
  picks: Picks,
): (string | number | boolean | null)[][] {
  return picks.map((pick) => rows.map(pick));
}
