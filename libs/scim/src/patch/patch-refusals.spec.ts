import { describe, expect, it } from '@jest/globals';
import { documentFromJson } from '../document/document-from-json.js';
import { parsePatch } from '../intake/parse-patch.js';
import { defineSchema } from '../schema/define-schema.js';
import { defineResourceType } from '../schema/resource-type.js';
import { groupResourceType, userResourceType } from '../schema/standard-resource-types.js';
import { checkPatch, type PatchRow } from '../testing/check-patch.js';
import { plain, refusalOf } from '../testing/plain.js';
import { applyPatch } from './apply-patch.js';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const refusing: readonly PatchRow[] = [
  ...[
    'a b',
    'name.',
    '.name',
    'name..givenName',
    'a.b.c',
    'emails[',
    'emails[type eq "work"',
    'emails]',
    '[type pr]',
    'emails[type eq "work"]value',
    'emails[type eq "work"].a.b',
    'emails[type xx "work"]',
    'emails[colour eq "red"]',
    'emails.value[type eq "work"]',
    'name[givenName eq "x"]',
    'emails[type eq "work"][value pr]',
    'userName[value eq "x"]',
    '__proto__',
    '__proto__.admin',
    ':',
    'urn:x',
    `${ENT}:`,
    `${ENT}[department pr]`,
    'x'.repeat(5000),
  ].map((path) => ({
    cite: 'table 9 invalidPath',
    operations: [{ op: 'replace', path, value: 'x' }],
    refused: 'invalidPath',
  })),
  {
    cite: 'table 9 invalidPath',
    operations: [{ op: 'replace', path: 7, value: 'x' }],
    refused: 'invalidPath',
  },
  {
    cite: 'table 9 invalidValue: type',
    operations: [{ op: 'replace', path: 'title', value: 7 }],
    refused: 'invalidValue',
  },
  {
    cite: 'table 9 invalidValue: type',
    operations: [{ op: 'replace', path: 'active', value: 'perhaps' }],
    refused: 'invalidValue',
  },
  {
    cite: 'table 9 invalidValue: type',
    operations: [{ op: 'replace', path: 'emails[type eq "work"].value', value: {} }],
    refused: 'invalidValue',
  },
  ...[
    { active: true, ACTIVE: false },
    { 'name.givenName': 'a', 'NAME.GivenName': 'b' },
    { [ENT]: { department: 'a', Department: 'b' } },
    { [ENT]: { department: 'a' }, [ENT.toUpperCase()]: { department: 'b' } },
    { [`${ENT}:department`]: 'a', [`${ENT}:DEPARTMENT`]: 'b' },
  ].map((value): PatchRow => ({
    cite: '2.1 names are the same in any case, so which of the two?',
    operations: [{ op: 'replace', value }],
    refused: 'invalidValue',
  })),
  {
    cite: '2.1 names are the same in any case, below a path too',
    operations: [{ op: 'replace', path: ENT, value: { department: 'a', DEPARTMENT: 'b' } }],
    refused: 'invalidValue',
  },
  {
    cite: 'table 9 invalidValue: list of several',
    operations: [{ op: 'replace', path: 'title', value: ['a', 'b'] }],
    refused: 'invalidValue',
  },
  {
    cite: 'table 9 invalidValue: scalar for complex',
    operations: [{ op: 'replace', path: 'name', value: 'Jo' }],
    refused: 'invalidValue',
  },
  {
    cite: 'table 9 invalidValue: too long',
    operations: [{ op: 'replace', path: 'userName', value: 'x'.repeat(513) }],
    refused: 'invalidValue',
  },
  {
    cite: 'RFC 7643 s2.1: a sub-attribute twice, in different case',
    operations: [{ op: 'replace', path: 'name', value: { givenName: 'a', GIVENNAME: 'b' } }],
    refused: 'invalidValue',
  },
  {
    cite: 'table 9 invalidSyntax',
    operations: [{ op: 'move', path: 'title', value: 'x' }],
    refused: 'invalidSyntax',
  },
  { cite: 'table 9 invalidSyntax', operations: [{ path: 'title', value: 'x' }], refused: 'invalidSyntax' },
  { cite: 'table 9 invalidSyntax', operations: ['add'], refused: 'invalidSyntax' },
  { cite: 'table 9 invalidSyntax', operations: [], refused: 'invalidSyntax' },
];

