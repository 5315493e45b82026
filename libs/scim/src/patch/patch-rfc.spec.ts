import { describe, expect, it } from '@jest/globals';
import { parsePatch } from '../intake/parse-patch.js';
import { defineSchema } from '../schema/define-schema.js';
import { defineResourceType } from '../schema/resource-type.js';
import { groupResourceType, userResourceType } from '../schema/standard-resource-types.js';
import { checkPatch, type PatchRow } from '../testing/check-patch.js';
import { refusalOf } from '../testing/plain.js';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';

const work = { type: 'work', value: 'w@x.test' };
const home = { type: 'home', value: 'h@x.test' };

const adding: readonly PatchRow[] = [
  {
    cite: 'RFC 7644 s3.5.2.1: no path, attributes of the resource',
    operations: [{ op: 'add', value: { title: 'T', emails: [home], nickName: 'J' } }],
    after: { title: 'T', emails: [home], nickName: 'J' },
    changed: ['title', 'emails', 'nickName'],
  },
  {
    cite: 's3.5.2.1: the target is not there: it is added',
    operations: [{ op: 'add', path: 'title', value: 'T' }],
    after: { title: 'T' },
    changed: ['title'],
  },
  {
    cite: 's3.5.2.1: complex: a set of sub-attributes',
    before: { name: { givenName: 'A', familyName: 'B' } },
    operations: [{ op: 'add', path: 'name', value: { familyName: 'C', formatted: 'A C' } }],
    after: { name: { givenName: 'A', familyName: 'C', formatted: 'A C' } },
    changed: ['name.familyName', 'name.formatted'],
  },
  {
    cite: 's3.5.2.1: multi-valued: a new value',
    before: { emails: [work] },
    operations: [{ op: 'add', path: 'emails', value: [home] }],
    after: { emails: [work, home] },
    changed: ['emails'],
  },
  {
    cite: 's3.5.2.1: single-valued: replaced',
    before: { title: 'A' },
    operations: [{ op: 'add', path: 'title', value: 'B' }],
    after: { title: 'B' },
  },
  {
    cite: 's3.5.2.1: the same value: no change',
    before: { title: 'A' },
    operations: [{ op: 'add', path: 'title', value: 'A' }],
    after: { title: 'A' },
    changed: [],
  },
  {
    cite: 's3.5.2.1: a value that exists is not added again',
    before: { emails: [work] },
    operations: [{ op: 'add', path: 'emails', value: [{ ...work }, home, { ...home }] }],
    after: { emails: [work, home] },
  },
  {
    cite: 'RFC 7643 s2.4: the same type and value are one value',
    before: { emails: [work] },
    operations: [{ op: 'add', path: 'emails', value: [{ ...work, type: 'WORK', display: 'd' }] }],
    after: { emails: [{ ...work, type: 'WORK', display: 'd' }] },
  },
  {
    cite: 'a value that says less than one that exists',
    before: { emails: [work] },
    operations: [{ op: 'add', path: 'emails', value: [{ value: 'w@x.test' }] }],
    after: { emails: [work] },
    changed: [],
  },
  {
    cite: 's3.5.2: primary goes to the new value',
    before: { emails: [{ ...work, primary: true }] },
    operations: [{ op: 'add', path: 'emails', value: [{ ...home, primary: true }] }],
    after: { emails: [{ ...work, primary: false }, { ...home, primary: true }] },
  },
  {
    cite: 's3.5.2.1: sub-attribute of a selected value',
    before: { emails: [work, home] },
    operations: [{ op: 'add', path: 'emails[type eq "home"].display', value: 'private' }],
    after: { emails: [work, { ...home, display: 'private' }] },
  },
  {
    cite: 'add merges into a selected value',
    before: { emails: [{ ...work, display: 'd' }, home] },
    operations: [{ op: 'add', path: 'emails[type eq "work"]', value: { value: 'n@x.test' } }],
    after: { emails: [{ type: 'work', value: 'n@x.test', display: 'd' }, home] },
  },
  { cite: 's3.5.2.1: a value is required', operations: [{ op: 'add', path: 'title' }], refused: 'invalidValue' },
  { cite: 's3.5.2.1: no path, no object', operations: [{ op: 'add', value: 'x' }], refused: 'invalidValue' },
];

