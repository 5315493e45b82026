import { invalidValue } from '@muster/scim';
import type { InterleavingRequest, ResourceSelection } from '../../application/resource-reader.js';
import { compileFilter } from './compile-filter.js';
import { sourceAt } from './resource-source.js';
import { conditionsOf, type Statement } from './resource-statements.js';
import { directionOf, sortKey, type SortKey } from './sort-key.js';
import { SqlParameters } from './sql-parameters.js';

/**
 * Sorts resources of several kinds as one list and tells of each kind how many there are, how many come before a page, and its places on the page. Of
 * a resource nothing but its key is carried through the sort. One row for each kind that has any; kinds by their number.
 */
export function interleavingStatement({
  selections,
  descending,
  offset,
  limit,
}: InterleavingRequest): Statement {
  const parameters = new SqlParameters(selections[0]?.tenantId ?? '');
  const keys = selections.map((selection) => keyOf(selection, parameters));
  const [type = 'text', ...others] = new Set(keys.flatMap((key) => (key === null ? [] : [key.type])));
  if (others.length > 0)
    throw invalidValue(
      'What to sort by differs in type from one type of resource to another. Ask for one of them at a time.',
    );
  const arms = selections.map((selection, kind) => {
    const key = keys[kind]?.sql ?? `null::${type}`;
    return `select ${kind} as kind, r.seq, ${key} as sort_key from ${fromOf(selection, parameters)}`;
  });
  const order = `sort_key${type === 'text' ? ' collate "C"' : ''} ${directionOf(descending)}, kind, seq`;
  const start = parameters.add(offset, 'bigint');
  const end = parameters.add(offset + limit, 'bigint');
  const text = `with listed as (
    ${arms.join('\n    union all ')}
  ), placed as (
    select kind, row_number() over (order by ${order}) as place from listed
  )
  select kind, count(*)::int as total, (count(*) filter (where place <= ${start}))::int as before,
    array_agg(place::int) filter (where place > ${start} and place <= ${end}) as places
  from placed group by kind`;
  return { name: 'everything.interleaving', text, values: parameters.values, scans: true };
}

/** Null for a kind that has no such attribute. */
function keyOf({ place, resourceType, sort }: ResourceSelection, parameters: SqlParameters): SortKey | null {
  return sort === null ? null : sortKey(sourceAt(place, resourceType), sort.attribute, parameters);
}

function fromOf({ place, resourceType, filter }: ResourceSelection, parameters: SqlParameters): string {
  const source = sourceAt(place, resourceType);
  const compiled = filter === null ? null : compileFilter(filter, source, parameters);
  const conditions = conditionsOf(source, compiled?.indexed === true, parameters);
  if (compiled !== null) conditions.push(compiled.sql);
  return `${source.table} r where ${conditions.join(' and ')}`;
}
