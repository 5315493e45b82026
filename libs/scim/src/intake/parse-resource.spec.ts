import { describe, expect, it } from '@jest/globals';
import { ScimError } from '../errors/scim-error.js';
import { defineSchema } from '../schema/define-schema.js';
import { defineResourceType } from '../schema/resource-type.js';
import { groupResourceType, userResourceType } from '../schema/standard-resource-types.js';
import { plain } from '../testing/plain.js';
import { parseResource } from './parse-resource.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const read = (body: object): unknown =>
  plain(parseResource(userResourceType, { userName: 'jo', ...body }, 'create').document);

function detailOf(body: unknown, resourceType = userResourceType): string {
  try {
    parseResource(resourceType, body, 'create');
  } catch (error) {
    if (error instanceof ScimError && error.scimType === 'invalidValue') return error.detail;
    throw error;
  }
  throw new Error('The body was not refused.');
}

describe('a resource is read', () => {
  it.each([
    [
      'names in any case',
      { DISPLAYNAME: 'J', Name: { GIVENNAME: 'G' }, EMails: [{ VALUE: 'a' }] },
      { displayName: 'J', name: { givenName: 'G' }, emails: [{ value: 'a' }] },
    ],
    [
      'what has no value is absent',
      {
        title: '',
        nickName: null,
        emails: [],
        name: {},
        addresses: [{}],
        ims: [{ value: '' }],
        [ENT]: { department: '' },
      },
      {},
    ],
    ['core attributes under their URN', { [CORE]: { title: 'T' } }, { title: 'T' }],
    [
      'one primary',
      {
        emails: [
          { value: 'a', primary: true },
          { value: 'b', primary: true },
        ],
      },
      {
        emails: [
          { value: 'a', primary: true },
          { value: 'b', primary: false },
        ],
      },
    ],
    [
      'a type and value once',
      { emails: [{ value: 'a', type: 'work' }, { value: 'a', type: 'Work', primary: true }, { value: 'a' }] },
      { emails: [{ value: 'a', type: 'Work', primary: true }, { value: 'a' }] },
    ],
    ['binary', { x509Certificates: [{ value: 'TWFuIA==' }] }, { x509Certificates: [{ value: 'TWFuIA==' }] }],
    [
      'what the server alone sets goes',
      {
        id: 'x',
        meta: { version: 'y' },
        groups: [{ value: 'g' }],
        [ENT]: { manager: { value: 'm', displayName: 'B', $ref: 'r' } },
      },
      { [ENT]: { manager: { value: 'm' } } },
    ],
  ])('%s', (_name, body, expected) => expect(read(body)).toEqual({ userName: 'jo', ...expected }));

  it('without a prototype at any level', () => {
    const { document } = parseResource(
      userResourceType,
      { userName: 'jo', name: { givenName: 'G' }, emails: [{ value: 'a' }], [ENT]: { department: 'D' } },
      'create',
    );
    for (const each of [
      document,
      document['name'],
      document[ENT],
      (document['emails'] as readonly object[])[0],
    ]) {
      expect(Object.getPrototypeOf(each)).toBeNull();
    }
  });

  it('and says what it passed over', () => {
    const body = {
      schemas: [CORE.toUpperCase(), 'urn:x:unknown'],
      userName: 'jo',
      hat: 1,
      name: { nick: 'x' },
      emails: [{ colour: 'x', value: 'a' }],
      [ENT]: { hat: 1 },
      'urn:x:unknown': {},
      password: 'p',
    };
    expect(parseResource(userResourceType, body, 'create').warnings).toEqual([
      { kind: 'unknownSchema', path: 'urn:x:unknown' },
      { kind: 'unknownAttribute', path: 'hat' },
      { kind: 'unknownAttribute', path: 'name.nick' },
      { kind: 'unknownAttribute', path: 'emails[0].colour' },
      { kind: 'unknownAttribute', path: `${ENT}:hat` },
      { kind: 'unknownAttribute', path: 'urn:x:unknown' },
      { kind: 'secretDropped', path: 'password' },
    ]);
    expect(parseResource(userResourceType, { userName: 'jo', schemas: [] }, 'create').warnings).toEqual([
      { kind: 'missingSchema', path: CORE },
    ]);
  });

  it('with warnings that are few and fit for a log', () => {
    const hats = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`hat${n}`, 1]));
    expect(parseResource(userResourceType, { userName: 'jo', ...hats }, 'create').warnings).toHaveLength(100);
    const { warnings } = parseResource(
      userResourceType,
      { schemas: [CORE], userName: 'jo', ['x\r\n\0'.padEnd(10_000, 'y')]: 1 },
      'create',
    );
    expect(warnings[0]!.path).toHaveLength(128);
    expect(warnings[0]!.path).toMatch(/^x\ufffd{3}y+$/);
  });
});

