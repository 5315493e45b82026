import { type ScimService, type Tenant } from './scim-service.js';

/** A service that runs somewhere, and the one tenant that is known of it. */
export function givenService(tenant: Tenant): ScimService {
  return {
    origin: new URL(tenant.url).origin,
    basePaths: [new URL(tenant.url).pathname],
    newTenant: async () => undefined,
    commonTenant: async () => tenant,
    serverErrors: async () => undefined,
    stop: async () => undefined,
  };
}
