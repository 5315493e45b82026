import { describe, expect, it } from '@jest/globals';
import { refusalOf } from '../testing/plain.js';
import { defineSchema } from './define-schema.js';
import { renderResourceType, renderSchema } from './render-schema.js';
import { defineResourceType, findExtension } from './resource-type.js';
import { userSchema } from './user-schema.js';
import { groupSchema } from './group-schema.js';
import { enterpriseUserSchema } from './enterprise-user-schema.js';
import { groupResourceType, userResourceType } from './standard-resource-types.js';

const invalidValue = { status: 400, scimType: 'invalidValue' };
const schema = (attributes: unknown, more: object = {}): unknown => ({
  id: 'urn:example:schemas:X',
  name: 'X',
  attributes,
  ...more,
});

describe('defineSchema', () => {
  it('fills in the defaults of RFC 7643 s2.2', () => {
    const definition = defineSchema(schema([{ name: 'a' }])).attributes.find('A')!;
    expect(definition).toMatchObject({
      name: 'a',
      type: 'string',
      multiValued: false,
      required: false,
      caseExact: false,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'none',
    });
    expect(definition.subAttributes.list).toEqual([]);
  });

  it('reads what it renders', () => {
    for (const each of [userSchema, groupSchema, enterpriseUserSchema]) {
      const message = renderSchema(each, 'https://x.test/v2');
      const again = renderSchema(defineSchema(JSON.parse(JSON.stringify(message))), 'https://x.test/v2');
      expect(again).toEqual(message);
    }
  });

  it('holds unique values to 512 bytes', () => {
    const set = defineSchema(
      schema([{ name: 'a', uniqueness: 'server' }, { name: 'b' }, { name: 'c', lengthBytesMax: 9 }]),
    ).attributes;
    expect(set.list.map(({ lengthBytesMax }) => lengthBytesMax)).toEqual([512, 65536, 9]);
  });

  it.each<readonly [string, unknown]>([
    ['nothing', undefined],
    ['a list', []],
    ['no id', { name: 'X', attributes: [] }],
    ['an id that is no URN', schema([], { id: 'X' })],
    ['an id with a blank', schema([], { id: 'urn:a b' })],
    ['no attributes', schema(undefined)],
    ['an unknown property', schema([], { colour: 'red' })],
    ['attributes that are no list', schema({})],
    ['an attribute that is no object', schema(['a'])],
    ['no name', schema([{}])],
    ['a name with a dot', schema([{ name: 'a.b' }])],
    ['a name with a colon', schema([{ name: 'a:b' }])],
    ['a name that begins with a digit', schema([{ name: '1a' }])],
    ['a name too long', schema([{ name: 'a'.repeat(129) }])],
    ['the same name in another case', schema([{ name: 'a' }, { name: 'A' }])],
    ['a name objects inherit', schema([{ name: 'constructor' }])],
    ['a name objects inherit', schema([{ name: 'toString' }])],
    ['an unknown type', schema([{ name: 'a', type: 'text' }])],
    ['a type objects inherit', schema([{ name: 'a', type: 'constructor' }])],
    ['an unknown mutability', schema([{ name: 'a', mutability: 'never' }])],
    ['a flag that is text', schema([{ name: 'a', required: 'true' }])],
    ['canonical values that are no texts', schema([{ name: 'a', canonicalValues: [1] }])],
    ['complex without sub-attributes', schema([{ name: 'a', type: 'complex' }])],
    [
      'complex in complex',
      schema([
        { name: 'a', type: 'complex', subAttributes: [{ name: 'b', type: 'complex', subAttributes: [] }] },
      ]),
    ],
    ['a limit of 0', schema([{ name: 'a', lengthBytesMax: 0 }])],
    ['a limit beyond ours', schema([{ name: 'a', valuesMax: 100_001 }])],
    ['too many attributes', schema(Array.from({ length: 501 }, (_, n) => ({ name: `a${n}` })))],
  ])('refuses %s', (_name, json) => expect(refusalOf(() => defineSchema(json))).toEqual(invalidValue));

  it('names the place', () => {
    const nested = schema([
      { name: 'a' },
      { name: 'b', type: 'complex', subAttributes: [{ name: 'c', returned: 'x' }] },
    ]);
    expect(() => defineSchema(nested)).toThrow(
      'schema.attributes[1].subAttributes[0].returned is not one of',
    );
  });
});

