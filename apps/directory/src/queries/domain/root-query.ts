import type { ResourcePlace, RootQueryRequest, TenantId } from '@muster/contracts';
import {
  filterFromJson,
  invalidSyntax,
  resolveFilterAcross,
  type FilterForType,
  type ResourceTypes,
} from '@muster/scim';
import { parseResourceQuery, type ResourceQuery } from './resource-query.js';

/** A query over everything. */
export interface RootQuery {
  /** Every kind that the tenant has, in the order of the list; they agree on everything but the filter. */
  readonly parts: readonly RootPart[];
  readonly startIndex: number;
  readonly count: number;
  readonly cursor: string | null;
}

export interface RootPart {
  readonly place: ResourcePlace;
  /** Null where the filter matches nothing of this kind. */
  readonly query: ResourceQuery | null;
}

/** Throws as `parseResourceQuery` does; 400 `invalidFilter` for an attribute that no kind has. */
export function parseRootQuery(tenantId: TenantId, types: ResourceTypes, body: unknown): RootQuery {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalidSyntax('A query is an object.');
  const given = body as Partial<Record<keyof RootQueryRequest, unknown>>;
  const { startIndex, count, cursor, withManagerNames } = given;
  const filters: readonly FilterForType[] =
    given.filter === undefined
      ? types.all.map(() => 'everything')
      : resolveFilterAcross(filterFromJson(given.filter), types.all);
  const references: readonly unknown[] = Array.isArray(given.withReferencesOf) ? given.withReferencesOf : [];
  const queries = types.all.map((type) => {
    const place = placeOf(type.name, types);
    return parseResourceQuery(tenantId, place, type, {
      startIndex,
      count,
      cursor,
      withReferences: references.includes(place),
      withManagerNames,
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
  };
}

function placeOf(name: string, { user, group }: ResourceTypes): ResourcePlace {
  if (name === user.name) return 'users';
  return name === group.name ? 'groups' : `types/${name}`;
}

function filtered(query: ResourceQuery, filter: FilterForType): ResourceQuery | null {
  if (filter === 'nothing') return null;
  return filter === 'everything' ? query : { ...query, filter };
}
