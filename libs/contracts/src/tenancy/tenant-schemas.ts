import { createHash } from 'node:crypto';
import { defineTenantSchemas, type ResourceTypes } from '@muster/scim';

/** SHA-256 of a registration's JSON text, hex: names what it holds, so whoever knows the digest may keep the schemas for good. */
export type SchemasDigest = string & { readonly schemasDigest: unique symbol };

/** What a tenant registered: schemas and resource types beside the standard ones. */
export interface TenantSchemas {
  readonly digest: SchemasDigest;
  /** As it was registered, without white space. */
  readonly text: string;
  readonly types: ResourceTypes;
}

/** Bytes of a registration's JSON text. */
export const TENANT_SCHEMAS_BYTES_MAX = 256 * 1024;

const DIGEST = /^[0-9a-f]{64}$/;

/** Null for what is no digest. */
export function parseSchemasDigest(value: unknown): SchemasDigest | null {
  return typeof value === 'string' && DIGEST.test(value) ? (value as SchemasDigest) : null;
}

/**
 * Parses a registration (RFC 7643 sections 6 and 7). Throws 400 `invalidValue` naming the place, as `defineTenantSchemas` does;
 * `RangeError` when it has more than `TENANT_SCHEMAS_BYTES_MAX` bytes.
 */
export function tenantSchemasFromJson(json: unknown): TenantSchemas {
  const text = JSON.stringify(json) ?? 'null';
  if (Buffer.byteLength(text) > TENANT_SCHEMAS_BYTES_MAX)
    throw new RangeError(`The registration has more than ${TENANT_SCHEMAS_BYTES_MAX} bytes.`);
  const types = defineTenantSchemas(json);
  const digest = createHash('sha256').update(text).digest('hex') as SchemasDigest;
  return Object.freeze({ digest, text, types });
}
