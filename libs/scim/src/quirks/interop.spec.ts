import { describe, expect, it } from '@jest/globals';
import { parsePatch } from '../intake/parse-patch.js';
import { parseResource } from '../intake/parse-resource.js';
import { renderListResponse } from '../messages/render-list-response.js';
import { renderResource } from '../messages/render-resource.js';
import { parseProjection } from '../projection/parse-projection.js';
import { groupResourceType, userResourceType } from '../schema/standard-resource-types.js';
import { normaliseUnique } from '../schema/unique-values.js';
import { checkFilter } from '../testing/check-filter.js';
import { checkPatch, type PatchRow } from '../testing/check-patch.js';
import { plain, refusalOf } from '../testing/plain.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Interoperability bugs of other servers, by their number in the list of the most reported ones. */
const patches: readonly (PatchRow & { readonly number: number; readonly on?: 'group' })[] = [
  {
    number: 1,
    on: 'group',
    cite: 'remove with a value wiped the group',
    before: { displayName: 'G', members: [{ value: 'a' }, { value: 'b' }] },
    operations: [{ op: 'Remove', path: 'members', value: [{ value: 'a' }] }],
    after: { displayName: 'G', members: [{ value: 'b' }] },
  },
  {
    number: 2,
    cite: 'op in capitals',
    before: { title: 'T' },
    operations: [
      { op: 'REMOVE', path: 'title' },
      { op: 'Add', path: 'nickName', value: 'N' },
    ],
    after: { nickName: 'N' },
  },
  {
    number: 3,
    cite: '"False" is not true',
    before: { active: true },
    operations: [{ op: 'Replace', path: 'active', value: 'False' }],
    after: { active: false },
  },
  {
    number: 4,
    cite: 'Add on a single value',
    before: { active: true },
    operations: [{ op: 'Add', path: 'active', value: 'False' }],
    after: { active: false },
  },
  {
    number: 5,
    cite: 'keys that are paths',
    operations: [{ op: 'replace', value: { 'name.givenName': 'G', [`${ENT}:employeeNumber`]: '1' } }],
    after: { name: { givenName: 'G' }, [ENT]: { employeeNumber: '1' } },
  },
  {
    number: 6,
    cite: 'no value of that type yet',
    operations: [{ op: 'Replace', path: 'emails[type eq "work"].value', value: 'w@x.test' }],
    after: { emails: [{ type: 'work', value: 'w@x.test' }] },
  },
  {
    number: 7,
    cite: 'several parts of one new value',
    operations: [
      { op: 'add', path: 'addresses[type eq "work"].locality', value: 'Oslo' },
      { op: 'add', path: 'addresses[type eq "work"].country', value: 'NO' },
    ],
    after: { addresses: [{ type: 'work', locality: 'Oslo', country: 'NO' }] },
  },
  {
    number: 8,
    cite: 'other values stay',
    before: {
      emails: [
        { type: 'home', value: 'h@x.test' },
        { type: 'work', value: 'w@x.test' },
      ],
      phoneNumbers: [{ type: 'mobile', value: '1' }],
    },
    operations: [
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'n@x.test' },
      { op: 'Add', path: 'phoneNumbers[type eq "fax"].value', value: '2' },
    ],
    after: {
      emails: [
        { type: 'home', value: 'h@x.test' },
        { type: 'work', value: 'n@x.test' },
      ],
      phoneNumbers: [
        { type: 'mobile', value: '1' },
        { type: 'fax', value: '2' },
      ],
    },
  },
  {
    number: 8,
    cite: 'a value that is not there is not removed instead',
    before: { emails: [{ type: 'work', value: 'w@x.test' }] },
    operations: [{ op: 'Remove', path: 'emails', value: [{ type: 'work', value: 'other@x.test' }] }],
    after: { emails: [{ type: 'work', value: 'w@x.test' }] },
  },
  {
    number: 8,
    cite: 'nor is the same value of another type',
    before: { emails: [{ type: 'work', value: 'w@x.test' }, { value: 'n@x.test' }] },
    operations: [
      {
        op: 'Remove',
        path: 'emails',
        value: [
          { type: 'home', value: 'w@x.test' },
          { type: 'home', value: 'n@x.test' },
        ],
      },
    ],
    after: { emails: [{ type: 'work', value: 'w@x.test' }] },
  },
  {
    number: 9,
    cite: 'manager as text, object, list',
    operations: [
      { op: 'add', path: `${ENT}:manager`, value: 'a' },
      { op: 'add', path: `${ENT}:manager`, value: { value: 'b' } },
      { op: 'add', path: `${ENT}:manager`, value: [{ value: 'c' }] },
    ],
    after: { [ENT]: { manager: { value: 'c' } } },
  },
  {
    number: 18,
    cite: 'role as JSON text',
    operations: [
      { op: 'Add', path: 'roles', value: [{ value: '{"id":"x","value":"25","displayName":"R"}' }] },
    ],
    after: { roles: [{ value: '25', display: 'R' }] },
  },
  {
    number: 19,
    cite: 'primary as text, and on addresses',
    operations: [
      { op: 'Add', path: 'addresses', value: [{ primary: 'True', type: 'work', locality: 'Oslo' }] },
    ],
    after: { addresses: [{ primary: true, type: 'work', locality: 'Oslo' }] },
  },
  {
    number: 20,
    cite: 'an unknown attribute beside the disable',
    before: { active: true },
    operations: [
      { op: 'Replace', path: 'urn:example:unknown:User:hat', value: 'x' },
      { op: 'Replace', path: 'hats[type eq "work"].value', value: 'x' },
      { op: 'Replace', path: 'active', value: 'False' },
    ],
    after: { active: false },
    warns: ['urn:example:unknown:User:hat', 'hats[type eq "work"].value'],
  },
  {
    number: 21,
    cite: 'reactivation',
    before: { active: false },
    operations: [{ op: 'Replace', path: 'active', value: 'True' }],
    after: { active: true },
  },
  {
    number: 26,
    cite: 'null reference',
    on: 'group',
    before: { displayName: 'G' },
    operations: [{ op: 'Add', path: 'members', value: [{ $ref: null, value: 'a' }, null] }],
    after: { displayName: 'G', members: [{ value: 'a' }] },
  },
  {
    number: 26,
    cite: 'name as a whole keeps its siblings',
    before: { name: { givenName: 'A', familyName: 'B' } },
    operations: [{ op: 'replace', value: { name: { givenName: 'C' } } }],
    after: { name: { givenName: 'C', familyName: 'B' } },
  },
];

