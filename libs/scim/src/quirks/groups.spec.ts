import { describe, expect, it } from '@jest/globals';
import { parsePatch } from '../intake/parse-patch.js';
import { parseResource } from '../intake/parse-resource.js';
import { patchFromJson } from '../patch/patch-from-json.js';
import { membersOf, splitMembership, type MembershipChange } from '../patch/split-membership.js';
import { groupResourceType } from '../schema/standard-resource-types.js';
import { plain, refusalOf } from '../testing/plain.js';

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

function split(operations: readonly unknown[]): {
  document: unknown;
  membership: unknown;
  warnings: readonly string[];
} {
  const parsed = parsePatch(groupResourceType, {
    Operations: operations,
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  });
  const received = patchFromJson(groupResourceType, JSON.parse(JSON.stringify(parsed)));
  const { documentPatch, membership } = splitMembership(received);
  return {
    document: plain(documentPatch.operations),
    membership: plain(membership),
    warnings: parsed.warnings.map(({ path }) => path),
  };
}

describe('a group a connector creates', () => {
  it.each([
    [
      'Entra: a foreign schema, no members',
      {
        schemas: [GROUP, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
        externalId: 'e',
        displayName: 'Eng',
        meta: { resourceType: 'Group' },
      },
      { externalId: 'e', displayName: 'Eng' },
    ],
    ['Okta: empty members', { schemas: [GROUP], displayName: 'Eng', members: [] }, { displayName: 'Eng' }],
    [
      'members with labels',
      {
        displayName: 'Eng',
        members: [
          { value: 'u-1', displayName: 'Jo', $ref: null },
          { value: 'u-2', display: 'Al', type: 'User' },
        ],
      },
      {
        displayName: 'Eng',
        members: [
          { value: 'u-1', display: 'Jo' },
          { value: 'u-2', display: 'Al', type: 'User' },
        ],
      },
    ],
    [
      'a member twice',
      { displayName: 'Eng', members: [{ value: 'u-1' }, { value: 'u-1' }] },
      { displayName: 'Eng', members: [{ value: 'u-1' }] },
    ],
    [
      'members as texts',
      { displayName: 'Eng', members: ['u-1', 'u-2'] },
      { displayName: 'Eng', members: [{ value: 'u-1' }, { value: 'u-2' }] },
    ],
  ])('%s', (_name, body, expected) => {
    expect(plain(parseResource(groupResourceType, body, 'create').document)).toEqual(expected);
  });

  it('needs a name, and its members one each', () => {
    expect(refusalOf(() => parseResource(groupResourceType, { schemas: [GROUP] }, 'create')).scimType).toBe(
      'invalidValue',
    );
    expect(
      refusalOf(() =>
        parseResource(groupResourceType, { displayName: 'G', members: [{ display: 'x' }] }, 'create'),
      ).scimType,
    ).toBe('invalidValue');
  });

  it('may have 100,000 members and not one more', () => {
    const members = (count: number): object => ({
      displayName: 'G',
      members: Array.from({ length: count }, (_, n) => ({ value: `u-${n}` })),
    });
    const { document } = parseResource(groupResourceType, members(100_000), 'create');
    expect(membersOf(document['members'])).toHaveLength(100_000);
    expect(refusalOf(() => parseResource(groupResourceType, members(100_001), 'create')).scimType).toBe(
      'invalidValue',
    );
  });
});

describe('a change of members', () => {
  it.each<readonly [string, object, MembershipChange[]]>([
    [
      'Entra adds',
      { op: 'Add', path: 'members', value: [{ $ref: null, value: 'u-1' }] },
      [{ kind: 'add', members: [{ value: 'u-1' }] }],
    ],
    [
      'Postman adds, with a name for the operation',
      { name: 'addMember', op: 'add', path: 'members', value: [{ displayName: 'Jo', value: 'u-1' }] },
      [{ kind: 'add', members: [{ value: 'u-1', display: 'Jo' }] }],
    ],
    [
      'Postman adds a text',
      { op: 'add', path: 'members', value: 'u-1' },
      [{ kind: 'add', members: [{ value: 'u-1' }] }],
    ],
    [
      'adds an object',
      { op: 'add', path: 'members', value: { value: 'u-1', type: 'User' } },
      [{ kind: 'add', members: [{ value: 'u-1', type: 'User' }] }],
    ],
    [
      'adds without a path',
      { op: 'add', value: { members: [{ value: 'u-1' }] } },
      [{ kind: 'add', members: [{ value: 'u-1' }] }],
    ],
    [
      'adds one member twice',
      { op: 'add', path: 'members', value: [{ value: 'u-1' }, { value: 'u-1', type: 'User' }] },
      [{ kind: 'add', members: [{ value: 'u-1', type: 'User' }] }],
    ],
    [
      'removes one member twice',
      { op: 'remove', path: 'members[value eq "u-1" or value eq "u-1"]' },
      [{ kind: 'remove', memberIds: ['u-1'] }],
    ],
    ['adds nobody', { op: 'add', path: 'members', value: [] }, []],
    [
      'Okta pushes',
      { op: 'replace', path: 'members', value: [{ value: 'u-1', display: 'Jo' }] },
      [{ kind: 'replaceAll', members: [{ value: 'u-1', display: 'Jo' }] }],
    ],
    ['replaces by nobody', { op: 'replace', path: 'members', value: [] }, [{ kind: 'removeAll' }]],
    [
      'Entra removes, no flag: only those listed',
      { op: 'Remove', path: 'members', value: [{ $ref: null, value: 'u-1' }, { value: 'u-2' }] },
      [{ kind: 'remove', memberIds: ['u-1', 'u-2'] }],
    ],
    [
      'removes a text',
      { op: 'remove', path: 'members', value: 'u-1' },
      [{ kind: 'remove', memberIds: ['u-1'] }],
    ],
    [
      'Entra removes, flag',
      { op: 'remove', path: 'members[value eq "u-1"]' },
      [{ kind: 'remove', memberIds: ['u-1'] }],
    ],
    [
      'removes several by a path',
      { op: 'remove', path: 'members[value eq "u-1" or value eq "u-2"]' },
      [{ kind: 'remove', memberIds: ['u-1', 'u-2'] }],
    ],
    [
      'removes by another filter',
      { op: 'remove', path: 'members[type eq "Group"]' },
      [
        {
          kind: 'removeMatching',
          filter: { kind: 'comparison', path: { attribute: 'type' }, operator: 'eq', value: 'Group' },
        },
      ],
    ],
    ['removes all', { op: 'remove', path: 'members' }, [{ kind: 'removeAll' }]],
    ['removes all, null', { op: 'remove', path: 'members', value: null }, [{ kind: 'removeAll' }]],
    ['removes all, empty list', { op: 'remove', path: 'members', value: [] }, [{ kind: 'removeAll' }]],
    ['removes a list that names nobody', { op: 'remove', path: 'members', value: [null, {}] }, []],
  ])('%s', (_name, operation, membership) => {
    expect(split([operation])).toEqual({ document: [], membership, warnings: [] });
  });

  it('keeps the order of the operations, apart from those on the document', () => {
    expect(
      split([
        { op: 'add', path: 'members', value: [{ value: 'a' }] },
        { op: 'replace', value: { id: 'g', displayName: 'New' } },
        { op: 'remove', path: 'members[value eq "a"]' },
        { op: 'Replace', path: 'externalId', value: 'e' },
      ]),
    ).toEqual({
      document: [
        { op: 'replace', path: { attribute: 'displayName' }, value: 'New' },
        { op: 'replace', path: { attribute: 'externalId' }, value: 'e' },
      ],
      membership: [
        { kind: 'add', members: [{ value: 'a' }] },
        { kind: 'remove', memberIds: ['a'] },
      ],
      warnings: ['id'],
    });
  });

  it.each([
    { op: 'replace', path: 'members[value eq "a"].display', value: 'x' },
    { op: 'replace', path: 'members[value eq "a"]', value: { value: 'b' } },
    { op: 'add', path: 'members.value', value: 'b' },
    { op: 'remove', path: 'members[value eq "a"].display' },
  ])('is refused in place: %j', (operation) => {
    expect(refusalOf(() => split([operation])).scimType).toBe('invalidPath');
  });
});
