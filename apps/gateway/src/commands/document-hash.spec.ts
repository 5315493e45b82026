import { describe, expect, it } from '@jest/globals';
import { parseResource, userResourceType } from '@muster/scim';
import { documentHash } from './document-hash.js';
import { replyPartitionOf } from './reply-partition.js';

const hashOf = (body: object): string =>
  documentHash(parseResource(userResourceType, body, 'create').document);

describe('documentHash', () => {
  it('is the same for the same resource in another order and with what is ignored', () => {
    const one = {
      userName: 'jo',
      name: { givenName: 'Jo', familyName: 'Ng' },
      emails: [{ value: 'a@b.test', type: 'work' }],
    };
    const other = {
      emails: [{ type: 'work', value: 'a@b.test' }],
      name: { familyName: 'Ng', givenName: 'Jo' },
      id: 'x',
      USERNAME: 'jo',
    };
    expect(hashOf(one)).toMatch(/^[0-9a-f]{64}$/);
    expect(hashOf(other)).toBe(hashOf(one));
  });

  it.each([
    [{ userName: 'jo' }, { userName: 'Jo' }],
    [
      { userName: 'jo', active: true },
      { userName: 'jo', active: false },
    ],
    [
      { userName: 'jo', title: '1' },
      { userName: 'jo', nickName: '1' },
    ],
    [
      { userName: 'jo', emails: [{ value: 'a@b.test' }, { value: 'c@d.test' }] },
      { userName: 'jo', emails: [{ value: 'c@d.test' }, { value: 'a@b.test' }] },
    ],
  ])('differs for %j and %j', (one, other) => {
    expect(hashOf(one)).not.toBe(hashOf(other));
  });
});

describe('replyPartitionOf', () => {
  it('is stable per instance and spreads instances over the partitions', () => {
    const partitions = Array.from({ length: 500 }, (_, index) => replyPartitionOf(`gateway-${index}`));
    expect(replyPartitionOf('gateway-7')).toBe(partitions[7]);
    expect(
      partitions.every((partition) => Number.isInteger(partition) && partition >= 0 && partition < 32),
    ).toBe(true);
    expect(new Set(partitions).size).toBe(32);
  });
});
