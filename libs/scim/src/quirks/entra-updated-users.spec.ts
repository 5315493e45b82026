import { describe, expect, it } from '@jest/globals';
import { parsePatch } from '../intake/parse-patch.js';
import { userResourceType } from '../schema/standard-resource-types.js';
import { checkPatch, type PatchRow } from '../testing/check-patch.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const legacy: PatchRow = {
  cite: 'no flag: one operation per attribute, always a path',
  before: {
    externalId: 'jo',
    displayName: 'Jo Ng',
    title: 'Engineer',
    preferredLanguage: 'en',
    emails: [{ type: 'work', value: 'jo@contoso.test', primary: true }],
    name: { formatted: 'Jo Ng', familyName: 'Ng', givenName: 'Jo' },
    addresses: [{ type: 'work', country: 'NO' }],
    [ENT]: { employeeNumber: '42', department: 'R&D' },
  },
  operations: [
    { op: 'Replace', path: 'displayName', value: 'Jo N.' },
    { op: 'Replace', path: 'userName', value: 'jo' },
    { op: 'Replace', path: 'externalId', value: 'jo.n' },
    { op: 'Replace', path: 'title', value: 'Lead' },
    { op: 'Replace', path: 'preferredLanguage', value: 'nb' },
    { op: 'Replace', path: 'name.givenName', value: 'Jo' },
    { op: 'Replace', path: 'name.familyName', value: 'N.' },
    { op: 'Replace', path: 'name.formatted', value: 'Jo N.' },
    { op: 'Replace', path: 'emails[type eq "work"].value', value: 'jo.n@contoso.test' },
    { op: 'Add', path: 'phoneNumbers[type eq "work"].value', value: '555-0199' },
    { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '555-0198' },
    { op: 'Add', path: 'phoneNumbers[type eq "fax"].value', value: '555-0197' },
    { op: 'Replace', path: 'addresses[type eq "work"].streetAddress', value: '2 Main' },
    { op: 'Replace', path: 'addresses[type eq "work"].locality', value: 'Bergen' },
    { op: 'Replace', path: 'addresses[type eq "work"].country', value: 'SE' },
    { op: 'Replace', path: 'addresses[type eq "work"].Formatted', value: 'B2' },
    { op: 'Replace', path: `${ENT}:department`, value: 'Ops' },
    { op: 'Replace', path: `${ENT}:employeeNumber`, value: '43' },
    { op: 'Add', path: 'nickName', value: 'JN' },
  ],
  after: {
    externalId: 'jo.n',
    displayName: 'Jo N.',
    title: 'Lead',
    preferredLanguage: 'nb',
    nickName: 'JN',
    emails: [{ type: 'work', value: 'jo.n@contoso.test', primary: true }],
    name: { formatted: 'Jo N.', familyName: 'N.', givenName: 'Jo' },
    phoneNumbers: [
      { type: 'work', value: '555-0199' },
      { type: 'mobile', value: '555-0198' },
      { type: 'fax', value: '555-0197' },
    ],
    addresses: [
      { type: 'work', country: 'SE', streetAddress: '2 Main', locality: 'Bergen', formatted: 'B2' },
    ],
    [ENT]: { employeeNumber: '43', department: 'Ops' },
  },
};

