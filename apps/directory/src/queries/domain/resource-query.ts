import {
  parseUuid,
  type QueryRequest,
  type ReadOptions,
  type ResourceId,
  type ResourcePlace,
  type TenantId,
} from '@muster/contracts';
import {
  filterFromJson,
  findAttribute,
  invalidCount,
  invalidSyntax,
  invalidValue,
  parseReference,
  resolveFilter,
  type ResolvedAttribute,
  type ResolvedFilter,
  type ResourceType,
  type ResourceTypes,
} from '@muster/scim';

/** Resources on one page at the most. */
export const PAGE_SIZE_MAX = 1_000;
const START_INDEX_MAX = 1_000_000_000;
const CURSOR_LENGTH_MAX = 512;

export interface SortOrder {
  readonly attribute: ResolvedAttribute;
  readonly descending: boolean;
}

/** A list query whose names and values have been checked against the schema. */
export interface ResourceQuery extends ReadOptions {
  readonly tenantId: TenantId;
  readonly place: ResourcePlace;
  readonly resourceType: ResourceType;
  readonly filter: ResolvedFilter | null;
  readonly sort: SortOrder | null;
  /** 1-based. */
  readonly startIndex: number;
  readonly count: number;
  /** Empty: the first page of a walk by cursors. Null: a walk by index. */
  readonly cursor: string | null;
}

/** One resource, named by tenant and id. */
export interface ResourceKey {
  readonly tenantId: TenantId;
  readonly place: ResourcePlace;
  readonly id: ResourceId;
}

const TYPE_PLACE = /^types\/[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Null for what names no place, whatever the tenant has. */
export function parsePlace(text: string): ResourcePlace | null {
  return text === 'users' || text === 'groups' || TYPE_PLACE.test(text) ? (text as ResourcePlace) : null;
}

/** The type of the resources at a place; undefined where the tenant has none of that name. */
export function resourceTypeAt(place: ResourcePlace, types: ResourceTypes): ResourceType | undefined {
  if (place === 'users') return types.user;
  if (place === 'groups') return types.group;
  return types.own.find(({ name }) => place === `types/${name}`);
}

/** Null where no resource can have such a name: to the client that is the same as one that does not exist. */
export function parseResourceKey(tenantId: string, place: string, id: string): ResourceKey | null {
  const tenant = parseUuid<TenantId>(tenantId);
  const resource = parseUuid<ResourceId>(id);
  const parsed = parsePlace(place);
  // Ids are caseExact (RFC 7643 section 3.1).
  if (tenant === null || resource === null || resource !== id || parsed === null) return null;
  return { tenantId: tenant, place: parsed, id: resource };
}

/**
 * Parses the body of a query. Throws `ScimError` 400 for what is malformed or contradicts the schema, 403 for a filter on
 * what is never returned.
 */
export function parseResourceQuery(
  tenantId: TenantId,
  place: ResourcePlace,
  resourceType: ResourceType,
  body: unknown,
): ResourceQuery {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalidSyntax('A query is an object.');
  const given = body as Partial<Record<keyof QueryRequest, unknown>>;
  const cursor = given.cursor ?? null;
  if (cursor !== null && (typeof cursor !== 'string' || cursor.length > CURSOR_LENGTH_MAX))
    throw invalidValue('cursor is not text.');
  const filter =
    given.filter === undefined ? null : resolveFilter(filterFromJson(given.filter), resourceType);
  return {
    tenantId,
    place,
    resourceType,
    filter,
    sort: given.sortBy === undefined ? null : sortOf(resourceType, given.sortBy, given.sortOrder),
    startIndex: integer(given.startIndex ?? 1, 1, START_INDEX_MAX, 'startIndex'),
    count: Math.min(count(given.count), PAGE_SIZE_MAX),
    cursor,
    withReferences: given.withReferences === true,
    withManagerNames: given.withManagerNames === true,
  };
}

function integer(value: unknown, min: number, max: number, name: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw invalidValue(`${name} is not an integer.`);
  return Math.min(Math.max(value, min), max);
}

/** RFC 7644 section 3.4.2.4: a negative count is 0. */
function count(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw invalidCount('count is not an integer.');
  return Math.max(value, 0);
}

function sortOf(resourceType: ResourceType, sortBy: unknown, sortOrder: unknown): SortOrder {
  const attribute = sortableAttribute(resourceType, sortBy);
  if (attribute === 'none') throw invalidValue('sortBy names no attribute.');
  if (attribute === 'not comparable')
    throw invalidValue('sortBy names an attribute without a value of its own.');
  if (sortOrder !== undefined && sortOrder !== 'ascending' && sortOrder !== 'descending') {
    throw invalidValue('sortOrder is ascending or descending.');
  }
  return { descending: sortOrder === 'descending', attribute };
}

/**
 * What resources of a type are compared by: of a complex attribute its `value`. Throws 400 `invalidValue` for what is never
 * returned.
 */
export function sortableAttribute(
  resourceType: ResourceType,
  sortBy: unknown,
): ResolvedAttribute | 'none' | 'not comparable' {
  const reference = typeof sortBy === 'string' ? parseReference(sortBy) : undefined;
  const found = reference && findAttribute(resourceType, reference);
  if (found?.kind !== 'attribute') return 'none';
  const { definition, extension } = found;
  const sub =
    found.subDefinition ??
    (definition.type === 'complex' ? definition.subAttributes.find('value') : undefined);
  if (definition.type === 'complex' && sub === undefined) return 'not comparable';
  const compared = sub ?? definition;
  if (definition.returned === 'never' || compared.returned === 'never')
    throw invalidValue('sortBy names an attribute that is never returned.');
  return {
    ...(extension === undefined ? {} : { schema: extension.id }),
    attribute: definition.name,
    ...(sub === undefined ? {} : { subAttribute: sub.name }),
    definition: compared,
    multiValued: definition.multiValued,
  };
}