describe('a resource is refused', () => {
  it.each([
    ['userName is required.', {}],
    ['userName is required.', { userName: null }],
    ['userName is required.', { userName: '' }],
    ['userName is not of type string.', { userName: 7 }],
    ['userName is not of type string.', { userName: { a: 1 } }],
    ['userName is not of type string.', { userName: { value: 'a', type: 'b' } }],
    ['userName is not of type string.', { userName: ['a', 'b'] }],
    ['userName appears twice.', { userName: 'a', USERNAME: 'b' }],
    ['userName appears twice.', { UserName: null, USERNAME: 'b' }],
    [`${CORE}:title appears twice.`, { userName: 'a', title: 'T', [CORE]: { title: 'T' } }],
    ['name.givenName appears twice.', { userName: 'a', name: { givenName: 'a', GivenName: 'b' } }],
    [
      `${ENT} appears twice.`,
      { userName: 'a', [ENT]: { department: 'a' }, [ENT.toUpperCase()]: { department: 'b' } },
    ],
    ['active is not of type boolean.', { userName: 'a', active: 'yes' }],
    ['active is not of type boolean.', { userName: 'a', active: 0 }],
    ['name is not an object.', { userName: 'a', name: 'Jo' }],
    ['name.givenName is not of type string.', { userName: 'a', name: { givenName: true } }],
    ['emails[1].value is not of type string.', { userName: 'a', emails: [{ value: 'x' }, { value: 7 }] }],
    ['emails[0] is not an object.', { userName: 'a', emails: [7] }],
    ['emails[0] is not an object.', { userName: 'a', emails: 7 }],
    ['emails[0].primary is not of type boolean.', { userName: 'a', emails: [{ value: 'x', primary: 1 }] }],
    [`${ENT} is not an object.`, { userName: 'a', [ENT]: 'x' }],
    [`${ENT}:department is not of type string.`, { userName: 'a', [ENT]: { department: 7 } }],
    [`${ENT}:manager.value is not of type string.`, { userName: 'a', [ENT]: { manager: { value: 7 } } }],
    ['schemas is not a list of URNs.', { userName: 'a', schemas: [7] }],
    ['externalId is not of type string.', { userName: 'a', externalId: 1 }],
    ['x509Certificates[0].value is not base64.', { userName: 'a', x509Certificates: [{ value: 'no!' }] }],
    ['title holds a NUL character or an unpaired surrogate.', { userName: 'a', title: 'x\0' }],
    ['title holds a NUL character or an unpaired surrogate.', { userName: 'a', title: '\ud800' }],
  ])('%s %j', (detail, body) => expect(detailOf(body)).toBe(detail));

  it('never with a value the client sent', () => {
    const secret = 'canary-7';
    for (const body of [
      { userName: [secret, secret] },
      { userName: 'a', active: secret },
      { userName: 'a', name: secret },
    ]) {
      expect(detailOf(body)).not.toContain(secret);
    }
  });

  it('without an extension that is required', () => {
    const core = defineSchema({ id: 'urn:example:a', name: 'A', attributes: [{ name: 'x' }] });
    const more = defineSchema({
      id: 'urn:example:more',
      name: 'More',
      attributes: [{ name: 'y', required: true }],
    });
    const json = {
      name: 'A',
      endpoint: '/As',
      schema: core.id,
      schemaExtensions: [{ schema: more.id, required: true }],
    };
    const type = defineResourceType(json, [core, more]);
    expect(detailOf({ x: '1' }, type)).toBe('urn:example:more is required.');
    expect(detailOf({ [more.id]: { hat: 1 } }, type)).toBe('urn:example:more is required.');
    expect(plain(parseResource(type, { [more.id]: { y: '1' } }, 'create').document)).toEqual({
      [more.id]: { y: '1' },
    });
  });

  it('with a word on PUT where a replacement lacks what is required', () => {
    expect(() => parseResource(userResourceType, { title: 'T' }, 'replace')).toThrow(
      'PUT replaces the whole resource',
    );
  });
});

