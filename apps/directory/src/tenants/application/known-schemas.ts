import {
  TENANT_SCHEMAS_BYTES_MAX,
  tenantSchemasFromJson,
  type SchemasDigest,
  type TenantId,
  type TenantSchemas,
} from '@muster/contracts';
import { standardResourceTypes, type ResourceTypes } from '@muster/scim';

/** Where registrations are kept: the text under its digest, or null where the tenant never registered such a one. */
export type ReadRegistration = (tenantId: TenantId, digest: SchemasDigest) => Promise<string | null>;

/**
 * Length of all texts whose registrations are kept parsed, and each of them takes about five times the bytes of its text: 64 of
 * the largest, thousands of ordinary ones.
 */
const TEXT_LENGTH_KEPT_MAX = 64 * TENANT_SCHEMAS_BYTES_MAX;

/**
 * The resource types of tenants, parsed once. A registration never changes under its digest, so what is known stays true for
 * ever and is only forgotten for room. It is kept by tenant and digest: that nobody learns of another's schemas by a digest
 * is then plain to see.
 */
export class KnownSchemas {
  private readonly kept = new Map<string, TenantSchemas>();
  private textLength = 0;

  /** Null where the tenant never registered what the digest names. */
  async find(
    tenantId: TenantId,
    digest: SchemasDigest,
    read: ReadRegistration,
  ): Promise<TenantSchemas | null> {
    const key = `${tenantId} ${digest}`;
    const known = this.kept.get(key);
    if (known !== undefined) {
      // The longest unused goes first.
      this.kept.delete(key);
      this.kept.set(key, known);
      return known;
    }
    const text = await read(tenantId, digest);
    if (text === null) return null;
    const schemas = tenantSchemasFromJson(JSON.parse(text));
    // Two may have read it at the same time.
    if (!this.kept.has(key)) this.keep(key, schemas);
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

  private keep(key: string, schemas: TenantSchemas): void {
    this.kept.set(key, schemas);
    this.textLength += schemas.text.length;
    for (const [oldest, { text }] of this.kept) {
      if (this.textLength <= TEXT_LENGTH_KEPT_MAX) break;
      this.kept.delete(oldest);
      this.textLength -= text.length;
    }
  }
}