describe('what broke other servers', () => {
  it.each(patches.map((row) => [row.number, row.cite, row] as const))('%i: %s', (_number, _cite, row) => {
    checkPatch(row, row.on === 'group' ? groupResourceType : userResourceType);
  });

  it('10: the manager is answered as an object', () => {
    const { document } = parseResource(
      userResourceType,
      { userName: 'jo', [ENT]: { manager: 'u-9' } },
      'create',
    );
    const time = '2020-01-01T00:00:00.000Z';
    const message = renderResource(
      userResourceType,
      { id: 'u-1', document, version: 1, createdAt: time, lastModified: time },
      { baseUrl: 'https://x.test' },
    );
    expect(message[ENT]).toEqual({ manager: { value: 'u-9', $ref: 'https://x.test/Users/u-9' } });
  });

  it('11: a sub-attribute behind a value path', () => {
    checkFilter({ cite: '', filter: 'emails[type eq "work"].value eq "ada@work.test"', selects: ['ada'] });
  });

  it('13: no match is a list with Resources', () => {
    expect(renderListResponse({ resources: [], totalResults: 0, startIndex: 1, itemsPerPage: 0 })).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: 0,
      startIndex: 1,
      itemsPerPage: 0,
      Resources: [],
    });
  });

  it('14: a filter that is not understood is refused', () => {
    checkFilter({ cite: '', filter: 'displayName like "x"', refused: 'invalidFilter' });
  });

  it('15: a group without its members', () => {
    const projection = parseProjection({ excludedAttributes: 'members' }, groupResourceType);
    const { document } = parseResource(groupResourceType, { displayName: 'G' }, 'create');
    const stored = {
      id: 'g',
      document,
      version: 1,
      createdAt: '',
      lastModified: '',
      members: [{ value: 'a' }],
    };
    expect(renderResource(groupResourceType, stored, { baseUrl: '', projection })).not.toHaveProperty(
      'members',
    );
  });

  it('16: user names ignore case', () => {
    expect(normaliseUnique('userName', 'Jo@X.Test')).toBe(normaliseUnique('userName', 'jo@x.test'));
    expect(normaliseUnique('displayName', 'ENG')).toBe(normaliseUnique('displayName', 'eng'));
    expect(normaliseUnique('externalId', 'ENG')).not.toBe(normaliseUnique('externalId', 'eng'));
  });
});