describe('defineResourceType', () => {
  const core = defineSchema(schema([{ name: 'a' }]));
  const one = defineSchema(
    schema([{ name: 'b' }, { name: 'c' }, { name: 'a' }], { id: 'urn:example:schemas:One' }),
  );
  const two = defineSchema(schema([{ name: 'c' }, { name: 'd' }], { id: 'urn:example:schemas:Two' }));
  const json = {
    name: 'X',
    endpoint: '/Xs',
    schema: core.id.toUpperCase(),
    schemaExtensions: [{ schema: one.id, required: true }, { schema: two.id }],
  };

  it('finds its schemas in any case and its extension attributes without a URN where that is clear', () => {
    const type = defineResourceType(json, [core, one, two]);
    expect(type.schema).toBe(core);
    expect(findExtension(type, one.id.toUpperCase())).toEqual({ schema: one, required: true });
    expect(findExtension(type, core.id)).toBeUndefined();
    expect([...type.unqualified.keys()].toSorted()).toEqual(['b', 'd']);
    expect(type.attributes.list.map(({ name }) => name)).toEqual([
      'schemas',
      'id',
      'externalId',
      'meta',
      'a',
    ]);
  });

  it.each<readonly [string, object]>([
    ['an unknown schema', { ...json, schema: 'urn:x:y' }],
    ['an unknown extension', { ...json, schemaExtensions: [{ schema: 'urn:x:y' }] }],
    ['an extension twice', { ...json, schemaExtensions: [{ schema: one.id }, { schema: one.id }] }],
    ['an endpoint without its slash', { ...json, endpoint: 'Xs' }],
    ['an endpoint that goes up', { ...json, endpoint: '/../Xs' }],
    ['no name', { ...json, name: '' }],
    ['an unknown property', { ...json, colour: 'red' }],
  ])('refuses %s', (_name, each) =>
    expect(refusalOf(() => defineResourceType(each, [core, one, two]))).toEqual(invalidValue),
  );
});

describe('discovery', () => {
  it('shows users with what Postman looks for', () => {
    const message = renderSchema(userSchema, 'https://x.test/v2');
    expect(message.description).toBe('User Account');
    expect(message.meta).toEqual({
      resourceType: 'Schema',
      location: `https://x.test/v2/Schemas/${userSchema.id}`,
    });
    expect(JSON.stringify(message)).not.toContain('null');
  });

  it('has every attribute of RFC 7643 s8.7.1', () => {
    expect(userSchema.attributes.list.map(({ name }) => name).join(' ')).toBe(
      'userName name displayName nickName profileUrl title userType preferredLanguage locale timezone active password emails phoneNumbers ims photos addresses groups entitlements roles x509Certificates',
    );
    expect(enterpriseUserSchema.attributes.list.map(({ name }) => name).join(' ')).toBe(
      'employeeNumber costCenter organization division department manager',
    );
    expect(groupSchema.attributes.list.map(({ name }) => name).join(' ')).toBe('displayName members');
    const password = userSchema.attributes.find('password')!;
    expect([password.mutability, password.returned]).toEqual(['writeOnly', 'never']);
  });

  it('announces the $ref of members and managers as RFC 7643 s8.7.1 does, though the server makes it', () => {
    const announced = [groupSchema, enterpriseUserSchema].map((each) => {
      const { attributes } = renderSchema(each, 'https://x.test/v2');
      const { subAttributes = [] } = attributes.find(({ name }) => name === 'members' || name === 'manager')!;
      return subAttributes.find(({ name }) => name === '$ref')!.mutability;
    });
    expect(announced).toEqual(['immutable', 'readWrite']);
  });

  it("announces a member's display as the server's, since the label a client sends is not kept", () => {
    const { subAttributes = [] } = renderSchema(groupSchema, 'https://x.test/v2').attributes[1]!;
    expect(subAttributes.find(({ name }) => name === 'display')).toMatchObject({ mutability: 'readOnly' });
  });

  it('shows resource types', () => {
    expect(renderResourceType(userResourceType, 'https://x.test/v2')).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: 'User',
      name: 'User',
      description: 'User Account',
      endpoint: '/Users',
      schema: userSchema.id,
      schemaExtensions: [{ schema: enterpriseUserSchema.id, required: false }],
      meta: { resourceType: 'ResourceType', location: 'https://x.test/v2/ResourceTypes/User' },
    });
    expect(renderResourceType(groupResourceType, '').schemaExtensions).toEqual([]);
  });
});
