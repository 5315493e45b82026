import { describe, expect, it } from '@jest/globals';
import { ScimError } from '../errors/scim-error.js';
import { type ResourceTypes } from './resource-types.js';
import { ENTERPRISE_USER_SCHEMA_URN } from './enterprise-user-schema.js';
import { defineTenantSchemas } from './tenant-schemas.js';
import { USER_SCHEMA_URN } from './user-schema.js';

const BADGE = 'urn:example:2.0:Badge';
const MORE = 'urn:example:2.0:More';
const badge = (attributes: unknown, more: object = {}): object => ({
  id: BADGE,
  name: 'Badge',
  attributes,
  ...more,
});
const type = { name: 'Badge', endpoint: '/Badges', schema: BADGE };
const plain = badge([{ name: 'colour' }]);

/** A registration of one type whose schema has this one attribute. */
const withAttribute = (attribute: object): object => ({
  schemas: [badge([attribute])],
  resourceTypes: [type],
});
const withType = (more: object): object => ({ schemas: [plain], resourceTypes: [{ ...type, ...more }] });
const withExtension = (schema: object, required = false): object => ({
  schemas: [plain, { id: MORE, name: 'More', ...schema }],
  resourceTypes: [{ ...type, schemaExtensions: [{ schema: MORE, required }] }],
});
const sub = (attribute: object): object => ({
  name: 'c',
  type: 'complex',
  subAttributes: [{ name: 'ok' }, attribute],
});

function detailOf(json: unknown): string {
  try {
    defineTenantSchemas(json);
  } catch (error) {
    if (error instanceof ScimError && error.scimType === 'invalidValue') return error.detail;
    throw error;
  }
  throw new Error('The registration was not refused.');
}

describe('a registration', () => {
  it('of nothing leaves what everybody has', () => {
    const types = defineTenantSchemas({});
    expect(types.all.map(({ name }) => name)).toEqual(['User', 'Group']);
    expect(types.own).toEqual([]);
  });

  it('adds types, and extensions to users and groups behind those that are there', () => {
    const types = defineTenantSchemas({
      schemas: [plain, { id: MORE, name: 'More', attributes: [{ name: 'level', type: 'integer' }] }],
      resourceTypes: [
        { ...type, schemaExtensions: [{ schema: ENTERPRISE_USER_SCHEMA_URN }] },
        { name: 'User', schemaExtensions: [{ schema: MORE }] },
        { name: 'Group', endpoint: '/Groups', schemaExtensions: [{ schema: MORE, required: true }] },
      ],
    });
    const extensionsOf = (each: ResourceTypes['user']): unknown =>
      each.extensions.map(({ schema, required }) => [schema.id, required]);
    expect(extensionsOf(types.user)).toEqual([
      [ENTERPRISE_USER_SCHEMA_URN, false],
      [MORE, false],
    ]);
    expect(extensionsOf(types.group)).toEqual([[MORE, true]]);
    expect(types.own.map(({ name, endpoint }) => [name, endpoint])).toEqual([['Badge', '/Badges']]);
    expect(types.schemas.map(({ id }) => id).slice(-2)).toEqual([ENTERPRISE_USER_SCHEMA_URN, MORE]);
  });

  it('may say anew whether the enterprise extension is required', () => {
    const { user } = defineTenantSchemas({
      resourceTypes: [
        {
          name: 'User',
          schemaExtensions: [{ schema: ENTERPRISE_USER_SCHEMA_URN.toUpperCase(), required: true }],
        },
      ],
    });
    expect(user.extensions.map(({ required }) => required)).toEqual([true]);
  });

  it('lists the attributes whose values are unique, with their extension', () => {
    const { own, user } = defineTenantSchemas({
      schemas: [
        badge([{ name: 'serial', uniqueness: 'server' }, { name: 'colour' }]),
        { id: MORE, name: 'More', attributes: [{ name: 'number', uniqueness: 'server', type: 'reference' }] },
      ],
      resourceTypes: [{ ...type, schemaExtensions: [{ schema: MORE }] }],
    });
    expect(own[0]!.uniqueAttributes.map(({ definition, extension }) => [definition.name, extension])).toEqual(
      [
        ['serial', undefined],
        ['number', MORE],
      ],
    );
    expect(user.uniqueAttributes.map(({ definition }) => definition.name)).toEqual(['userName']);
  });
});

