import type { RootQueryRequest, TenantId } from '@muster/contracts';
import { filterFromJson, invalidSyntax, resolveFilterAcross, type FilterForType } from '@muster/scim';
import {
  parseResourceQuery,
  resourceTypeOf,
  type ResourceKind,
  type ResourceQuery,
} from './resource-query.js';

/** A query over both kinds; null where the filter matches nothing of a kind. The two agree on everything but the filter. */
export interface RootQuery {
  readonly users: ResourceQuery | null;
  readonly groups: ResourceQuery | null;
  readonly startIndex: number;
  readonly count: number;
  readonly cursor: string | null;
}

const kinds: readonly ResourceKind[] = ['users', 'groups'];

/** Throws as `parseResourceQuery` does; 400 `invalidFilter` for an attribute that neither kind has. */
export function parseRootQuery(tenantId: TenantId, body: unknown): RootQuery {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalidSyntax('A query is an object.');
  const given = body as Partial<Record<keyof RootQueryRequest, unknown>>;
  const { startIndex, count, cursor, withManagerNames } = given;
  const filters: readonly FilterForType[] =
    given.filter === undefined
      ? kinds.map(() => 'everything')
      : resolveFilterAcross(filterFromJson(given.filter), kinds.map(resourceTypeOf));
  const references = Array.isArray(given.withReferencesOf) ? given.withReferencesOf : [];
  const [users, groups] = kinds.map((kind, place) => ({
    query: parseResourceQuery(tenantId, kind, {
      startIndex,
      count,
      cursor,
      withReferences: references.includes(kind),
      withManagerNames,
    }),
    filter: filters[place] ?? 'nothing',
  }));
  if (users === undefined || groups === undefined) throw new Error('a kind has no query');
  const common = users.query;
  return {
    users: filtered(users),
    groups: filtered(groups),
    startIndex: common.startIndex,
    count: common.count,
    cursor: common.cursor,
  };
}

function filtered(each: {
  readonly query: ResourceQuery;
  readonly filter: FilterForType;
}): ResourceQuery | null {
  if (each.filter === 'nothing') return null;
  return each.filter === 'everything' ? each.query : { ...each.query, filter: each.filter };
}