const updates: readonly PatchRow[] = [
  legacy,
  {
    cite: 'with the flag: replacements merged under keys that are paths',
    before: { emails: [{ type: 'work', value: 'a@x.test' }] },
    operations: [
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'jo.n@x.test' },
      { op: 'add', path: 'nickName', value: 'JN' },
      {
        op: 'replace',
        value: {
          displayName: 'Jo N.',
          'name.givenName': 'Jo',
          'name.familyName': 'N.',
          [`${ENT}:employeeNumber`]: '43',
        },
      },
    ],
    after: {
      emails: [{ type: 'work', value: 'jo.n@x.test' }],
      nickName: 'JN',
      displayName: 'Jo N.',
      name: { givenName: 'Jo', familyName: 'N.' },
      [ENT]: { employeeNumber: '43' },
    },
    changed: [
      'emails',
      'nickName',
      'displayName',
      'name.givenName',
      'name.familyName',
      `${ENT}:employeeNumber`,
    ],
  },
  {
    cite: '2018: the extension with a dot',
    operations: [
      { op: 'Replace', path: `${ENT}.department`, value: 'Ops' },
      { op: 'Add', value: { [`${ENT}.division`]: 'V' } },
    ],
    after: { [ENT]: { department: 'Ops', division: 'V' } },
  },
  {
    cite: '2018: a list where the path selects one value',
    before: {
      emails: [
        { type: 'work', value: 'a@x.test' },
        { type: 'home', value: 'h@x.test' },
      ],
    },
    operations: [{ op: 'Replace', path: 'emails[type eq "work"]', value: [{ value: 'b@x.test' }] }],
    after: {
      emails: [
        { type: 'work', value: 'b@x.test' },
        { type: 'home', value: 'h@x.test' },
      ],
    },
  },
  {
    cite: '2018: a list for a single text',
    operations: [
      { op: 'Add', path: 'name.givenName', value: [{ value: 'Jo' }] },
      { op: 'Add', path: 'title', value: [{ $ref: null, value: 'Lead' }] },
    ],
    after: { name: { givenName: 'Jo' }, title: 'Lead' },
  },
  ...(
    [
      ['a bare id', 'u-9'],
      ['an object', { value: 'u-9' }],
      ['an object in odd case', { Value: 'u-9' }],
      ['a list of one', [{ $ref: 'https://x.test/scim/Users/u-9', value: 'u-9' }]],
    ] as const
  ).flatMap(([name, value]): PatchRow[] => [
    {
      cite: `manager as ${name}, full path`,
      operations: [{ op: 'Add', path: `${ENT}:manager`, value }],
      after: { [ENT]: { manager: { value: 'u-9' } } },
    },
    {
      cite: `manager as ${name}, replacing`,
      before: { [ENT]: { manager: { value: 'u-1' } } },
      operations: [{ op: 'replace', path: `${ENT}:manager`, value }],
      after: { [ENT]: { manager: { value: 'u-9' } } },
    },
    {
      cite: `manager as ${name}, path without URN`,
      operations: [{ op: 'Add', path: 'manager', value }],
      after: { [ENT]: { manager: { value: 'u-9' } } },
    },
    {
      cite: `manager as ${name}, no path`,
      operations: [{ op: 'replace', value: { [`${ENT}:manager`]: value } }],
      after: { [ENT]: { manager: { value: 'u-9' } } },
    },
  ]),
  {
    cite: 'manager by its value',
    operations: [{ op: 'add', path: `${ENT}:manager.value`, value: 'u-9' }],
    after: { [ENT]: { manager: { value: 'u-9' } } },
  },
  ...(['', null, { value: '' }, { value: null }, []] as const).map((value): PatchRow => ({
    cite: `manager cleared by ${JSON.stringify(value)}`,
    before: { [ENT]: { department: 'D', manager: { value: 'u-9' } } },
    operations: [{ op: 'Replace', path: `${ENT}:manager`, value }],
    after: { [ENT]: { department: 'D' } },
    changed: [`${ENT}:manager.value`],
  })),
  {
    cite: 'manager cleared by remove',
    before: { [ENT]: { manager: { value: 'u-9' } } },
    operations: [{ op: 'Remove', path: `${ENT}:manager` }],
    after: {},
  },
  ...(['', null] as const).map((value): PatchRow => ({
    cite: `s3.6.6: ${JSON.stringify(value)} unsets`,
    before: {
      title: 'T',
      name: { givenName: 'G', familyName: 'F' },
      emails: [{ type: 'work', value: 'a@x.test', display: 'd' }],
      nickName: 'N',
    },
    operations: [
      { op: 'replace', path: 'title', value },
      { op: 'add', path: 'nickName', value },
      { op: 'replace', value: { 'name.givenName': value, name: { familyName: value } } },
      { op: 'replace', path: 'emails[type eq "work"].display', value },
      { op: 'replace', path: 'phoneNumbers[type eq "work"].value', value },
    ],
    after: { emails: [{ type: 'work', value: 'a@x.test' }] },
  })),
  {
    cite: 's3.6.6: but not a required attribute',
    operations: [{ op: 'replace', path: 'userName', value: '' }],
    refused: 'mutability',
  },
  {
    cite: 's3.7: a role as JSON text',
    operations: [
      { op: 'Add', path: 'roles', value: [{ value: '{"id":"7","value":"25","displayName":"Role1100"}' }] },
    ],
    after: { roles: [{ value: '25', display: 'Role1100' }] },
  },
  {
    cite: 's3.7: the primary role by a path, created with a real boolean',
    operations: [
      { op: 'Add', path: 'roles[primary eq "True"].value', value: 'Admin' },
      { op: 'add', path: 'roles[primary eq "True"].display', value: 'A' },
      { op: 'add', path: 'roles[primary eq "True"].type', value: 'W' },
    ],
    after: { roles: [{ primary: true, value: 'Admin', display: 'A', type: 'W' }] },
  },
  {
    cite: 's3.7: roles as a full list',
    before: { roles: [{ value: 'old' }] },
    operations: [
      {
        op: 'replace',
        path: 'roles',
        value: [{ primary: 'False', type: 'W', display: 'A', value: 'A' }, { value: 'B' }],
      },
    ],
    after: { roles: [{ primary: false, type: 'W', display: 'A', value: 'A' }, { value: 'B' }] },
  },
  ...(
    [
      [{ op: 'Replace', path: 'active', value: 'False' }, false],
      [{ op: 'Replace', path: 'active', value: false }, false],
      [{ op: 'Add', path: 'active', value: 'False' }, false],
      [{ op: 'replace', value: { active: false } }, false],
      [{ op: 'replace', value: { active: 'false' } }, false],
      [{ op: 'Replace', path: 'active', value: 'True' }, true],
      [{ op: 'Replace', path: 'active', value: [{ value: 'True' }] }, true],
      [{ op: 'replace', path: `${CORE}:active`, value: true }, true],
    ] as const
  ).map(([operation, active]): PatchRow => ({
    cite: 's3.8',
    before: { active: !active },
    operations: [operation],
    after: { active },
    changed: ['active'],
  })),
];