describe('a registration is refused', () => {
  it.each<readonly [string, unknown]>([
    ['registration is not an object.', null],
    ['registration is not an object.', []],
    ['registration has an unknown property, "schema".', { schema: [] }],
    ['registration has an unknown property, "__proto__".', JSON.parse('{"__proto__":{"schemas":[]}}')],
    ['registration.schemas is not a list of at most 50.', { schemas: {} }],
    [
      'registration.schemas is not a list of at most 50.',
      { schemas: Array.from({ length: 51 }, () => plain) },
    ],
    ['registration.resourceTypes is not a list of at most 22.', { resourceTypes: 'x' }],
    ['schemas[0] is not an object.', { schemas: [null] }],
    ['schemas[0].id is not a URN.', { schemas: [badge([], { id: 'Badge' })] }],
    ['schemas[1].name is not a text of 1 to 4096 bytes.', { schemas: [plain, { id: MORE, attributes: [] }] }],
    ['schemas[0].attributes is not a list of at most 500.', { schemas: [badge(undefined)] }],
    [
      "schemas[0].attributes[1].name repeats another attribute's.",
      { schemas: [badge([{ name: 'a' }, { name: 'A' }])] },
    ],
    ['schemas[0].attributes[0] has an unknown property, "typ".', withAttribute({ name: 'a', typ: 'string' })],
    [
      'schemas[0].attributes[0].type is not one of string, boolean',
      withAttribute({ name: 'a', type: 'text' }),
    ],
    ['schemas[0].attributes[0].name is not an attribute name.', withAttribute({ name: 'toString' })],
    ['schemas[0].attributes[0].name is not an attribute name.', withAttribute({ name: '__proto__' })],
    [
      'schemas[0].attributes[0].canonicalValues is not a list',
      withAttribute({ name: 'a', canonicalValues: ['\0'] }),
    ],
    [
      'schemas[0].attributes[0] is complex and has no subAttributes.',
      withAttribute({ name: 'a', type: 'complex' }),
    ],
    [
      'schemas[0].attributes[0] is complex and has no subAttributes.',
      withAttribute({ name: 'a', type: 'complex', subAttributes: [] }),
    ],
    [
      'schemas[0].attributes[0] has subAttributes, but is of type string.',
      withAttribute({ name: 'a', subAttributes: [{ name: 'b' }] }),
    ],
    [
      'schemas[0].attributes[0].subAttributes[1] nests complex in complex.',
      withAttribute(sub({ name: 'd', type: 'complex', subAttributes: [{ name: 'e' }] })),
    ],
    ['resourceTypes[0].name is not a text of 1 to 64 bytes.', { resourceTypes: [{}] }],
    ['resourceTypes[0].endpoint is not a path of one segment.', withType({ endpoint: '/a/b' })],
    ['resourceTypes[0].endpoint is not a path of one segment.', withType({ endpoint: 'Badges' })],
    ['resourceTypes[0].endpoint is not a path of one segment.', withType({ endpoint: '/.search' })],
    ['resourceTypes[0].schema is not a known schema.', withType({ schema: MORE })],
    [
      'resourceTypes[0].schemaExtensions[0].schema is not a known schema.',
      withType({ schemaExtensions: [{ schema: MORE }] }),
    ],
    [
      'resourceTypes[0].schemaExtensions[0] has an unknown property, "require".',
      withType({ schemaExtensions: [{ schema: MORE, require: true }] }),
    ],
    [
      'resourceTypes[0].schemaExtensions repeats a schema.',
      withType({ schemaExtensions: [{ schema: BADGE }] }),
    ],
    ['resourceTypes[0].id of Badge differs from its name.', withType({ id: 'badge' })],
    ['resourceTypes[0].name is a letter followed by', withType({ name: 'My Badge' })],
    [
      'resourceTypes[1].endpoint /badges is taken or reserved.',
      {
        schemas: [plain, { id: MORE, name: 'More', attributes: [] }],
        resourceTypes: [type, { name: 'More', endpoint: '/badges', schema: MORE }],
      },
    ],
    [
      'resourceTypes[1].name badge is taken or reserved.',
      { schemas: [plain], resourceTypes: [type, { name: 'badge' }] },
    ],
    [
      'resourceTypes[0].endpoint of User cannot be changed.',
      { resourceTypes: [{ name: 'User', endpoint: '/People' }] },
    ],
    [
      'resourceTypes[0].schema of Group cannot be changed.',
      { resourceTypes: [{ name: 'Group', schema: USER_SCHEMA_URN }] },
    ],
    ['resourceTypes[0].id of User cannot be changed.', { resourceTypes: [{ name: 'User', id: 'Person' }] }],
    [
      'resourceTypes[0] has an unknown property, "schemaExtension".',
      { resourceTypes: [{ name: 'User', schemaExtension: [] }] },
    ],
  ])('%s', (detail, json) => expect(detailOf(json)).toMatch(startingWith(detail)));

  it.each(['/Users', '/groups', '/Me', '/Bulk', '/SCHEMAS', '/ResourceTypes', '/ServiceProviderConfig'])(
    'for the endpoint %s of the protocol',
    (endpoint) =>
      expect(detailOf(withType({ endpoint }))).toBe(
        `resourceTypes[0].endpoint ${endpoint} is taken or reserved.`,
      ),
  );

  it.each(['Schema', 'resourcetype', 'ServiceProviderConfig', 'user', 'GROUP'])(
    'for the name %s of the protocol',
    (name) =>
      expect(detailOf(withType({ name }))).toMatch(
        /^resourceTypes\[0\]\.name \w+ is (taken or )?reserved\.$/,
      ),
  );

  it.each([
    'urn:ietf:params:scim:api:messages:2.0:Mine',
    'urn:ietf:params:scim:schemas:core:2.0:Schema',
    'urn:ietf:params:scim:schemas:core:2.0:common',
    USER_SCHEMA_URN,
    ENTERPRISE_USER_SCHEMA_URN.toLowerCase(),
  ])('for the URN %s of the standard', (id) =>
    expect(detailOf({ schemas: [badge([], { id })] })).toMatch(
      /^schema\.id urn:\S+ is (taken or )?reserved\.$/,
    ),
  );

  it.each([
    'http://example.test/badge',
    'urn:x',
    'urn:example:a b',
    'urn:example:a,b:Badge',
    'urn:example:[x]:Badge',
    'urn:example:x:Badge.v2',
    'urn:example:x:',
    `urn:example:${'x'.repeat(250)}`,
  ])('for the id %s, which no path could name', (id) =>
    expect(detailOf({ schemas: [badge([], { id })], resourceTypes: [{ ...type, schema: id }] })).toMatch(
      /^schemas?(\[0\])?\.id /,
    ),
  );

  it.each<readonly [string, object]>([
    [
      `${BADGE}:a is required and writeOnly`,
      { name: 'a', required: true, mutability: 'writeOnly', returned: 'never' },
    ],
    [`${BADGE}:a is required and readOnly`, { name: 'a', required: true, mutability: 'readOnly' }],
    [`${BADGE}:c.d is required and readOnly`, sub({ name: 'd', required: true, mutability: 'readOnly' })],
    [
      `${BADGE}:a is required and readOnly`,
      { name: 'a', required: true, type: 'complex', subAttributes: [{ name: 'd', mutability: 'readOnly' }] },
    ],
    [
      `${BADGE}:a is writeOnly, so that its returned has to be never.`,
      { name: 'a', mutability: 'writeOnly' },
    ],
    [`${BADGE}:c.d is writeOnly, so that`, sub({ name: 'd', mutability: 'writeOnly', returned: 'always' })],
    [`${BADGE}:a has uniqueness global`, { name: 'a', uniqueness: 'global' }],
    [`${BADGE}:a cannot be unique`, { name: 'a', uniqueness: 'server', multiValued: true }],
    [`${BADGE}:a cannot be unique`, { name: 'a', uniqueness: 'server', type: 'integer' }],
    [
      `${BADGE}:a cannot be unique`,
      { name: 'a', uniqueness: 'server', mutability: 'writeOnly', returned: 'never' },
    ],
    [`${BADGE}:c.d cannot be unique`, sub({ name: 'd', uniqueness: 'server' })],
    [`${BADGE}:c.d is multiValued`, sub({ name: 'd', multiValued: true })],
    [`${BADGE}:a sets announcedMutability`, { name: 'a', announcedMutability: 'readOnly' }],
    [`${BADGE}:a sets announcedMutability`, { name: 'a', lengthBytesMax: 10 }],
    [`${BADGE}:a sets announcedMutability`, { name: 'a', valuesMax: 100_000 }],
    [`${BADGE} defines id, which every resource has.`, { name: 'ID' }],
    [`${BADGE} defines externalId, which every resource has.`, { name: 'externalId' }],
  ])('%s', (detail, attribute) => expect(detailOf(withAttribute(attribute))).toMatch(startingWith(detail)));

  it('for a schema that nothing uses, or that means two things', () => {
    const more = { id: MORE, name: 'More', attributes: [{ name: 'b' }] };
    const user = { name: 'User', schemaExtensions: [{ schema: BADGE }] };
    expect(detailOf({ schemas: [plain, more], resourceTypes: [type] })).toBe(
      `${MORE} is used by no resource type.`,
    );
    expect(
      detailOf({ schemas: [plain], resourceTypes: [type, { ...type, name: 'B', endpoint: '/Bs' }] }),
    ).toBe(`${BADGE} is the schema of several resource types.`);
    expect(detailOf({ schemas: [plain], resourceTypes: [type, user] })).toBe(
      `${BADGE} is the schema of one resource type and extends another.`,
    );
    expect(detailOf(withType({ schema: USER_SCHEMA_URN }))).toBe(
      'resourceTypes[0].schema of Badge is the schema of another type.',
    );
    expect(detailOf(withType({ schemaExtensions: [{ schema: USER_SCHEMA_URN }] }))).toBe(
      `Badge is extended by ${USER_SCHEMA_URN}, which is the schema of another type.`,
    );
    expect(detailOf({ schemas: [plain, badge([], { id: BADGE.toUpperCase() })] })).toBe(
      `schema.id ${BADGE.toUpperCase()} is taken or reserved.`,
    );
  });

  it('for a URN that is also the path of an attribute', () => {
    const registration = (id: string): object => ({
      schemas: [badge([{ name: 'Holder' }]), { id, name: 'Holder', attributes: [{ name: 'x' }] }],
      resourceTypes: [{ ...type, schemaExtensions: [{ schema: id }] }],
    });
    for (const id of [`${BADGE}:holder`, `${BADGE}:meta`, `${USER_SCHEMA_URN}:emails`])
      expect(detailOf(registration(id))).toContain('is also the path of an attribute of');
    expect(defineTenantSchemas(registration(`${BADGE}:Owner`)).own).toHaveLength(1);
  });

  it('for an extension that is required and that nobody could supply', () => {
    const attributes = [
      { name: 'a', mutability: 'readOnly' },
      { name: 'b', mutability: 'writeOnly', returned: 'never' },
      { name: 'c', type: 'complex', subAttributes: [{ name: 'd', mutability: 'readOnly' }] },
    ];
    expect(detailOf(withExtension({ attributes }, true))).toBe(
      `${MORE} is required for Badge and has nothing that a client could supply.`,
    );
    expect(defineTenantSchemas(withExtension({ attributes }, false)).own).toHaveLength(1);
  });

  it('for more than there may be', () => {
    const many = (count: number, more: object = {}): object[] =>
      Array.from({ length: count }, (_, n) => ({ name: `a${n}`, ...more }));
    expect(detailOf({ schemas: [badge(many(501))] })).toBe(
      'schemas[0].attributes is not a list of at most 500.',
    );
    const schemas = Array.from({ length: 5 }, (_, n) => ({
      id: `${MORE}${n}`,
      name: 'M',
      attributes: many(401),
    }));
    expect(detailOf({ schemas })).toBe('The schemas have more than 2000 attributes.');
    expect(detailOf(withAttribute({ name: 'c', type: 'complex', subAttributes: many(501) }))).toContain(
      'subAttributes is not a list of at most 500.',
    );
    expect(detailOf({ schemas: [badge(many(21, { uniqueness: 'server' }))], resourceTypes: [type] })).toBe(
      'Badge has more than 20 unique attributes.',
    );
    const kinds = Array.from({ length: 21 }, (_, n) => ({
      id: `${MORE}${n}`,
      name: 'M',
      attributes: [{ name: 'a' }],
    }));
    const types = kinds.map(({ id }, n) => ({ name: `K${n}`, endpoint: `/K${n}`, schema: id }));
    expect(detailOf({ schemas: kinds, resourceTypes: types })).toBe(
      "resourceTypes holds more than 20 of the tenant's own.",
    );
  });
});

function startingWith(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
}
