import { describe, expect, it } from '@jest/globals';
import { findAttribute } from '../schema/attribute-reference.js';
import { defineSchema } from '../schema/define-schema.js';
import { defineResourceType } from '../schema/resource-type.js';
import { userResourceType } from '../schema/standard-resource-types.js';
import { refusalOf } from '../testing/plain.js';
import { parsePath, pathFromJson, printPath } from './parse-path.js';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const work = { kind: 'comparison', path: { attribute: 'type' }, operator: 'eq', value: 'work' };

describe('a path (RFC 7644 s3.5.2 figure 7)', () => {
  it.each<readonly [string, object]>([
    ['userName', { attribute: 'userName' }],
    [' userName ', { attribute: 'userName' }],
    ['name.givenName', { attribute: 'name', subAttribute: 'givenName' }],
    ['members.$ref', { attribute: 'members', subAttribute: '$ref' }],
    ['emails[type eq "work"]', { attribute: 'emails', filter: work }],
    ['emails[type eq "work"].value', { attribute: 'emails', filter: work, subAttribute: 'value' }],
    ['emails [type eq "work"].value', { attribute: 'emails', filter: work, subAttribute: 'value' }],
    [
      'emails[type eq "]["].value',
      { attribute: 'emails', filter: { ...work, value: '][' }, subAttribute: 'value' },
    ],
    [`${ENT}:department`, { schema: ENT, attribute: 'department' }],
    [`${ENT}:manager.value`, { schema: ENT, attribute: 'manager', subAttribute: 'value' }],
    [
      `${ENT}:items[type eq "work"].value`,
      { schema: ENT, attribute: 'items', filter: work, subAttribute: 'value' },
    ],
    [`${ENT}.manager.value`, { schema: ENT, attribute: 'manager', subAttribute: 'value' }],
  ])('%s', (text, path) => {
    expect(parsePath(text)).toEqual(path);
    expect(parsePath(printPath(parsePath(text)))).toEqual(path);
    expect(pathFromJson(JSON.parse(JSON.stringify(path)))).toEqual(path);
  });

  it.each([
    '',
    ' ',
    '.',
    'a.',
    '.a',
    'a..b',
    'a.b.c',
    'a[',
    'a]',
    'a[]',
    '[a pr]',
    'a[b pr]c',
    'a[b pr].',
    'a[b pr].c.d',
    'a.b[c pr]',
    'a b',
    'urn:x',
    ':a',
    'a:b',
    '$x',
    '__proto__',
    'a'.repeat(129),
  ])('is not %j', (text) =>
    expect(refusalOf(() => parsePath(text))).toEqual({ status: 400, scimType: 'invalidPath' }),
  );

  it.each([
    null,
    'a',
    {},
    { attribute: 'a b' },
    { attribute: 'a', schema: 'x' },
    { attribute: 'a', subAttribute: 7 },
    { attribute: 'a', filter: 'b pr' },
  ])('is not %j from another process', (value) =>
    expect(refusalOf(() => pathFromJson(value))).toEqual({ status: 400, scimType: 'invalidPath' }),
  );

  it.each([
    ['department', 'department'],
    ['DEPARTMENT', 'department'],
    [`${ENT}:Department`, 'department'],
    [`${ENT}.department`, 'department'],
    ['title', 'title'],
    ['meta.created', 'created'],
  ])('%s finds %s', (text, name) => {
    const found = findAttribute(userResourceType, parsePath(text));
    if (found?.kind !== 'attribute') throw new Error('No attribute was found.');
    expect((found.subDefinition ?? found.definition).name).toBe(name);
  });

  it.each(['hat', 'name.hat', 'title.value', `${ENT}:title`, 'urn:example:x:title'])(
    '%s finds nothing',
    (text) => {
      expect(findAttribute(userResourceType, parsePath(text))).toBeUndefined();
    },
  );

  it('finds a schema whose URN continues another', () => {
    const core = defineSchema({ id: 'urn:example:a', name: 'A', attributes: [{ name: 'x' }] });
    const more = defineSchema({ id: 'urn:example:a:more', name: 'More', attributes: [{ name: 'y' }] });
    const json = { name: 'A', endpoint: '/As', schema: core.id, schemaExtensions: [{ schema: more.id }] };
    const type = defineResourceType(json, [core, more]);
    expect(findAttribute(type, parsePath('urn:example:a:more'))).toMatchObject({
      kind: 'schema',
      schema: more,
    });
    expect(findAttribute(type, parsePath('urn:example:a:more:y'))).toMatchObject({ extension: more });
    expect(findAttribute(type, parsePath('urn:example:a:x'))).toMatchObject({ definition: { name: 'x' } });
  });

  it('finds a whole schema by its URN', () => {
    expect(findAttribute(userResourceType, parsePath(ENT))).toMatchObject({
      kind: 'schema',
      schema: { id: ENT },
    });
  });
});