const removing: readonly PatchRow[] = [
  { cite: 's3.5.2.2: without a path: noTarget', operations: [{ op: 'remove' }], refused: 'noTarget' },
  {
    cite: 's3.5.2.2: single-valued',
    before: { title: 'A', nickName: 'N' },
    operations: [{ op: 'remove', path: 'title' }],
    after: { nickName: 'N' },
    changed: ['title'],
  },
  {
    cite: 's3.5.2.2: multi-valued, no filter: all values',
    before: { emails: [work, home] },
    operations: [{ op: 'remove', path: 'emails' }],
    after: {},
    changed: ['emails'],
  },
  {
    cite: 's3.5.2.2: multi-valued with a filter',
    before: { emails: [work, home] },
    operations: [{ op: 'remove', path: 'emails[type eq "work" and value ew "x.test"]' }],
    after: { emails: [home] },
  },
  {
    cite: 's3.5.2.2: no values left: unassigned',
    before: { emails: [work] },
    operations: [{ op: 'remove', path: 'emails[type eq "work"]' }],
    after: {},
  },
  {
    cite: 's3.5.2.2: sub-attribute of the selected values',
    before: { emails: [{ ...work, display: 'd' }, { ...home, display: 'e' }] },
    operations: [{ op: 'remove', path: 'emails[type eq "work"].display' }],
    after: { emails: [work, { ...home, display: 'e' }] },
  },
  {
    cite: 's3.5.2.2: sub-attribute of a complex attribute',
    before: { name: { givenName: 'A', familyName: 'B' } },
    operations: [{ op: 'remove', path: 'name.familyName' }],
    after: { name: { givenName: 'A' } },
    changed: ['name.familyName'],
  },
  {
    cite: 'the last sub-attribute takes the attribute with it',
    before: { name: { givenName: 'A' } },
    operations: [{ op: 'remove', path: 'name.givenName' }],
    after: {},
    changed: ['name.givenName'],
  },
  {
    cite: 'what is not there is removed already',
    before: { emails: [work] },
    operations: [
      { op: 'remove', path: 'title' },
      { op: 'remove', path: 'emails[type eq "home"]' },
      { op: 'remove', path: 'emails[type eq "home"].value' },
      { op: 'remove', path: 'name.givenName' },
      { op: 'remove', path: `${ENT}:department` },
    ],
    after: { emails: [work] },
    changed: [],
  },
  {
    cite: 's3.5.2.2: required: mutability',
    operations: [{ op: 'remove', path: 'userName' }],
    refused: 'mutability',
  },
  {
    cite: 's3.5.2: atomic, and one after the other: required at the end',
    operations: [
      { op: 'remove', path: 'userName' },
      { op: 'add', path: 'userName', value: 'jo' },
    ],
    after: {},
    changed: [],
  },
  {
    cite: 'extension attribute; an empty extension goes',
    before: { [ENT]: { department: 'D' } },
    operations: [{ op: 'remove', path: `${ENT}:department` }],
    after: {},
    changed: [`${ENT}:department`],
  },
  {
    cite: 'a whole extension',
    before: { title: 'T', [ENT]: { department: 'D', manager: { value: 'u-9' } } },
    operations: [{ op: 'remove', path: ENT }],
    after: { title: 'T' },
    changed: [`${ENT}:department`, `${ENT}:manager.value`],
  },
];

