import { describe, expect, it } from '@jest/globals';
import { groupResourceType, userResourceType } from '../schema/standard-resource-types.js';
import { refusalOf } from '../testing/plain.js';
import { resolveBulkReferences } from './bulk-references.js';
import { parseBulk, type BulkOperation } from './parse-bulk.js';

const plan = (operations: readonly unknown[], more: object = {}): ReturnType<typeof parseBulk> =>
  parseBulk(
    { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations: operations, ...more },
    { operationsMax: 20 },
    [userResourceType, groupResourceType],
  );

const user = (bulkId: string): object => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { userName: bulkId },
});
const group = (bulkId: string, ...members: string[]): object => ({
  method: 'post',
  path: '/Groups',
  bulkId,
  data: { displayName: bulkId, members: members.map((each) => ({ value: `bulkId:${each}` })) },
});
const order = (operations: readonly BulkOperation[]): (string | number)[] =>
  operations.map(({ bulkId, index }) => bulkId ?? index);

describe('a bulk plan (RFC 7644 s3.7)', () => {
  it('keeps the order of all others around what has to come first', () => {
    const patch = (...members: string[]) => ({
      method: 'PATCH',
      path: '/Groups/7',
      data: { Operations: members.map((value) => ({ op: 'add', path: 'members', value })) },
    });
    expect(order(plan([group('g', 'a'), user('a'), user('b')]).operations)).toEqual(['a', 'g', 'b']);
    expect(order(plan([patch('bulkId:a'), patch('x'), user('a'), patch('y')]).operations)).toEqual([
      'a',
      0,
      1,
      3,
    ]);
    const circle = plan([user('b'), group('g', 'h'), group('h', 'g', 'a'), user('c'), user('a')]).operations;
    expect(order(circle)).toEqual(['b', 'g', 'a', 'h', 'c']);
  });

  it('keeps the order where nothing refers to what comes later', () => {
    const { operations, failOnErrors } = plan(
      [user('a'), { method: 'DELETE', path: '/Users/u-1', version: 'W/"2"' }, group('g', 'a')],
      { failOnErrors: 2 },
    );
    expect(failOnErrors).toBe(2);
    expect(order(operations)).toEqual(['a', 1, 'g']);
    expect(operations[1]).toMatchObject({
      kind: 'step',
      method: 'DELETE',
      target: { id: 'u-1' },
      version: 'W/"2"',
      after: [],
      resourceType: userResourceType,
    });
    expect(operations[2]).toMatchObject({
      method: 'POST',
      after: ['a'],
      deferred: [],
      resourceType: groupResourceType,
    });
  });

  it('creates what is referred to first, through several steps', () => {
    const { operations } = plan([group('g', 'h', 'a'), group('h', 'b'), user('a'), user('b')]);
    expect(order(operations)).toEqual(['b', 'h', 'a', 'g']);
    expect(operations.map(({ index }) => index)).toEqual([3, 1, 2, 0]);
  });

  it('has operations on what is created wait for it', () => {
    const patch = {
      method: 'PATCH',
      path: '/Groups/bulkId:g',
      data: { Operations: [{ op: 'add', path: 'members', value: 'bulkId:a' }] },
    };
    const { operations } = plan([patch, group('g'), user('a')]);
    expect(order(operations)).toEqual(['g', 'a', 0]);
    expect(operations[2]).toMatchObject({ target: { bulkId: 'g' }, after: ['g', 'a'] });
  });

  it('cuts a circle at its earliest operation', () => {
    const { operations } = plan([group('g', 'h'), group('h', 'i'), group('i', 'g'), group('j', 'g')]);
    expect(order(operations)).toEqual(['g', 'i', 'h', 'j']);
    expect(operations[0]).toMatchObject({ after: [], deferred: ['h'] });
    expect(operations.slice(1).every((each) => each.kind === 'step' && each.deferred.length === 0)).toBe(
      true,
    );
  });

  it('leaves alone what only refers to a circle', () => {
    const { operations } = plan([group('j', 'g'), group('h', 'g', 'a'), group('g', 'h'), user('a')]);
    expect(order(operations)).toEqual(['a', 'h', 'g', 'j']);
    expect(operations[1]).toMatchObject({ after: ['a'], deferred: ['g'] });
    expect(operations[3]).toMatchObject({ after: ['g'], deferred: [] });
  });

  it('defers what refers to itself', () => {
    expect(plan([group('g', 'g')]).operations[0]).toMatchObject({ kind: 'step', after: [], deferred: ['g'] });
  });

  it.each<readonly [string, unknown, number, string | undefined]>([
    ['no object', 'x', 400, 'invalidSyntax'],
    ['no method', { path: '/Users', bulkId: 'z', data: {} }, 400, 'invalidSyntax'],
    ['an unknown method', { method: 'GET', path: '/Users/1' }, 400, 'invalidSyntax'],
    ['no path', { method: 'DELETE' }, 400, 'invalidPath'],
    ['an unknown endpoint', { method: 'POST', path: '/Robots', bulkId: 'z', data: {} }, 400, 'invalidPath'],
    ['a path too deep', { method: 'DELETE', path: '/Users/1/2' }, 400, 'invalidPath'],
    ['POST to a resource', { method: 'POST', path: '/Users/1', bulkId: 'z', data: {} }, 400, 'invalidPath'],
    ['PUT without a resource', { method: 'PUT', path: '/Users', data: {} }, 400, 'invalidPath'],
    ['POST without a bulkId', { method: 'POST', path: '/Users', data: {} }, 400, 'invalidValue'],
    ['POST without data', { method: 'POST', path: '/Users', bulkId: 'z' }, 400, 'invalidSyntax'],
    ['a bulkId twice', user('a'), 400, 'invalidValue'],
    ['a reference to nothing', group('z', 'nobody'), 409, undefined],
  ])('refuses %s, that one operation', (_name, operation, status, scimType) => {
    const { operations } = plan([user('a'), operation, user('b')]);
    expect(operations.map(({ kind }) => kind)).toEqual(['step', 'refused', 'step']);
    expect(operations[1]).toMatchObject({ index: 1, error: { status } });
    const refused = operations[1]!;
    expect(refused.kind === 'refused' && refused.error.scimType).toBe(scimType);
  });

  it.each<readonly [string, unknown, object]>([
    ['a creation', { method: 'POST', path: '/Groups', data: {} }, { resourceType: groupResourceType }],
    [
      'a resource',
      { method: 'PUT', path: '/Users/1' },
      { resourceType: userResourceType, target: { id: '1' } },
    ],
    ['no method', { path: '/Groups/1' }, { resourceType: groupResourceType, target: { id: '1' } }],
    [
      'a reference to nothing',
      { ...group('z', 'nobody') },
      { resourceType: groupResourceType, bulkId: 'z', method: 'POST' },
    ],
  ])('says what an operation was on that it refuses: %s', (_name, operation, expected) => {
    expect(plan([operation]).operations).toMatchObject([{ kind: 'refused', ...expected }]);
  });

  it.each([{ method: 'POST', path: '/Robots' }, { method: 'DELETE' }, 'x'])(
    'does not say what an operation was on whose path leads nowhere: %j',
    (operation) => {
      const [refused] = plan([operation]).operations;
      expect(refused).not.toHaveProperty('resourceType');
      expect(refused).not.toHaveProperty('target');
    },
  );

  it('refuses what refers to a refused creation, and what refers to that', () => {
    const { operations } = plan([group('g', 'nobody'), group('h', 'g'), group('i', 'h'), user('a')]);
    expect(operations.map(({ kind }) => kind)).toEqual(['refused', 'refused', 'refused', 'step']);
  });

  it('refuses a request that is none', () => {
    expect(refusalOf(() => plan(Array.from({ length: 21 }, (_, n) => user(`u${n}`))))).toEqual({
      status: 413,
      scimType: undefined,
    });
    for (const failOnErrors of [0, -1, 1.5, '1'])
      expect(refusalOf(() => plan([], { failOnErrors })).scimType).toBe('invalidSyntax');
    expect(refusalOf(() => parseBulk([], { operationsMax: 1 }, [])).scimType).toBe('invalidSyntax');
    expect(refusalOf(() => parseBulk({}, { operationsMax: 1 }, [])).scimType).toBe('invalidSyntax');
  });

  it('replaces references by ids and leaves unknown ones', () => {
    const data = { a: 'bulkId:x', b: ['bulkId:y', { c: 'bulkId:x' }], d: 'x', e: 1, f: null };
    expect(resolveBulkReferences(data, new Map([['x', 'id-x']]))).toEqual({
      a: 'id-x',
      b: ['bulkId:y', { c: 'id-x' }],
      d: 'x',
      e: 1,
      f: null,
    });
  });

  it('finds and replaces references in the filter of a path, and nowhere else in it', () => {
    const operation = (path: string): object => ({
      method: 'PATCH',
      path: '/Groups/g-1',
      data: { Operations: [{ op: 'remove', Path: path }] },
    });
    const { operations } = plan([operation('members[value eq "bulkId:a" or value eq "b"]'), user('a')]);
    expect(order(operations)).toEqual(['a', 0]);
    const resolved = (path: string) => resolveBulkReferences({ path }, new Map([['a', 'id-a']]));
    expect(resolved('members[value eq "bulkId:a" or value eq "bulkId:b"]')).toEqual({
      path: 'members[value eq "id-a" or value eq "bulkId:b"]',
    });
    expect(resolved('bulkId:a')).toEqual({ path: 'bulkId:a' });
  });
});