describe('an update from Entra', () => {
  it.each(updates.map((row) => [row.cite, JSON.stringify(row.operations).slice(0, 100), row] as const))(
    '%s: %s',
    (_c, _o, row) => {
      checkPatch(row);
    },
  );

  it('is the same sent twice', () => {
    const once = checkTwice(legacy);
    expect(once).toEqual(legacy.after);
  });
});

/** Applies a row's operations to its own result: nothing may change. */
function checkTwice(row: PatchRow): unknown {
  checkPatch({ ...row, before: row.after ?? {}, changed: [] });
  return row.after;
}

describe('what a validator sends to an empty user', () => {
  it('creates one value per type, whatever the order', () => {
    const parts = ['streetAddress', 'locality', 'region', 'postalCode', 'country', 'formatted'];
    checkPatch({
      cite: 'U7, verbose add',
      operations: [
        ...parts.map((part) => ({ op: 'add', path: `addresses[type eq "work"].${part}`, value: part })),
        { op: 'add', path: 'emails[type eq "work"].primary', value: 'True' },
        { op: 'add', path: 'emails[type eq "work"].value', value: 'a@x.test' },
      ],
      after: {
        addresses: [{ type: 'work', ...Object.fromEntries(parts.map((part) => [part, part])) }],
        emails: [{ type: 'work', primary: true, value: 'a@x.test' }],
      },
    });
  });

  it('says what it passed over', () => {
    const { warnings } = parsePatch(userResourceType, { Operations: [{ op: 'add', path: 'hat', value: 1 }] });
    expect(warnings).toEqual([
      { kind: 'missingSchema', path: 'urn:ietf:params:scim:api:messages:2.0:PatchOp' },
      { kind: 'unknownAttribute', path: 'hat' },
    ]);
  });
});
