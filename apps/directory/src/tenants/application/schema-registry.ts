import type { SchemasDigest, TenantId, TenantSchemas } from '@muster/contracts';
import type { TenantReference } from '../domain/tenant.js';

/** Where registrations of schemas are kept, each under its digest. */
export interface SchemaRegistry {
  /** Text of a registration; null where the tenant never registered such a one, or has registered many since. */
  read(tenantId: TenantId, digest: SchemasDigest): Promise<string | null>;
  /**
   * Makes a registration hold for the tenant; null: the standard schemas alone. Nothing is written for the tenant meanwhile,
   * so whatever is stored fits the schemas that hold. The same again changes nothing.
   * @throws TenantError `tenant_not_found`; `schemas_in_use` where resources would not fit, and then nothing has changed
   */
  register(reference: TenantReference, wanted: TenantSchemas | null, now: Date): Promise<void>;
}