const replacing: readonly PatchRow[] = [
  {
    cite: 's3.5.2.3: no path: a list of attributes',
    before: { title: 'A', emails: [work] },
    operations: [{ op: 'replace', value: { title: 'B', emails: [home] } }],
    after: { title: 'B', emails: [home] },
  },
  {
    cite: 's3.5.2.3: single-valued',
    before: { title: 'A' },
    operations: [{ op: 'replace', path: 'title', value: 'B' }],
    after: { title: 'B' },
  },
  {
    cite: 's3.5.2.3: multi-valued, no filter: all values',
    before: { emails: [work, { ...home, primary: true }] },
    operations: [{ op: 'replace', path: 'emails', value: [{ value: 'n@x.test' }] }],
    after: { emails: [{ value: 'n@x.test' }] },
  },
  {
    cite: 's3.5.2.3: not there: as add',
    operations: [{ op: 'replace', path: 'title', value: 'B' }],
    after: { title: 'B' },
  },
  {
    cite: 's3.5.2.3: complex: sub-attributes that are not given stay',
    before: { name: { givenName: 'A', familyName: 'B' } },
    operations: [{ op: 'replace', path: 'name', value: { familyName: 'C' } }],
    after: { name: { givenName: 'A', familyName: 'C' } },
  },
  {
    cite: 's3.5.2.3: the selected values as a whole',
    before: { emails: [{ ...work, display: 'd' }, home] },
    operations: [{ op: 'replace', path: 'emails[type eq "work"]', value: { type: 'work', value: 'n@x.test' } }],
    after: { emails: [{ type: 'work', value: 'n@x.test' }, home] },
  },
  {
    cite: 'a value that is replaced can be found again',
    before: { emails: [work] },
    operations: [{ op: 'replace', path: 'emails[type eq "work"]', value: { value: 'n@x.test' } }],
    after: { emails: [{ type: 'work', value: 'n@x.test' }] },
  },
  {
    cite: 's3.5.2.3: sub-attribute of the selected values',
    before: { addresses: [{ type: 'work', locality: 'Oslo', country: 'NO' }, { type: 'home', locality: 'Rome' }] },
    operations: [{ op: 'replace', path: 'addresses[type eq "work"].locality', value: 'Bergen' }],
    after: { addresses: [{ type: 'work', locality: 'Bergen', country: 'NO' }, { type: 'home', locality: 'Rome' }] },
  },
  {
    cite: 's3.5.2.3: nothing selected: noTarget',
    before: { emails: [work] },
    operations: [{ op: 'replace', path: 'emails[value co "nobody"].display', value: 'x' }],
    refused: 'noTarget',
  },
  {
    cite: 'noTarget when what would be made is not what is selected',
    before: { emails: [work] },
    operations: [{ op: 'replace', path: 'emails[value eq "old@x.test"].value', value: 'new@x.test' }],
    refused: 'noTarget',
  },
  {
    cite: 'noTarget: a disjunction does not say what to make',
    operations: [{ op: 'add', path: 'emails[type eq "a" or type eq "b"].value', value: 'x' }],
    refused: 'noTarget',
  },
  {
    cite: 's3.5.2: primary by a path takes the mark from the other',
    before: { emails: [{ ...work, primary: true }, home] },
    operations: [{ op: 'replace', path: 'emails[type eq "home"].primary', value: true }],
    after: { emails: [{ ...work, primary: false }, { ...home, primary: true }] },
  },
  {
    cite: 'of several selected values one becomes primary',
    before: { emails: [work, home] },
    operations: [{ op: 'replace', path: 'emails[value pr].primary', value: true }],
    after: { emails: [{ ...work, primary: true }, { ...home, primary: false }] },
  },
  {
    cite: 's3.5.2: later operations see what earlier ones did',
    before: { emails: [work] },
    operations: [
      { op: 'remove', path: 'emails' },
      { op: 'add', path: 'emails', value: [home] },
      { op: 'replace', path: 'emails[type eq "home"].value', value: 'n@x.test' },
    ],
    after: { emails: [{ type: 'home', value: 'n@x.test' }] },
  },
  {
    cite: 'there and back again is no change',
    before: { title: 'A' },
    operations: [
      { op: 'replace', path: 'title', value: 'B' },
      { op: 'replace', path: 'title', value: 'A' },
    ],
    after: { title: 'A' },
    changed: [],
  },
  {
    cite: 's3.5.2: atomic: the last operation fails, none has an effect',
    before: { title: 'A' },
    operations: [
      { op: 'replace', path: 'title', value: 'B' },
      { op: 'replace', path: 'emails[value co "x"].value', value: 'y' },
    ],
    refused: 'noTarget',
  },
  {
    cite: 'core URN in a path',
    operations: [{ op: 'replace', path: `${CORE}:name.givenName`, value: 'G' }],
    after: { name: { givenName: 'G' } },
  },
  {
    cite: 'core URN as a path',
    operations: [{ op: 'replace', path: CORE, value: { title: 'T', name: { givenName: 'G' } } }],
    after: { title: 'T', name: { givenName: 'G' } },
  },
  {
    cite: 'extension nested in a value without a path',
    before: { [ENT]: { department: 'D', division: 'V' } },
    operations: [{ op: 'replace', value: { [ENT]: { department: 'E', manager: { value: 'u-9' } } } }],
    after: { [ENT]: { department: 'E', division: 'V', manager: { value: 'u-9' } } },
    changed: [`${ENT}:department`, `${ENT}:manager.value`],
  },
  {
    cite: 'extension URN as a path',
    operations: [{ op: 'add', path: ENT, value: { department: 'E' } }],
    after: { [ENT]: { department: 'E' } },
  },
  {
    cite: 'names in any case',
    operations: [{ op: 'replace', path: 'EMAILS[TYPE EQ "work"].VALUE', value: 'w@x.test' }],
    after: { emails: [work] },
  },
];

