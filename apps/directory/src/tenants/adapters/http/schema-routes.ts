import { parseSchemasDigest, parseUuid, type TenantId } from '@muster/contracts';
import { notFound } from '@muster/scim';
import type { InternalRoute } from '../../../http/internal-route.js';
import type { SchemaRegistry } from '../../application/schema-registry.js';

/** What the gateway asks once for each digest that it meets. */
export function schemaRoutes(registry: Pick<SchemaRegistry, 'read'>): readonly InternalRoute[] {
  return [
    {
      method: 'GET',
      path: '/internal/v1/tenants/:tenantId/schemas/:digest',
      name: 'schemas',
      handle: async ({ params }) => {
        const tenantId = parseUuid<TenantId>(params['tenantId']);
        const digest = parseSchemasDigest(params['digest']);
        const text = tenantId === null || digest === null ? null : await registry.read(tenantId, digest);
        if (text === null) throw notFound('This tenant has registered no such schemas.');
        return text;
      },
    },
  ];
}
