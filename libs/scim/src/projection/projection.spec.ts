import { describe, expect, it } from '@jest/globals';
import { parseResource } from '../intake/parse-resource.js';
import { renderResource } from '../messages/render-resource.js';
import { defineSchema } from '../schema/define-schema.js';
import { defineResourceType } from '../schema/resource-type.js';
import { groupResourceType, userResourceType } from '../schema/standard-resource-types.js';
import { refusalOf } from '../testing/plain.js';
import {
  needsAttribute,
  needsExtensionPart,
  needsMembers,
  parseProjection,
  type ProjectionParameters,
} from './parse-projection.js';
import { project } from './project.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const time = '2020-01-01T00:00:00.000Z';

const { document } = parseResource(
  userResourceType,
  {
    userName: 'jo',
    externalId: 'e',
    title: 'T',
    name: { givenName: 'G', familyName: 'F' },
    emails: [
      { type: 'work', value: 'w', primary: true },
      { type: 'home', value: 'h' },
    ],
    [ENT]: { department: 'D', division: 'V', manager: { value: 'm' } },
  },
  'create',
);

function show(parameters: ProjectionParameters): Record<string, unknown> {
  const projection = parseProjection(parameters, userResourceType);
  const stored = { id: 'u', document, version: 1, createdAt: time, lastModified: time };
  return renderResource(userResourceType, stored, { baseUrl: '', projection });
}

describe('attributes', () => {
  it.each<readonly [string | readonly string[], object]>([
    ['userName', { userName: 'jo' }],
    [['userName', 'title'], { userName: 'jo', title: 'T' }],
    ['USERNAME, title ,', { userName: 'jo', title: 'T' }],
    ['name.givenName', { name: { givenName: 'G' } }],
    ['name.givenName,name.familyName', { name: { givenName: 'G', familyName: 'F' } }],
    ['name,name.givenName', { name: { givenName: 'G', familyName: 'F' } }],
    [
      `${ENT},${ENT}:department`,
      { [ENT]: { department: 'D', division: 'V', manager: { value: 'm', $ref: '/Users/m' } } },
    ],
    ['name.givenName,name', { name: { givenName: 'G', familyName: 'F' } }],
    ['emails.value', { emails: [{ value: 'w' }, { value: 'h' }] }],
    ['emails[type eq "work"]', { emails: [{ type: 'work', value: 'w', primary: true }] }],
    ['emails[type eq "work"].value', { emails: [{ value: 'w' }] }],
    ['emails[value eq "h"],emails.type', { emails: [{ type: 'work' }, { type: 'home', value: 'h' }] }],
    ['emails[value eq "a,b"]', {}],
    [ENT, { [ENT]: { department: 'D', division: 'V', manager: { value: 'm', $ref: '/Users/m' } } }],
    [`${ENT}:department,${ENT}:manager.value`, { [ENT]: { department: 'D', manager: { value: 'm' } } }],
    ['department', { [ENT]: { department: 'D' } }],
    [`${CORE}:userName`, { userName: 'jo' }],
    ['password', {}],
    ['hat', {}],
    ['externalId', { externalId: 'e' }],
    ['meta.version', { meta: { version: 'W/"1"' } }],
  ])('%j', (attributes, expected) => {
    expect(show({ attributes })).toEqual({ schemas: [CORE, ENT], id: 'u', ...expected });
  });

  it('of the core URN are all of the core', () => {
    expect(Object.keys(show({ attributes: CORE }))).toEqual([
      'schemas',
      'id',
      'userName',
      'name',
      'title',
      'emails',
    ]);
  });

  it('that are empty are none', () => {
    expect(show({ attributes: '' })).toEqual(show({}));
    expect(show({ attributes: [], excludedAttributes: ' , ' })).toEqual(show({}));
  });
});

describe('excludedAttributes', () => {
  it.each<readonly [string, readonly string[]]>([
    ['title', ['title']],
    ['id,schemas,title', ['title']],
    ['emails,name,meta', ['emails', 'name', 'meta']],
    [ENT, [ENT]],
    ['hat', []],
  ])('%s', (excludedAttributes, gone) => {
    const all = show({});
    expect(show({ excludedAttributes })).toEqual(
      Object.fromEntries(Object.entries(all).filter(([name]) => !gone.includes(name))),
    );
  });

  it('may be parts', () => {
    expect(show({ excludedAttributes: 'name.givenName' })['name']).toEqual({ familyName: 'F' });
    expect(show({ excludedAttributes: 'emails[type eq "home"],emails.primary' })['emails']).toEqual([
      { type: 'work', value: 'w' },
    ]);
    expect(show({ excludedAttributes: `${ENT}:manager,division` })[ENT]).toEqual({ department: 'D' });
    expect(show({ excludedAttributes: 'name.givenName,name.familyName' })).not.toHaveProperty('name');
  });
});

