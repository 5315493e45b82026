import { beforeEach, describe, expect, it } from '@jest/globals';
import type { TenantId } from '../identity/ids.js';
import { RegistrationCache } from './registration-cache.js';
import { TENANT_SCHEMAS_BYTES_MAX, type SchemasDigest } from './tenant-schemas.js';

const A = '0192f0c1-0000-7000-8000-00000000000a' as TenantId;
const B = '0192f0c1-0000-7000-8000-00000000000b' as TenantId;
const digests = Array.from(
  { length: 65 },
  (_, place) => place.toString(16).padStart(64, '0') as SchemasDigest,
);
const [one, two, three] = digests as [SchemasDigest, SchemasDigest, SchemasDigest];

describe('a cache of registrations', () => {
  let cache: RegistrationCache<string>;

  beforeEach(() => {
    cache = new RegistrationCache(10);
  });

  const kept = (): SchemasDigest[] =>
    [one, two, three].filter((digest) => cache.get(A, digest) !== undefined);

  it('gives what was made of a registration to its tenant, and to no other', () => {
    cache.keep(A, one, 'made', 1);
    expect(cache.get(A, one)).toBe('made');
    expect(cache.get(A, two)).toBeUndefined();
    expect(cache.get(B, one)).toBeUndefined();
  });

  it('stays with what was made first', () => {
    cache.keep(A, one, 'first', 6);
    cache.keep(A, one, 'second', 6);
    expect(cache.get(A, one)).toBe('first');
    cache.keep(A, two, 'beside it', 4);
    expect(kept()).toEqual([one, two]);
  });

  it('keeps as much text as it may, and forgets the longest unused first', () => {
    cache.keep(A, one, '1', 5);
    cache.keep(A, two, '2', 5);
    expect(kept()).toEqual([one, two]);
    cache.get(A, one);
    cache.keep(A, three, '3', 1);
    expect(kept()).toEqual([one, three]);
  });

  it('forgets as many as it takes, and counts them no more', () => {
    cache.keep(A, one, '1', 4);
    cache.keep(A, two, '2', 4);
    cache.keep(A, three, '3', 10);
    expect(kept()).toEqual([three]);
    cache.keep(A, one, '1', 5);
    cache.keep(A, two, '2', 5);
    expect(kept()).toEqual([one, two]);
  });

  it('keeps the youngest alone where it is longer than all that may be kept', () => {
    cache.keep(A, one, '1', 1);
    cache.keep(A, two, '2', 11);
    expect(kept()).toEqual([two]);
    cache.keep(A, three, '3', 1);
    expect(kept()).toEqual([three]);
  });

  it('has room for 64 of the largest', () => {
    const large = new RegistrationCache<number>();
    digests.forEach((digest, place) => large.keep(A, digest, place, TENANT_SCHEMAS_BYTES_MAX));
    expect(digests.filter((digest) => large.get(A, digest) === undefined)).toEqual([one]);
  });
});