describe('a PATCH that cannot be', () => {
  it.each(refusing.map((row) => [row.cite, JSON.stringify(row.operations).slice(0, 120), row] as const))(
    '%s: %s',
    (_c, _o, row) => {
      checkPatch(row);
    },
  );
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
      warns: [
        'id',
        'meta.created',
        'shoeSize',
        'name.shoeSize',
        'groups',
        'nothing',
        'password',
        'id',
        'hat',
        'name.hat',
      ],
    },
  ])('$cite', (row) => checkPatch(row));

  it('do not include schemas, which belong to the message', () => {
    checkPatch({
      cite: '',
      operations: [{ op: 'replace', value: { schemas: ['x'], title: 'T' } }],
      after: { title: 'T' },
      warns: [],
    });
  });

  it.each([
    ['invalidPath', { op: 'replace', path: 'shoeSize', value: 46 }],
    ['invalidPath', { op: 'replace', value: { shoeSize: 46 } }],
    ['invalidPath', { op: 'replace', value: { '__proto__.x': 46 } }],
    ['mutability', { op: 'replace', path: 'id', value: 'x' }],
    ['mutability', { op: 'remove', path: 'meta.created' }],
  ])('are %s where the caller rejects them', (scimType, operation) => {
    const parse = (): unknown =>
      parsePatch(userResourceType, { Operations: [operation] }, { unknownAttributes: 'reject' });
    expect(refusalOf(parse).scimType).toBe(scimType);
  });

  it('are no reason to refuse a whole resource that is echoed', () => {
    const operation = { op: 'replace', value: { id: 'x', meta: {}, title: 'T' } };
    const { operations } = parsePatch(
      userResourceType,
      { Operations: [operation] },
      { unknownAttributes: 'reject' },
    );
    expect(operations).toEqual([{ op: 'replace', path: { attribute: 'title' }, value: 'T' }]);
  });
});

