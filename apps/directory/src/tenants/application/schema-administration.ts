import { TENANT_SCHEMAS_BYTES_MAX, tenantSchemasFromJson, type TenantSchemas } from '@muster/contracts';
import { ScimError } from '@muster/scim';
import { TenantError } from '../domain/tenant-error.js';
import { tenantReference, type Tenant } from '../domain/tenant.js';
import type { KnownSchemas } from './known-schemas.js';
import type { SchemaRegistry } from './schema-registry.js';
import type { TenantRegistry } from './tenant-registry.js';

export interface SchemaAdministrationOptions {
  readonly tenants: Pick<TenantRegistry, 'find'>;
  readonly registry: SchemaRegistry;
  readonly known: KnownSchemas;
  readonly now: () => Date;
}

/** What an admin does to the schemas of a tenant. Every method throws `TenantError` for what the request got wrong. */
export class SchemaAdministration {
  constructor(private readonly options: SchemaAdministrationOptions) {}

  /** @throws TenantError `schemas_invalid`, `schemas_too_large`, `schemas_in_use` */
  async register(nameOrId: string, registration: unknown): Promise<TenantSchemas> {
    const schemas = schemasOf(registration);
    await this.options.registry.register(tenantReference(nameOrId), schemas, this.options.now());
    return schemas;
  }

  /** Back to the standard schemas. @throws TenantError `schemas_in_use` */
  remove(nameOrId: string): Promise<void> {
    return this.options.registry.register(tenantReference(nameOrId), null, this.options.now());
  }

  /** @throws TenantError `schemas_not_found` where the tenant has the standard schemas alone */
  async find(nameOrId: string): Promise<TenantSchemas> {
    const tenant = await this.options.tenants.find(tenantReference(nameOrId));
    if (tenant === null) throw new TenantError('tenant_not_found', 'There is no such tenant.');
    const schemas = await this.of(tenant);
    if (schemas === null)
      throw new TenantError('schemas_not_found', 'This tenant has registered no schemas.');
    return schemas;
  }

  /** What holds for the tenant beside the standard schemas; null: nothing. */
  async of({ tenantId, schemas: digest }: Tenant): Promise<TenantSchemas | null> {
    const { known, registry } = this.options;
    return digest === null ? null : known.find(tenantId, digest, (...which) => registry.read(...which));
  }
}

function schemasOf(registration: unknown): TenantSchemas {
  try {
    return tenantSchemasFromJson(registration);
  } catch (error) {
    if (error instanceof ScimError) throw new TenantError('schemas_invalid', error.detail);
    // Also of JSON that is nested deeper than anybody could mean.
    if (error instanceof RangeError)
      throw new TenantError(
        'schemas_too_large',
        `A registration has at most ${TENANT_SCHEMAS_BYTES_MAX} bytes of JSON, white space not counted.`,
      );
    throw error;
  }
}
