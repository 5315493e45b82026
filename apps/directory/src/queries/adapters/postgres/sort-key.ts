import { invalidValue, type ResolvedAttribute } from '@muster/scim';
import { jsonPath } from './compile-filter.js';
import { columnOf, type ResourceSource } from './resource-source.js';
import type { SqlParameters } from './sql-parameters.js';

/** What a list is sorted by, as an expression over `r`. */
export interface SortKey {
  readonly sql: string;
  /** Keys of one type can be compared. Text is compared in "C" order. */
  readonly type: 'text' | 'timestamptz' | 'numeric' | 'bigint';
}

/** RFC 7644 section 3.4.2.3: resources without the attribute come last ascending and first descending, as nulls do. */
export function directionOf(descending: boolean): string {
  return descending ? 'desc nulls first' : 'asc nulls last';
}

/** Throws `ScimError` 400 `invalidValue` for an attribute that is not stored as it is shown. */
export function sortKey(
  source: ResourceSource,
  attribute: ResolvedAttribute,
  parameters: SqlParameters,
): SortKey {
  const column = columnOf(source, attribute);
  const folded = (text: string): SortKey => ({
    sql: `${attribute.definition.caseExact ? text : `directory.fold_case(${text})`} collate "C"`,
    type: 'text',
  });
  switch (column?.kind) {
    case 'text':
      return { sql: column.sql, type: 'text' };
    case 'time':
      return { sql: column.sql, type: 'timestamptz' };
    case 'uuid':
      return { sql: `${column.sql}::text collate "C"`, type: 'text' };
    case 'unfolded-text':
      return folded(column.sql);
    case 'constant':
      return { sql: parameters.add(column.value, 'text'), type: 'text' };
    case undefined:
      break;
    default:
      throw invalidValue('Lists cannot be sorted by this attribute.');
  }
  const virtual =
    attribute.schema === undefined &&
    attribute.attribute !== 'emails' &&
    source.relations.has(attribute.attribute);
  if (virtual || attribute.attribute === 'schemas')
    throw invalidValue('Lists cannot be sorted by this attribute.');
  // RFC 7644 section 3.4.2.3: of a multi-valued attribute the primary value counts, else the first one.
  const first = (path: string): string =>
    `jsonb_path_query_first(r.document, ${parameters.add(path, 'jsonpath')})`;
  const path = jsonPath(attribute);
  const primary = jsonPath({ ...attribute, primaryOnly: true });
  const value = attribute.multiValued ? `coalesce(${first(primary)}, ${first(path)})` : first(path);
  switch (attribute.definition.type) {
    case 'integer':
    case 'decimal':
      return {
        sql: `case when jsonb_typeof(${value}) = 'number' then (${value})::numeric end`,
        type: 'numeric',
      };
    case 'dateTime':
      return { sql: `directory.epoch_ms(${value} #>> '{}')`, type: 'bigint' };
    default:
      return folded(`(${value} #>> '{}')`);
  }
}
