import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ScimError, parseResource, renderResource } from '@muster/scim';
import { TENANT_SCHEMAS_BYTES_MAX, parseSchemasDigest, tenantSchemasFromJson } from './tenant-schemas.js';

/** The registration that the documents and the conformance suite use. */
const sample = JSON.parse(
  readFileSync(new URL('../../../../deploy/examples/test-resource.json', import.meta.url), 'utf8'),
) as object;

const schema = { id: 'urn:example:2.0:Badge', name: 'Badge', attributes: [{ name: 'colour' }] };
const type = { name: 'Badge', endpoint: '/Badges', schema: schema.id };

describe('a registration', () => {
  it('is named by what it holds', () => {
    const one = tenantSchemasFromJson({ schemas: [schema], resourceTypes: [type] });
    const same = tenantSchemasFromJson(JSON.parse(one.text));
    const other = tenantSchemasFromJson({ resourceTypes: [type], schemas: [{ ...schema, name: 'B' }] });
    expect(same.digest).toBe(one.digest);
    expect(same.text).toBe(one.text);
    expect(other.digest).not.toBe(one.digest);
    expect(parseSchemasDigest(one.digest)).toBe(one.digest);
  });

  it('has a limit of its size, whatever is in it', () => {
    const description = 'é'.repeat(2_000);
    const attributes = Array.from({ length: 70 }, (_, n) => ({ name: `a${n}`, description }));
    const large = { schemas: [{ ...schema, attributes }], resourceTypes: [type] };
    expect(Buffer.byteLength(JSON.stringify(large))).toBeGreaterThan(TENANT_SCHEMAS_BYTES_MAX);
    expect(() => tenantSchemasFromJson(large)).toThrow(RangeError);
  });

  it.each([undefined, null, 1, 'x', [], { schemas: {} }])('that is %j is refused', (json) => {
    expect(() => tenantSchemasFromJson(json)).toThrow(ScimError);
  });

  it.each([null, undefined, 7, '', 'x', 'A'.repeat(64), 'a'.repeat(63), 'a'.repeat(65)])(
    'has no digest such as %j',
    (value) => expect(parseSchemasDigest(value)).toBeNull(),
  );
});

describe('the sample registration', () => {
  const { types } = tenantSchemasFromJson(sample);
  const [testResource] = types.own;

  it('has a type with an attribute of every type, single and with several values', () => {
    const kinds = (multiValued: boolean): string[] =>
      [
        ...new Set(
          testResource!.schema.attributes.list
            .filter((each) => each.multiValued === multiValued)
            .map((each) => each.type),
        ),
      ].sort();
    const all = ['binary', 'boolean', 'complex', 'dateTime', 'decimal', 'integer', 'reference', 'string'];
    expect(kinds(false)).toEqual(all);
    expect(kinds(true)).toEqual(all);
  });

  it('has every mutability, every way of being returned, a required and an optional extension', () => {
    const { list } = testResource!.schema.attributes;
    expect(new Set(list.map(({ mutability }) => mutability)).size).toBe(4);
    expect(new Set(list.map(({ returned }) => returned)).size).toBe(4);
    expect(testResource!.extensions.map(({ required }) => required)).toEqual([true, false]);
    expect(testResource!.uniqueAttributes.map(({ definition }) => definition.name)).toEqual([
      'name',
      'assetNumber',
    ]);
  });

  it('extends users and leaves groups as they are', () => {
    expect(types.user.extensions.map(({ schema: { name } }) => name)).toEqual([
      'EnterpriseUser',
      'ContosoUser',
    ]);
    expect(types.user.uniqueAttributes.map(({ definition }) => definition.name)).toContain('badgeNumber');
    expect(types.group.extensions).toEqual([]);
  });

  it('reads a resource and shows it, with references to the types that the tenant has', () => {
    const [ownership] = testResource!.extensions;
    const { document, warnings } = parseResource(
      testResource!,
      {
        schemas: [testResource!.schema.id, ownership!.schema.id],
        name: 'Pump 7',
        pin: '1234',
        custodians: [{ value: 'u-1' }],
        partOf: { value: 't-1' },
        [ownership!.schema.id]: { costCentre: '4100' },
      },
      'create',
    );
    expect(warnings).toEqual([{ kind: 'secretDropped', path: 'pin' }]);
    const stored = { id: 't-2', document, version: 1, createdAt: 'c', lastModified: 'm' };
    expect(renderResource(testResource!, stored, { baseUrl: 'https://x.test', types })).toMatchObject({
      custodians: [{ value: 'u-1', $ref: 'https://x.test/Users/u-1' }],
      partOf: { value: 't-1', $ref: 'https://x.test/TestResources/t-1' },
      meta: { resourceType: 'TestResource', location: 'https://x.test/TestResources/t-2' },
    });
  });
});
