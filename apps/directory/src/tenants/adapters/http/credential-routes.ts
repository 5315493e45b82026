import { directoryPaths, parseUuid, type NotificationResponse, type TenantId } from '@muster/contracts';
import { invalidValue, notFound } from '@muster/scim';
import type { InternalRoute } from '../../../http/internal-route.js';
import type { CredentialResolver } from '../../application/resolve-credential.js';
import type { TenantRegistry } from '../../application/tenant-registry.js';

const SHA256_HEX = /^[0-9a-f]{64}$/;

/** What gateway and notifier ask about tenants. */
export function credentialRoutes(
  resolver: CredentialResolver,
  registry: Pick<TenantRegistry, 'find'>,
): readonly InternalRoute[] {
  return [
    {
      method: 'POST',
      path: directoryPaths.resolveCredential,
      name: 'resolve-credential',
      handle: async ({ body }) => {
        const tokenHash =
          typeof body === 'object' && body !== null && 'tokenHash' in body ? body.tokenHash : undefined;
        if (typeof tokenHash !== 'string' || !SHA256_HEX.test(tokenHash))
          throw invalidValue('tokenHash is not a SHA-256 in hex.');
        return JSON.stringify(await resolver.resolve(tokenHash));
      },
    },
    {
      method: 'GET',
      path: '/internal/v1/tenants/:tenantId/notification',
      name: 'notification',
      handle: async ({ params }) => {
        const id = parseUuid<TenantId>(params['tenantId']);
        const tenant = id === null ? null : await registry.find({ id });
        if (tenant === null) throw notFound('There is no such tenant.');
        const response: NotificationResponse = { tenantName: tenant.name, ...tenant.notification };
        return JSON.stringify(response);
      },
    },
  ];
}