const refusing: readonly PatchRow[] = [
  ...['a b', 'name.', '.name', 'name..givenName', 'a.b.c', 'emails[', 'emails[type eq "work"', 'emails]', '[type pr]',
    'emails[type eq "work"]value', 'emails[type eq "work"].a.b', 'emails[type xx "work"]', 'emails[colour eq "red"]',
    'emails.value[type eq "work"]', 'name[givenName eq "x"]', 'emails[type eq "work"][value pr]', 'userName[value eq "x"]',
    '__proto__', '__proto__.admin', ':', 'urn:x', `${ENT}:`, `${ENT}[department pr]`, 'x'.repeat(5000)].map(
    (path) => ({ cite: 'table 9 invalidPath', operations: [{ op: 'replace', path, value: 'x' }], refused: 'invalidPath' }),
  ),
  { cite: 'table 9 invalidPath', operations: [{ op: 'replace', path: 7, value: 'x' }], refused: 'invalidPath' },
  { cite: 'table 9 invalidValue: type', operations: [{ op: 'replace', path: 'title', value: 7 }], refused: 'invalidValue' },
  { cite: 'table 9 invalidValue: type', operations: [{ op: 'replace', path: 'active', value: 'perhaps' }], refused: 'invalidValue' },
  { cite: 'table 9 invalidValue: type', operations: [{ op: 'replace', path: 'emails[type eq "work"].value', value: {} }], refused: 'invalidValue' },
  { cite: 'table 9 invalidValue: list of several', operations: [{ op: 'replace', path: 'title', value: ['a', 'b'] }], refused: 'invalidValue' },
  { cite: 'table 9 invalidValue: scalar for complex', operations: [{ op: 'replace', path: 'name', value: 'Jo' }], refused: 'invalidValue' },
  { cite: 'table 9 invalidValue: too long', operations: [{ op: 'replace', path: 'userName', value: 'x'.repeat(513) }], refused: 'invalidValue' },
  { cite: 'table 9 invalidSyntax', operations: [{ op: 'move', path: 'title', value: 'x' }], refused: 'invalidSyntax' },
  { cite: 'table 9 invalidSyntax', operations: [{ path: 'title', value: 'x' }], refused: 'invalidSyntax' },
  { cite: 'table 9 invalidSyntax', operations: ['add'], refused: 'invalidSyntax' },
  { cite: 'table 9 invalidSyntax', operations: [], refused: 'invalidSyntax' },
];