describe('returned (RFC 7643 s2.2)', () => {
  const schema = defineSchema({
    id: 'urn:example:schemas:X',
    name: 'X',
    attributes: [
      { name: 'key', returned: 'always' },
      { name: 'plain' },
      { name: 'heavy', returned: 'request' },
      { name: 'hidden', returned: 'never' },
      {
        name: 'parts',
        type: 'complex',
        multiValued: true,
        subAttributes: [
          { name: 'id', returned: 'always' },
          { name: 'a' },
          { name: 'b', returned: 'request' },
          { name: 'c', returned: 'never' },
        ],
      },
    ],
  });
  const type = defineResourceType({ name: 'X', endpoint: '/Xs', schema: schema.id }, [schema]);
  const resource = {
    id: 'x',
    key: 'k',
    plain: 'p',
    heavy: 'h',
    hidden: 's',
    parts: [{ id: 'i', a: 'a', b: 'b', c: 'c' }],
  };
  const seen = (parameters: ProjectionParameters): unknown =>
    project(type, resource, parseProjection(parameters, type));

  it.each<readonly [ProjectionParameters, object]>([
    [{}, { plain: 'p', parts: [{ id: 'i', a: 'a' }] }],
    [{ attributes: 'heavy,hidden' }, { heavy: 'h' }],
    [{ attributes: 'parts.b,parts.c' }, { parts: [{ id: 'i', b: 'b' }] }],
    [{ attributes: 'parts' }, { parts: [{ id: 'i', a: 'a' }] }],
    [{ excludedAttributes: 'key,plain' }, { parts: [{ id: 'i', a: 'a' }] }],
    [{ excludedAttributes: 'parts.id,parts.a' }, { plain: 'p', parts: [{ id: 'i' }] }],
  ])('%j', (parameters, expected) => expect(seen(parameters)).toEqual({ id: 'x', key: 'k', ...expected }));
});

describe('a projection', () => {
  it('is refused with both parameters or with what is no attribute', () => {
    for (const parameters of [
      { attributes: 'a', excludedAttributes: 'b' },
      { attributes: 'a b' },
      { attributes: 'emails[' },
      { excludedAttributes: 'x'.repeat(9000) },
      { attributes: Array.from({ length: 201 }, () => 'a') },
    ]) {
      expect(refusalOf(() => parseProjection(parameters, userResourceType))).toEqual({
        status: 400,
        scimType: 'invalidValue',
      });
    }
  });

  it.each<readonly [ProjectionParameters, boolean]>([
    [{}, true],
    [{ excludedAttributes: 'members' }, false],
    [{ excludedAttributes: 'MEMBERS,meta' }, false],
    [{ excludedAttributes: 'members.display' }, true],
    [{ attributes: 'displayName' }, false],
    [{ attributes: 'members.value' }, true],
  ])('%j needs members: %s', (parameters, needs) => {
    const projection = parseProjection(parameters, groupResourceType);
    expect(needsMembers(projection)).toBe(needs);
    expect(needsAttribute(projection, 'members')).toBe(needs);
  });
});

describe('needsExtensionPart', () => {
  const manager = `${ENT}:manager`;
  it.each<readonly [ProjectionParameters, boolean]>([
    [{}, true],
    [{ attributes: 'userName' }, false],
    [{ attributes: `${ENT}:department` }, false],
    [{ attributes: ENT }, true],
    [{ attributes: manager }, true],
    [{ attributes: `${manager}.value` }, false],
    [{ attributes: `${manager}.value,${manager}.displayName` }, true],
    [{ attributes: `${manager}[value pr]` }, true],
    [{ excludedAttributes: 'groups' }, true],
    [{ excludedAttributes: ENT }, false],
    [{ excludedAttributes: manager }, false],
    [{ excludedAttributes: `${manager}.value` }, true],
    [{ excludedAttributes: `${manager}.displayName` }, false],
    [{ excludedAttributes: `${manager}[value eq "x"].displayName` }, true],
  ])('%j: %s', (parameters, needed) => {
    const projection = parseProjection(parameters, userResourceType);
    const part = { schema: ENT, attribute: 'manager', subAttribute: 'displayName' };
    expect(needsExtensionPart(projection, part)).toBe(needed);
    const stored = { id: 'u', document, version: 1, createdAt: time, lastModified: time, managerName: 'M' };
    const shown = renderResource(userResourceType, stored, { baseUrl: '', projection });
    expect(JSON.stringify(shown).includes('"displayName":"M"')).toBe(needed);
  });
});
