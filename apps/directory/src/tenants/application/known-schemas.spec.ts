import { describe, expect, it } from '@jest/globals';
import {
  tenantSchemasFromJson,
  type SchemasDigest,
  type TenantId,
  type TenantSchemas,
} from '@muster/contracts';
import { standardResourceTypes } from '@muster/scim';
import { KnownSchemas, type ReadRegistration } from './known-schemas.js';

const A = '0192f0c1-0000-7000-8000-00000000000a' as TenantId;
const B = '0192f0c1-0000-7000-8000-00000000000b' as TenantId;

/** Extends users by one attribute. */
function registrationOf(name: string): TenantSchemas {
  const schema = 'urn:example:Badge';
  return tenantSchemasFromJson({
    schemas: [{ id: schema, name: 'Badge', attributes: [{ name }] }],
    resourceTypes: [{ name: 'User', schemaExtensions: [{ schema }] }],
  });
}

/** What is kept for tenant A, and how often it was read. */
function storeOf(...registrations: readonly TenantSchemas[]) {
  const reads: SchemasDigest[] = [];
  const read: ReadRegistration = (tenantId, digest) => {
    reads.push(digest);
    const found = tenantId === A ? registrations.find((each) => each.digest === digest) : undefined;
    return Promise.resolve(found?.text ?? null);
  };
  return { reads, read };
}

describe('KnownSchemas', () => {
  it('reads and parses a registration once', async () => {
    const registration = registrationOf('colour');
    const { reads, read } = storeOf(registration);
    const known = new KnownSchemas();
    const [first, second] = await Promise.all([
      known.find(A, registration.digest, read),
      known.find(A, registration.digest, read),
    ]);
    expect(first).toMatchObject({ digest: registration.digest, text: registration.text });
    expect(second).toMatchObject({ digest: registration.digest });
    const again = await known.find(A, registration.digest, read);
    expect(again).toBe(first);
    expect(reads).toHaveLength(2);
    expect(await known.typesOf(A, registration.digest, read)).toBe(first?.types);
  });

  it('tells a tenant nothing of what another one registered', async () => {
    const registration = registrationOf('colour');
    const { read } = storeOf(registration);
    const known = new KnownSchemas();
    expect(await known.find(A, registration.digest, read)).not.toBeNull();
    expect(await known.find(B, registration.digest, read)).toBeNull();
    await expect(known.typesOf(B, registration.digest, read)).rejects.toThrow('not kept');
  });

  it('knows the standard types without asking', async () => {
    const { reads, read } = storeOf();
    expect(await new KnownSchemas().typesOf(A, null, read)).toBe(standardResourceTypes);
    expect(reads).toEqual([]);
  });
});
