import type { AdminReply } from './admin-api-double.js';

export const ADMIN_TOKEN = 'admin-token-of-the-test-0123456789abcdef';

export const TENANT = {
  tenantId: '0192f1c2-0000-7000-8000-000000000001',
  name: 'acme',
  state: 'active',
  domains: ['acme.test'],
  anyDomain: false,
  settings: { externalIdUnique: true, unknownMembers: 'strict', requestBurstMax: 10_000 },
  chosenSettings: ['externalIdUnique'],
  schemas: {
    digest: 'd'.repeat(64),
    resourceTypes: [
      {
        name: 'Device',
        endpoint: '/Devices',
        schema: 'urn:example:Device',
        extensions: [{ schema: 'urn:example:Location', required: true }],
      },
    ],
    schemas: ['urn:example:Device', 'urn:example:Location'],
  },
  scimUrl: 'http://127.0.0.1:8080/scim/v2',
  createdAt: '2026-01-31T12:00:00.000Z',
};

export const REGISTRATION = {
  schemas: [
    { id: 'urn:example:Device', name: 'Device', attributes: [{ name: 'serial', uniqueness: 'server' }] },
    { id: 'urn:example:Location', name: 'Location', attributes: [{ name: 'room' }] },
  ],
  resourceTypes: [
    {
      name: 'Device',
      endpoint: '/Devices',
      schema: 'urn:example:Device',
      schemaExtensions: [{ schema: 'urn:example:Location', required: true }],
    },
  ],
};

const problem = (code: string, detail: string) => ({ type: `urn:muster:problem:${code}`, detail });

function isUnknownSetting(body: unknown): boolean {
  return JSON.stringify(body ?? null).includes('nope');
}

/** The admin API as the directory promises it, for one tenant with schemas and one without (`bare`). */
export const replyAboutAcme: AdminReply = ({ method, path, body }, authorization) => {
  if (authorization !== `Bearer ${ADMIN_TOKEN}`) return [401, { message: 'unauthorized' }];
  switch (`${method} ${path.replace(TENANT.tenantId, 'ID')}`) {
    case 'POST /admin/tenants':
      return [201, { ...TENANT, token: 'mst_first', tokenId: 'token-1' }];
    case 'GET /admin/tenants':
      return [200, { tenants: [TENANT] }];
    case 'GET /admin/tenants/acme':
    case 'GET /admin/tenants/ID':
    case 'PATCH /admin/tenants/ID':
      if (isUnknownSetting(body)) {
        return [422, { errors: [{ pointer: '/settings/nope', detail: 'property nope should not exist' }] }];
      }
      return [200, TENANT];
    case 'GET /admin/tenants/ID/domains':
      return [200, { domains: ['acme.test', 'b.test'] }];
    case 'POST /admin/tenants/ID/tokens':
      return [201, { tokenId: 'token-2', token: 'mst_second', expiresAt: '2026-02-01T00:00:00.000Z' }];
    case 'GET /admin/tenants/ID/tokens':
      return [
        200,
        { tokens: [{ tokenId: 'token-1', name: 'entra', createdAt: TENANT.createdAt, expiresAt: null }] },
      ];
    case 'DELETE /admin/tenants/ID/tokens/token-1':
    case 'PUT /admin/tenants/ID/domains/b.test':
    case 'DELETE /admin/tenants/ID/domains/b.test':
      return [204];
    case 'PUT /admin/tenants/ID/schemas':
      return [200, TENANT.schemas];
    case 'GET /admin/tenants/acme/schemas':
      return [200, REGISTRATION];
    case 'GET /admin/tenants/bare/schemas':
      return [404, problem('schemas_not_found', 'This tenant has registered no schemas.')];
    case 'GET /admin/tenants/bare':
      return [200, { ...TENANT, tenantId: 'BARE', schemas: null }];
    case 'DELETE /admin/tenants/ID/schemas':
      return [204];
    case 'DELETE /admin/tenants/BARE/schemas':
      return [409, problem('schemas_in_use', 'Device is gone (there are Device resources).')];
    case 'PUT /admin/tenants/ID/domains/not%20a%20domain':
      return [400, { message: ['domain must be a domain name'] }];
    default:
      return [404, { message: 'no such tenant' }];
  }
};