describe.each([
  ['add', adding],
  ['remove', removing],
  ['replace', replacing],
  ['a PATCH that cannot be', refusing],
])('%s', (_name, rows) => {
  it.each(rows.map((row) => [row.cite, JSON.stringify(row.operations).slice(0, 120), row] as const))('%s: %s', (_c, _o, row) => {
    checkPatch(row);
  });
});

describe('readOnly and unknown attributes', () => {
  it.each<PatchRow>([
    {
      cite: 'are passed over, and the rest applies',
      before: { active: true },
      operations: [
        { op: 'replace', path: 'id', value: 'x' },
        { op: 'replace', path: 'meta.created', value: 'x' },
        { op: 'replace', path: 'shoeSize', value: 46 },
        { op: 'replace', path: 'name.shoeSize', value: 46 },
        { op: 'add', path: 'groups', value: [{ value: 'g' }] },
        { op: 'remove', path: 'nothing' },
        { op: 'replace', path: 'password', value: 'secret' },
        { op: 'replace', value: { id: 'y', hat: 1, name: { hat: 2 }, active: false } },
      ],
      after: { active: false },
      warns: ['id', 'meta.created', 'shoeSize', 'name.shoeSize', 'groups', 'nothing', 'password', 'id', 'hat', 'name.hat'],
    },
  ])('$cite', (row) => checkPatch(row));

  it.each([
    ['invalidPath', { op: 'replace', path: 'shoeSize', value: 46 }],
    ['invalidPath', { op: 'replace', value: { shoeSize: 46 } }],
    ['invalidPath', { op: 'replace', value: { '__proto__.x': 46 } }],
    ['mutability', { op: 'replace', path: 'id', value: 'x' }],
    ['mutability', { op: 'remove', path: 'meta.created' }],
  ])('are %s where the caller rejects them', (scimType, operation) => {
    const parse = (): unknown => parsePatch(userResourceType, { Operations: [operation] }, { unknownAttributes: 'reject' });
    expect(refusalOf(parse).scimType).toBe(scimType);
  });

  it('are no reason to refuse a whole resource that is echoed', () => {
    const operation = { op: 'replace', value: { id: 'x', meta: {}, title: 'T' } };
    const { operations } = parsePatch(userResourceType, { Operations: [operation] }, { unknownAttributes: 'reject' });
    expect(operations).toEqual([{ op: 'replace', path: { attribute: 'title' }, value: 'T' }]);
  });
});

