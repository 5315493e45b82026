import type { ResourcePlace, RootQueryRequest, TenantId } from '@muster/contracts';
import {
  filterFromJson,
  invalidSyntax,
  invalidValue,
  resolveFilterAcross,
  type FilterForType,
  type ResourceType,
  type ResourceTypes,
} from '@muster/scim';
import { parseResourceQuery, sortableAttribute, type ResourceQuery } from './resource-query.js';

/** A query over everything. */
export interface RootQuery {
  /** Every kind that the tenant has, in the order of the list; they agree on everything but the filter. */
  readonly parts: readonly RootPart[];
  readonly startIndex: number;
  readonly count: number;
  readonly cursor: string | null;
  /** All kinds as one list in this order; null: one kind after the other. */
  readonly sorted: 'ascending' | 'descending' | null;
}

export interface RootPart {
  readonly place: ResourcePlace;
  /** Null where the filter matches nothing of this kind. */
  readonly query: ResourceQuery | null;
}

/**
 * Throws as `parseResourceQuery` does; 400 `invalidFilter` for a filter by an attribute that no kind has, 400 `invalidValue` for an
 * order by one.
 */
export function parseRootQuery(tenantId: TenantId, types: ResourceTypes, body: unknown): RootQuery {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalidSyntax('A query is an object.');
  const given = body as Partial<Record<keyof RootQueryRequest, unknown>>;
  const { startIndex, count, cursor, withManagerNames, sortBy, sortOrder } = given;
  const filters: readonly FilterForType[] =
    given.filter === undefined
      ? types.all.map(() => 'everything')
      : resolveFilterAcross(filterFromJson(given.filter), types.all);
  const references: readonly unknown[] = Array.isArray(given.withReferencesOf) ? given.withReferencesOf : [];
  const sortedTypes = sortBy === undefined ? [] : typesSortedBy(sortBy, types);
  const queries = types.all.map((type, index) => {
    const place = placeOf(type.name, types);
    return parseResourceQuery(tenantId, place, type, {
      startIndex,
      count,
      cursor,
      withReferences: references.includes(place),
      withManagerNames,
      ...(sortedTypes.includes(type) && filters[index] !== 'nothing' ? { sortBy, sortOrder } : {}),
    });
  });
  const [common] = queries;
  if (common === undefined) throw new Error('a tenant has users');
  return {
    parts: queries.map((query, index) => ({
      place: query.place,
      query: filtered(query, filters[index] ?? 'nothing'),
    })),
    startIndex: common.startIndex,
    count: common.count,
    cursor: common.cursor,
    sorted: sortBy === undefined ? null : sortOrder === 'descending' ? 'descending' : 'ascending',
  };
}

/**
 * Types whose resources can be compared by the attribute. Those of the others have no such value, and come where the RFC puts that
 * (RFC 7644 section 3.4.2.3).
 */
function typesSortedBy(sortBy: unknown, { all }: ResourceTypes): readonly ResourceType[] {
  const attributes = all.map((type) => ({ type, attribute: sortableAttribute(type, sortBy) }));
  const having = attributes.filter(({ attribute }) => attribute !== 'none');
  if (having.length === 0) throw invalidValue('sortBy names no attribute.');
  const comparable = having.filter(({ attribute }) => attribute !== 'not comparable');
  if (comparable.length === 0) throw invalidValue('sortBy names an attribute without a value of its own.');
  return comparable.map(({ type }) => type);
}

function placeOf(name: string, { user, group }: ResourceTypes): ResourcePlace {
  if (name === user.name) return 'users';
  return name === group.name ? 'groups' : `types/${name}`;
}

function filtered(query: ResourceQuery, filter: FilterForType): ResourceQuery | null {
  if (filter === 'nothing') return null;
  return filter === 'everything' ? query : { ...query, filter };
}