describe('other clients', () => {
  const read = (body: object): unknown => plain(parseResource(userResourceType, body, 'replace').document);

  it('Okta puts the whole resource it got', () => {
    const body = {
      schemas: [CORE],
      id: 'u-1',
      userName: 'jo',
      name: { givenName: 'Jo', familyName: 'N' },
      emails: [{ primary: true, value: 'a@x.test', type: 'work' }],
      displayName: 'Jo',
      locale: 'en-US',
      externalId: '00u1',
      groups: [{ value: 'g', $ref: 'x', display: 'G' }],
      password: 'x',
      active: true,
      meta: { resourceType: 'User', created: 'x', version: 'y' },
    };
    const { schemas: _s, id: _i, groups: _g, password: _p, meta: _m, ...rest } = body;
    expect(read(body)).toEqual(rest);
  });

  it('Okta deactivates and renames without a path', () => {
    checkPatch({
      cite: '',
      before: { active: true },
      operations: [{ op: 'replace', value: { active: false } }],
      after: { active: false },
    });
    checkPatch(
      {
        cite: '',
        before: { displayName: 'Old' },
        operations: [{ op: 'replace', value: { id: 'g', displayName: 'New' } }],
        after: { displayName: 'New' },
        warns: ['id'],
      },
      groupResourceType,
    );
  });

  it.each([
    ['OneLogin: one e-mail', { emails: { value: 'a@x.test' } }, { emails: [{ value: 'a@x.test' }] }],
    ['OneLogin: e-mail as text', { emails: 'a@x.test' }, { emails: [{ value: 'a@x.test' }] }],
    ['OneLogin: active as text', { active: 'true', id: null }, { active: true }],
    [
      'OneLogin: managerId',
      { [ENT]: { manager: { managerId: 'u-9' } } },
      { [ENT]: { manager: { value: 'u-9' } } },
    ],
    ['extra attributes', { organisation: 'x', name: { nick: 'y' } }, {}],
    ['no schemas', {}, {}],
  ])('%s', (_name, body, expected) => {
    expect(read({ userName: 'jo', ...body })).toEqual({ userName: 'jo', ...expected });
  });

  it.each(['userName Eq "bob"', 'USERNAME EQ "Bob"', 'emails.value CO "work.test" AND userName Sw "b"'])(
    'PingOne: %s',
    (filter) => checkFilter({ cite: '', filter, selects: ['bob'] }),
  );

  it('JumpCloud: one operation per attribute', () => {
    checkPatch({
      cite: '',
      operations: [
        { op: 'replace', path: 'name.givenName', value: 'G' },
        { op: 'replace', path: 'active', value: true },
      ],
      after: { name: { givenName: 'G' }, active: true },
    });
  });

  it.each<readonly [string, unknown]>([
    ['an empty text', { op: 'Replace', path: 'active', value: '' }],
    ['null', { op: 'Replace', path: 'active', value: null }],
    ['an empty text without a path', { op: 'replace', value: { active: '' } }],
  ])('a mapping that yields nothing lets no disabled user in: %s', (_name, operation) => {
    checkPatch({
      cite: 'RFC 7643 s2.5 would unassign active, and who has none is active',
      before: { active: false },
      operations: [operation, { op: 'Replace', path: 'title', value: 'x' }],
      after: { active: false, title: 'x' },
      changed: ['title'],
      warns: ['active'],
    });
  });

  it('a client that removes active by name has it removed', () => {
    checkPatch({
      cite: 'RFC 7644 s3.5.2.2',
      before: { active: false },
      operations: [{ op: 'Remove', path: 'active' }],
      after: {},
    });
  });

  it('a client that sends no JSON object', () => {
    for (const body of [null, [], 'x', 7, true, undefined]) {
      expect(refusalOf(() => parseResource(userResourceType, body, 'create')).scimType).toBe('invalidSyntax');
      expect(refusalOf(() => parsePatch(userResourceType, body)).scimType).toBe('invalidSyntax');
    }
  });
});