describe('immutable attributes and required parts of a custom type', () => {
  const badge = defineSchema({
    id: 'urn:example:schemas:Badge',
    name: 'Badge',
    attributes: [
      { name: 'serial', mutability: 'immutable' },
      {
        name: 'owner',
        type: 'complex',
        subAttributes: [
          { name: 'value', mutability: 'immutable' },
          { name: 'note' },
          { name: 'pin', mutability: 'writeOnly', returned: 'never' },
        ],
      },
      { name: 'tags', multiValued: true },
      {
        name: 'doors',
        type: 'complex',
        multiValued: true,
        subAttributes: [
          { name: 'value', required: true },
          { name: 'floor', type: 'integer' },
        ],
      },
    ],
  });
  const audit = defineSchema({
    id: 'urn:example:schemas:Audit',
    name: 'Audit',
    attributes: [
      { name: 'auditor', required: true },
      { name: 'score', type: 'decimal' },
    ],
  });
  const badges = defineResourceType(
    {
      name: 'Badge',
      endpoint: '/Badges',
      schema: badge.id,
      schemaExtensions: [{ schema: audit.id, required: false }],
    },
    [badge, audit],
  );

  it.each<PatchRow>([
    {
      cite: 'immutable is set once',
      operations: [{ op: 'add', path: 'serial', value: 's' }],
      after: { serial: 's' },
    },
    {
      cite: 'and to the same again',
      before: { serial: 's' },
      operations: [{ op: 'replace', path: 'serial', value: 's' }],
      after: { serial: 's' },
      changed: [],
    },
    {
      cite: 'but to no other',
      before: { serial: 's' },
      operations: [{ op: 'replace', path: 'serial', value: 't' }],
      refused: 'mutability',
    },
    {
      cite: 'nor removed',
      before: { serial: 's' },
      operations: [{ op: 'remove', path: 'serial' }],
      refused: 'mutability',
    },
    {
      cite: 'nor within a complex',
      before: { owner: { value: 'a' } },
      operations: [{ op: 'replace', path: 'owner.value', value: 'b' }],
      refused: 'mutability',
    },
    {
      cite: 'beside it all goes',
      before: { owner: { value: 'a' } },
      operations: [{ op: 'replace', path: 'owner.note', value: 'n' }],
      after: { owner: { value: 'a', note: 'n' } },
    },
    {
      cite: 'a secret within a complex is not stored',
      operations: [{ op: 'add', path: 'owner', value: { note: 'n', pin: '1' } }],
      after: { owner: { note: 'n' } },
      warns: ['owner.pin'],
    },
    {
      cite: 'plain values are added once',
      before: { tags: ['a'] },
      operations: [{ op: 'add', path: 'tags', value: ['a', 'b', 'b'] }],
      after: { tags: ['a', 'b'] },
    },
    {
      cite: 'plain values are selected by value',
      before: { tags: ['a', 'b'] },
      operations: [{ op: 'remove', path: 'tags[value eq "A"]' }],
      after: { tags: ['b'] },
    },
    {
      cite: 'plain values are replaced',
      before: { tags: ['a', 'b'] },
      operations: [{ op: 'replace', path: 'tags[value eq "b"]', value: 'c' }],
      after: { tags: ['a', 'c'] },
    },
    {
      cite: 'plain values are removed by a list',
      before: { tags: ['a', 'b'] },
      operations: [{ op: 'remove', path: 'tags', value: ['b'] }],
      after: { tags: ['a'] },
    },
    {
      cite: 'a value lacks a required part',
      operations: [{ op: 'add', path: 'doors[floor eq 2].floor', value: 2 }],
      refused: 'invalidValue',
    },
    {
      cite: 'a required part is taken away',
      before: { doors: [{ value: 'a', floor: 1 }] },
      operations: [{ op: 'remove', path: 'doors[floor eq 1].value' }],
      refused: 'invalidValue',
    },
    {
      cite: 'an extension lacks its required attribute',
      operations: [{ op: 'add', path: `${audit.id}:score`, value: 0.5 }],
      refused: 'invalidValue',
    },
    {
      cite: 'an extension keeps its required attribute',
      before: { [audit.id]: { auditor: 'x', score: 1 } },
      operations: [{ op: 'remove', path: `${audit.id}:auditor` }],
      refused: 'mutability',
    },
    {
      cite: 'URN without a version, dotted',
      before: { [audit.id]: { auditor: 'x' } },
      operations: [{ op: 'add', path: `${audit.id}.score`, value: 1.5 }],
      after: { [audit.id]: { auditor: 'x', score: 1.5 } },
    },
  ])('$cite', (row) => checkPatch(row, badges));
});

describe('a document that lacks what is required', () => {
  const document = documentFromJson({ active: true });
  const patched = (operation: object): unknown =>
    plain(
      applyPatch(userResourceType, document, parsePatch(userResourceType, { Operations: [operation] }))
        .document,
    );

  it('can still be disabled: that is not the doing of this patch', () => {
    expect(patched({ op: 'replace', path: 'active', value: false })).toEqual({ active: false });
  });
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
      cite: 'a member is immutable as a whole, too',
      before: { displayName: 'G', members: [{ value: 'a' }] },
      operations: [{ op: 'replace', path: 'members[value eq "a"]', value: { value: 'b' } }],
      refused: 'mutability',
    },
    {
      cite: 'a member is immutable',
      before: { displayName: 'G', members: [{ value: 'a' }] },
      operations: [{ op: 'replace', path: 'members[value eq "a"].value', value: 'b' }],
      refused: 'mutability',
    },
    {
      cite: 'displayName is required',
      before: { displayName: 'G' },
      operations: [{ op: 'replace', path: 'displayName', value: '' }],
      refused: 'mutability',
    },
  ])('$cite', (row) => checkPatch(row, groupResourceType));
});