describe('the limits of values', () => {
  it.each(['userName', 'externalId', 'displayName'])('512 bytes for %s', (name) => {
    expect(read({ [name]: 'é'.repeat(256) })).toHaveProperty(name);
    expect(detailOf({ userName: 'jo', [name]: 'é'.repeat(256) + 'x' })).toBe(
      `${name} is longer than 512 bytes.`,
    );
  });

  it('512 bytes in the form that is compared, too', () => {
    expect(detailOf({ userName: '\ufdfa'.repeat(16) })).toBe('userName is longer than 512 bytes.');
    expect(read({ userName: '\ufdfa'.repeat(15) })).toHaveProperty('userName');
  });

  it('64 KiB for other text', () => {
    expect(read({ title: 'x'.repeat(65_536) })).toHaveProperty('title');
    expect(detailOf({ userName: 'jo', title: 'é'.repeat(32_769) })).toBe('title is longer than 65536 bytes.');
  });

  it('1,000 values, 100,000 members', () => {
    const values = (count: number): object[] => Array.from({ length: count }, (_, n) => ({ value: `v${n}` }));
    expect(read({ emails: values(1_000) })).toHaveProperty('emails');
    expect(detailOf({ userName: 'jo', emails: values(1_001) })).toBe('emails holds more than 1000 values.');
    expect(detailOf({ displayName: 'G', members: values(100_001) }, groupResourceType)).toBe(
      'members holds more than 100000 values.',
    );
  });

  it('32 bits for integers, finite decimals, real dates', () => {
    const schema = defineSchema({
      id: 'urn:example:schemas:Meter',
      name: 'Meter',
      attributes: [
        { name: 'count', type: 'integer' },
        { name: 'level', type: 'decimal' },
        { name: 'read', type: 'dateTime' },
        { name: 'page', type: 'reference' },
      ],
    });
    const meters = defineResourceType({ name: 'Meter', endpoint: '/Meters', schema: schema.id }, [schema]);
    const meter = (body: object): unknown => plain(parseResource(meters, body, 'create').document);
    const good = { count: -2147483648, level: 1.5, read: '2020-01-01T00:00:00+01:00', page: '/x' };
    expect(meter(good)).toEqual(good);
    for (const [detail, body] of [
      ['count is outside the range of 32 bits.', { count: 2147483648 }],
      ['count is not of type integer.', { count: 1.5 }],
      ['count is not of type integer.', { count: '1' }],
      ['level is not of type decimal.', { level: Number.POSITIVE_INFINITY }],
      ['level is not of type decimal.', { level: Number.NaN }],
      ['read is not a date and time such as 2008-01-23T04:56:22Z.', { read: 'yesterday' }],
      ['page is not of type reference.', { page: 7 }],
    ] as const) {
      expect(detailOf(body, meters)).toBe(detail);
    }
  });
});
