import { parseUuid, type TenantId } from '@muster/contracts';
import { notFound } from '@muster/scim';
import type { InternalRoute } from '../../../http/internal-route.js';
import type { ResourceList, ResourceLister } from '../../application/list-resources.js';
import type { ResourceReader } from '../../application/resource-reader.js';
import { isKind, parseResourceKey, parseResourceQuery } from '../../domain/resource-query.js';

/** The query API: one resource by id, and lists. */
export function queryRoutes(reader: ResourceReader, lister: ResourceLister): readonly InternalRoute[] {
  return [
    {
      method: 'GET',
      path: '/internal/v1/tenants/:tenantId/:kind/:id',
      name: 'read',
      handle: async ({ params, query }) => {
        const { tenantId = '', kind = '', id = '' } = params;
        const key = parseResourceKey(tenantId, kind, id);
        const json = key === null ? null : await reader.read(key, query['references'] !== 'false');
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
  ];
}

/** A `QueryResponse` around resources that are JSON already. */
function listJson({ totalResults, resources, nextCursor }: ResourceList): string {
  const next = nextCursor === null ? '' : `,"nextCursor":${JSON.stringify(nextCursor)}`;
  return `{"totalResults":${totalResults}${next},"resources":[${resources.map((each) => each.json).join(',')}]}`;
}
