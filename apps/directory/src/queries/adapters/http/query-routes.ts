import {
  parseSchemasDigest,
  parseUuid,
  type QueryRequest,
  type ResourcePlace,
  type SchemasDigest,
  type TenantId,
} from '@muster/contracts';
import { invalidValue, notFound, standardResourceTypes, type ResourceTypes } from '@muster/scim';
import type { InternalRequest, InternalRoute } from '../../../http/internal-route.js';
import type { ListOfEverything } from '../../application/list-everything.js';
import type { ResourceList, ResourceLister } from '../../application/list-resources.js';
import type { RenderedResource, ResourceReader } from '../../application/resource-reader.js';
import {
  parsePlace,
  parseResourceKey,
  parseResourceQuery,
  resourceTypeAt,
} from '../../domain/resource-query.js';
import { parseRootQuery, type RootQuery } from '../../domain/root-query.js';

export interface QueryRoutesOptions {
  readonly reader: ResourceReader;
  readonly lister: ResourceLister;
  readonly listEverything: (query: RootQuery) => Promise<ListOfEverything>;
  /** By the registration that a digest names; null where the tenant has none such. */
  readonly typesBy: (tenantId: TenantId, digest: SchemasDigest) => Promise<ResourceTypes | null>;
}

/** The query API: one resource by id, lists of one kind, and lists of everything. */
export function queryRoutes(options: QueryRoutesOptions): readonly InternalRoute[] {
  const { reader, lister } = options;
  const read = async ({ params, query }: InternalRequest): Promise<string> => {
    const { tenantId = '', id = '' } = params;
    const key = parseResourceKey(tenantId, placeIn(params), id);
    const readOptions = {
      withReferences: query['references'] !== 'false',
      withManagerNames: query['managers'] === 'true',
    };
    const json = key === null ? null : await reader.read(key, readOptions);
    if (json === null) throw notFound('The resource does not exist.');
    return json;
  };
  const list = async ({ params, body }: InternalRequest): Promise<string> => {
    const tenantId = tenantIn(params);
    const place = parsePlace(placeIn(params));
    const types = await typesFor(options, tenantId, body);
    const type = place === null ? undefined : resourceTypeAt(place, types);
    if (place === null || type === undefined) throw noSuchList();
    return listJson(await lister.list(parseResourceQuery(tenantId, place, type, body)));
  };
  const listEverything = async ({ params, body }: InternalRequest): Promise<string> => {
    const tenantId = tenantIn(params);
    const types = await typesFor(options, tenantId, body);
    return rootListJson(await options.listEverything(parseRootQuery(tenantId, types, body)));
  };
  const tenant = '/internal/v1/tenants/:tenantId';
  return [
    { method: 'GET', path: `${tenant}/:kind/:id`, name: 'read', handle: read },
    { method: 'GET', path: `${tenant}/types/:type/:id`, name: 'read', handle: read },
    { method: 'POST', path: `${tenant}/:kind/query`, name: 'list', handle: list },
    { method: 'POST', path: `${tenant}/types/:type/query`, name: 'list', handle: list },
    { method: 'POST', path: `${tenant}/query`, name: 'list-everything', handle: listEverything },
  ];
}

type Params = InternalRequest['params'];

function placeIn({ kind, type = '' }: Params): string {
  return kind ?? `types/${type}`;
}

function tenantIn({ tenantId }: Params): TenantId {
  const id = parseUuid<TenantId>(tenantId);
  if (id === null) throw noSuchList();
  return id;
}

function noSuchList(): Error {
  return notFound('There is no such list.');
}

/** The resource types that the gateway read the query by; it names them, so that both speak of the same. */
async function typesFor(
  { typesBy }: QueryRoutesOptions,
  tenantId: TenantId,
  body: unknown,
): Promise<ResourceTypes> {
  const named = (body as Partial<Record<keyof QueryRequest, unknown>> | null)?.schemas ?? null;
  if (named === null) return standardResourceTypes;
  const digest = parseSchemasDigest(named);
  if (digest === null) throw invalidValue('schemas is not a digest.');
  const types = await typesBy(tenantId, digest);
  if (types === null) throw notFound('This tenant has registered no such schemas.');
  return types;
}

/** A `QueryResponse` around resources that are JSON already. */
function listJson({ totalResults, resources, ...cursors }: ResourceList): string {
  return `{"totalResults":${totalResults}${cursorsJson(cursors)},"resources":${arrayJson(resources)}}`;
}

/** A `RootQueryResponse`. */
function rootListJson({ totalResults, pages, ...cursors }: ListOfEverything): string {
  const parts = pages.map(({ place, resources }) => pageJson(place, resources)).join(',');
  return `{"totalResults":${totalResults}${cursorsJson(cursors)},"pages":[${parts}]}`;
}

function pageJson(place: ResourcePlace, resources: readonly RenderedResource[]): string {
  return `{"place":${JSON.stringify(place)},"resources":${arrayJson(resources)}}`;
}

function cursorsJson(cursors: Pick<ResourceList, 'nextCursor' | 'previousCursor'>): string {
  const part = (name: keyof typeof cursors): string =>
    cursors[name] === null ? '' : `,"${name}":${JSON.stringify(cursors[name])}`;
  return `${part('nextCursor')}${part('previousCursor')}`;
}

function arrayJson(resources: readonly RenderedResource[]): string {
  return `[${resources.map((each) => each.json).join(',')}]`;
}