describe('immutable attributes and required parts of a custom type', () => {
  const badge = defineSchema({
    id: 'urn:example:schemas:Badge',
    name: 'Badge',
    attributes: [
      { name: 'serial', mutability: 'immutable' },
      { name: 'owner', type: 'complex', subAttributes: [{ name: 'value', mutability: 'immutable' }, { name: 'note' }] },
      { name: 'tags', multiValued: true },
      { name: 'doors', type: 'complex', multiValued: true, subAttributes: [{ name: 'value', required: true }, { name: 'floor', type: 'integer' }] },
    ],
  });
  const audit = defineSchema({
    id: 'urn:example:schemas:Audit',
    name: 'Audit',
    attributes: [{ name: 'auditor', required: true }, { name: 'score', type: 'decimal' }],
  });
  const badges = defineResourceType(
    { name: 'Badge', endpoint: '/Badges', schema: badge.id, schemaExtensions: [{ schema: audit.id, required: false }] },
    [badge, audit],
  );

  it.each<PatchRow>([
    { cite: 'immutable is set once', operations: [{ op: 'add', path: 'serial', value: 's' }], after: { serial: 's' } },
    { cite: 'and to the same again', before: { serial: 's' }, operations: [{ op: 'replace', path: 'serial', value: 's' }], after: { serial: 's' }, changed: [] },
    { cite: 'but to no other', before: { serial: 's' }, operations: [{ op: 'replace', path: 'serial', value: 't' }], refused: 'mutability' },
    { cite: 'nor removed', before: { serial: 's' }, operations: [{ op: 'remove', path: 'serial' }], refused: 'mutability' },
    { cite: 'nor within a complex', before: { owner: { value: 'a' } }, operations: [{ op: 'replace', path: 'owner.value', value: 'b' }], refused: 'mutability' },
    { cite: 'beside it all goes', before: { owner: { value: 'a' } }, operations: [{ op: 'replace', path: 'owner.note', value: 'n' }], after: { owner: { value: 'a', note: 'n' } } },
    { cite: 'plain values are added once', before: { tags: ['a'] }, operations: [{ op: 'add', path: 'tags', value: ['a', 'b', 'b'] }], after: { tags: ['a', 'b'] } },
    { cite: 'plain values are selected by value', before: { tags: ['a', 'b'] }, operations: [{ op: 'remove', path: 'tags[value eq "A"]' }], after: { tags: ['b'] } },
    { cite: 'plain values are replaced', before: { tags: ['a', 'b'] }, operations: [{ op: 'replace', path: 'tags[value eq "b"]', value: 'c' }], after: { tags: ['a', 'c'] } },
    { cite: 'plain values are removed by a list', before: { tags: ['a', 'b'] }, operations: [{ op: 'remove', path: 'tags', value: ['b'] }], after: { tags: ['a'] } },
    { cite: 'a value lacks a required part', operations: [{ op: 'add', path: 'doors[floor eq 2].floor', value: 2 }], refused: 'invalidValue' },
    { cite: 'a required part is taken away', before: { doors: [{ value: 'a', floor: 1 }] }, operations: [{ op: 'remove', path: 'doors[floor eq 1].value' }], refused: 'invalidValue' },
    { cite: 'an extension lacks its required attribute', operations: [{ op: 'add', path: `${audit.id}:score`, value: 0.5 }], refused: 'invalidValue' },
    { cite: 'an extension keeps its required attribute', before: { [audit.id]: { auditor: 'x', score: 1 } }, operations: [{ op: 'remove', path: `${audit.id}:auditor` }], refused: 'mutability' },
    { cite: 'URN without a version, dotted', before: { [audit.id]: { auditor: 'x' } }, operations: [{ op: 'add', path: `${audit.id}.score`, value: 1.5 }], after: { [audit.id]: { auditor: 'x', score: 1.5 } } },
  ])('$cite', (row) => checkPatch(row, badges));
});

describe('a group', () => {
  it.each<PatchRow>([
    {
      cite: 'members are added once',
      before: { displayName: 'G', members: [{ value: 'a', type: 'User' }] },
      operations: [{ op: 'add', path: 'members', value: [{ value: 'a' }, { value: 'b' }] }],
      after: { displayName: 'G', members: [{ value: 'a', type: 'User' }, { value: 'b' }] },
      changed: ['members'],
    },
    {
      cite: 'a member is immutable',
      before: { displayName: 'G', members: [{ value: 'a' }] },
      operations: [{ op: 'replace', path: 'members[value eq "a"].value', value: 'b' }],
      refused: 'mutability',
    },
    { cite: 'displayName is required', before: { displayName: 'G' }, operations: [{ op: 'replace', path: 'displayName', value: '' }], refused: 'mutability' },
  ])('$cite', (row) => checkPatch(row, groupResourceType));
});
