import { describe, it } from '@jest/globals';
import { checkPatch, type PatchRow } from '../testing/check-patch.js';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

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
    after: {
      emails: [
        { ...work, primary: false },
        { ...home, primary: true },
      ],
    },
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
  {
    cite: 's3.5.2.1: a value is required',
    operations: [{ op: 'add', path: 'title' }],
    refused: 'invalidValue',
  },
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
    before: {
      emails: [
        { ...work, display: 'd' },
        { ...home, display: 'e' },
      ],
    },
    operations: [{ op: 'remove', path: 'emails[type eq "work"].display' }],
    after: { emails: [work, { ...home, display: 'e' }] },
  },
  {
    cite: 'a value with no sub-attribute left is no value',
    before: { emails: [{ value: 'a@x.test' }, work] },
    operations: [{ op: 'remove', path: 'emails[value eq "a@x.test"].value' }],
    after: { emails: [work] },
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

describe.each([
  ['add', adding],
  ['remove', removing],
])('%s', (_name, rows) => {
  it.each(rows.map((row) => [row.cite, JSON.stringify(row.operations).slice(0, 120), row] as const))(
    '%s: %s',
    (_c, _o, row) => {
      checkPatch(row);
    },
  );
});
