import { describe, expect, it } from '@jest/globals';
import { parsePatch } from '../intake/parse-patch.js';
import { parseResource } from '../intake/parse-resource.js';
import { groupResourceType, userResourceType } from '../schema/standard-resource-types.js';
import { refusalOf } from '../testing/plain.js';
import { applyPatch } from './apply-patch.js';
import { patchFromJson } from './patch-from-json.js';

const tooLarge = { status: 413, scimType: undefined };
const many = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));
const values = (count: number): object[] => many(count, (n) => ({ value: `v${n}`, type: 'work' }));

describe('the limits of a patch', () => {
  it('1,000 operations', () => {
    const operations = (count: number): object => ({
      Operations: many(count, (n) => ({ op: 'add', path: 'title', value: `${n}` })),
    });
    expect(parsePatch(userResourceType, operations(1000)).operations).toHaveLength(1000);
    expect(refusalOf(() => parsePatch(userResourceType, operations(1001)))).toEqual(tooLarge);
  });

  it('10,000 operations taken apart', () => {
    const name = {
      givenName: 'a',
      familyName: 'b',
      formatted: 'c',
      middleName: 'd',
      honorificPrefix: 'e',
      honorificSuffix: 'f',
    };
    const value = { name, title: 'a', nickName: 'b', locale: 'c', timezone: 'd', userType: 'e' };
    const operations = many(1000, () => ({ op: 'replace', value }));
    expect(refusalOf(() => parsePatch(userResourceType, { Operations: operations }))).toEqual(tooLarge);
    const normal = many(10_001, () => ({ op: 'remove', path: { attribute: 'title' } }));
    expect(refusalOf(() => patchFromJson(userResourceType, { operations: normal }))).toEqual(tooLarge);
  });

  it('100,000 members in one request', () => {
    const body = (...counts: number[]): object => ({
      Operations: counts.map((count) => ({ op: 'add', path: 'members', value: values(count) })),
    });
    expect(parsePatch(groupResourceType, body(60_000, 40_000)).operations).toHaveLength(2);
    expect(refusalOf(() => parsePatch(groupResourceType, body(60_000, 40_001)))).toEqual(tooLarge);
  });

  it('1,000 values after all operations', () => {
    const { document } = parseResource(userResourceType, { userName: 'jo', emails: values(999) }, 'create');
    const add = (...added: string[]): unknown =>
      applyPatch(
        userResourceType,
        document,
        parsePatch(userResourceType, { Operations: [{ op: 'add', path: 'emails', value: added }] }),
      );
    expect(add('x')).toHaveProperty('changed', ['emails']);
    expect(refusalOf(() => add('x', 'y')).scimType).toBe('invalidValue');
  });

  it('long lists are added to and removed from in linear time', () => {
    const { document } = parseResource(
      groupResourceType,
      { displayName: 'G', members: values(20_000) },
      'create',
    );
    const operations = [
      { op: 'add', path: 'members', value: many(20_000, (n) => ({ value: `w${n}` })) },
      { op: 'remove', path: 'members', value: values(20_000).toReversed() },
    ];
    const { document: after } = applyPatch(
      groupResourceType,
      document,
      parsePatch(groupResourceType, { Operations: operations }),
    );
    expect(after['members']).toHaveLength(20_000);
  });

  const photo = (length: number) => (n: number) => ({ value: `${n}`.padEnd(length, 'x'), type: `t${n}` });
  const longest = parseResource(
    userResourceType,
    { userName: 'jo', emails: values(1_000) },
    'create',
  ).document;
  const sameValue = many(1_000, (n) => ({ value: 'v', type: `t${n}` }));

  it.each<readonly [string, object, (n: number) => object]>([
    [
      'selects from long lists',
      { emails: values(1_000) },
      (n) => ({ op: 'replace', path: `emails[value eq "v${n}"].display`, value: 'd' }),
    ],
    [
      'changes long lists',
      { emails: values(1_000) },
      (n) => ({ op: 'replace', path: 'emails.display', value: `d${n}` }),
    ],
    [
      'adds to long lists',
      { emails: values(900) },
      () => ({ op: 'add', path: 'emails', value: [{ value: 'v1', type: 'work' }] }),
    ],
    [
      'compares many values that differ in type only',
      { emails: sameValue },
      () => ({ op: 'add', path: 'emails', value: sameValue.slice(900) }),
    ],
    [
      'removes such values one after the other',
      { emails: sameValue.slice(1) },
      () => ({ op: 'remove', path: 'emails', value: sameValue.slice(0, 1) }),
    ],
    [
      'searches long texts',
      { photos: many(15, photo(60_000)) },
      (n) => ({ op: 'remove', path: `photos[value co "y${n}"]` }),
    ],
    [
      'searches texts that are slow to fold',
      { entitlements: many(15, (n) => ({ value: `${n}`.padEnd(20_000, '\ufdfa'), type: `t${n}` })) },
      (n) => ({ op: 'remove', path: `entitlements[value co "y${n}"]` }),
    ],
  ])('no request %s again and again', (_name, body, operation) => {
    const { document } = parseResource(userResourceType, { userName: 'jo', ...body }, 'create');
    const patch = parsePatch(userResourceType, { Operations: many(500, operation) });
    expect(refusalOf(() => applyPatch(userResourceType, document, patch))).toEqual(tooLarge);
  });

  it('a hundred operations on the longest list', () => {
    const operations = many(100, (n) => ({
      op: 'replace',
      path: `emails[value eq "v${n}"].display`,
      value: 'd',
    }));
    const patch = parsePatch(userResourceType, { Operations: operations });
    expect(applyPatch(userResourceType, longest, patch).changed).toEqual(['emails']);
  });
});

describe('a patch from another process', () => {
  it.each<readonly [string, unknown]>([
    ['nothing', undefined],
    ['a list', []],
    ['no operations', {}],
    ['an operation that is none', { operations: ['x'] }],
    ['an unknown op', { operations: [{ op: 'move', path: { attribute: 'title' }, value: 'x' }] }],
    ['op in capitals', { operations: [{ op: 'Add', path: { attribute: 'title' }, value: 'x' }] }],
    ['no path', { operations: [{ op: 'add', value: { title: 'x' } }] }],
    ['a path as text', { operations: [{ op: 'add', path: 'title', value: 'x' }] }],
    ['no value', { operations: [{ op: 'add', path: { attribute: 'title' } }] }],
    [
      'a value of another type',
      { operations: [{ op: 'add', path: { attribute: 'active' }, value: 'True' }] },
    ],
    ['an unknown attribute', { operations: [{ op: 'add', path: { attribute: 'hat' }, value: 'x' }] }],
    ['a readOnly attribute', { operations: [{ op: 'add', path: { attribute: 'id' }, value: 'x' }] }],
    [
      'a value where a list belongs',
      { operations: [{ op: 'add', path: { attribute: 'emails' }, value: { value: 'x' } }] },
    ],
    [
      'a filter as text',
      { operations: [{ op: 'remove', path: { attribute: 'emails', filter: 'type pr' } }] },
    ],
  ])('is refused: %s', (_name, json) => {
    expect(refusalOf(() => patchFromJson(userResourceType, json)).status).toBe(400);
  });
});
