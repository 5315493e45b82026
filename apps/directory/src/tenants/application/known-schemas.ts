import {
  RegistrationCache,
  tenantSchemasFromJson,
  type SchemasDigest,
  type TenantId,
  type TenantSchemas,
} from '@muster/contracts';
import { standardResourceTypes, type ResourceTypes } from '@muster/scim';

/** Where registrations are kept: the text under its digest, or null where the tenant never registered such a one. */
export type ReadRegistration = (tenantId: TenantId, digest: SchemasDigest) => Promise<string | null>;

/** The resource types of tenants, each read and parsed once for as long as there is room to keep it. */
export class KnownSchemas {
  private readonly kept = new RegistrationCache<TenantSchemas>();

  /** Null where the tenant never registered what the digest names. */
  async find(
    tenantId: TenantId,
    digest: SchemasDigest,
    read: ReadRegistration,
  ): Promise<TenantSchemas | null> {
    const known = this.kept.get(tenantId, digest);
    if (known !== undefined) return known;
    const text = await read(tenantId, digest);
    if (text === null) return null;
    const schemas = tenantSchemasFromJson(JSON.parse(text));
    this.kept.keep(tenantId, digest, schemas, schemas.text.length);
    return schemas;
  }

  /** The resource types by a digest of the registry; the standard ones where there is none. */
  async typesOf(
    tenantId: TenantId,
    digest: SchemasDigest | null,
    read: ReadRegistration,
  ): Promise<ResourceTypes> {
    if (digest === null) return standardResourceTypes;
    const schemas = await this.find(tenantId, digest, read);
    if (schemas === null) throw new Error('the registry names a registration that is not kept');
    return schemas.types;
  }
}
