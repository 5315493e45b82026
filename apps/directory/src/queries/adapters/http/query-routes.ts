import { parseUuid, type TenantId } from '@muster/contracts';
import { notFound } from '@muster/scim';
import type { InternalRoute } from '../../../http/internal-route.js';
import { BothKindsLister, type ListOfBothKinds } from '../../application/list-both-kinds.js';
import type { ResourceList, ResourceLister } from '../../application/list-resources.js';
import type { RenderedResource, ResourceReader } from '../../application/resource-reader.js';
import { isKind, parseResourceKey, parseResourceQuery } from '../../domain/resource-query.js';
import { parseRootQuery } from '../../domain/root-query.js';

/** The query API: one resource by id, lists of one kind, and lists of both. */
export function queryRoutes(reader: ResourceReader, lister: ResourceLister): readonly InternalRoute[] {
  const bothKinds = new BothKindsLister(lister);
  return [
    {
      method: 'GET',
      path: '/internal/v1/tenants/:tenantId/:kind/:id',
      name: 'read',
      handle: async ({ params, query }) => {
        const { tenantId = '', kind = '', id = '' } = params;
        const key = parseResourceKey(tenantId, kind, id);
        const options = {
          withReferences: query['references'] !== 'false',
          withManagerNames: query['managers'] === 'true',
        };
        const json = key === null ? null : await reader.read(key, options);
        if (json === null) throw notFound('The resource does not exist.');
        return json;
      },
    },
    {
      method: 'POST',
      path: '/internal/v1/tenants/:tenantId/:kind/query',
      name: 'list',
      handle: async ({ params, body }) => {
        const tenantId = parseUuid<TenantId>(params['tenantId']);
        const { kind = '' } = params;
        if (tenantId === null || !isKind(kind)) throw notFound('There is no such list.');
        return listJson(await lister.list(parseResourceQuery(tenantId, kind, body)));
      },
    },
    {
      method: 'POST',
      path: '/internal/v1/tenants/:tenantId/query',
      name: 'list-both-kinds',
      handle: async ({ params, body }) => {
        const tenantId = parseUuid<TenantId>(params['tenantId']);
        if (tenantId === null) throw notFound('There is no such list.');
        return rootListJson(await bothKinds.list(parseRootQuery(tenantId, body)));
      },
    },
  ];
}

/** A `QueryResponse` around resources that are JSON already. */
function listJson({ totalResults, resources, ...cursors }: ResourceList): string {
  return `{"totalResults":${totalResults}${cursorsJson(cursors)},"resources":${arrayJson(resources)}}`;
}

/** A `RootQueryResponse`. */
function rootListJson({ totalResults, users, groups, ...cursors }: ListOfBothKinds): string {
  const pages = `[{"place":"users","resources":${arrayJson(users)}},{"place":"groups","resources":${arrayJson(groups)}}]`;
  return `{"totalResults":${totalResults}${cursorsJson(cursors)},"pages":${pages}}`;
}

function cursorsJson(cursors: Pick<ResourceList, 'nextCursor' | 'previousCursor'>): string {
  const part = (name: keyof typeof cursors): string =>
    cursors[name] === null ? '' : `,"${name}":${JSON.stringify(cursors[name])}`;
  return `${part('nextCursor')}${part('previousCursor')}`;
}

function arrayJson(resources: readonly RenderedResource[]): string {
  return `[${resources.map((each) => each.json).join(',')}]`;
}
