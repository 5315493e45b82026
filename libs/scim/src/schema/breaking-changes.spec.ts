import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ScimError } from '../errors/scim-error.js';
import { arbitraryRegistration } from '../testing/arbitrary-registration.js';
import { breakingChanges } from './breaking-changes.js';
import { standardResourceTypes, type ResourceTypes } from './resource-types.js';
import { defineTenantSchemas } from './tenant-schemas.js';

const BADGE = 'urn:example:2.0:Badge';
const MORE = 'urn:example:2.0:More';

interface Parts {
  readonly badge?: object;
  readonly holder?: object;
  readonly more?: object;
  readonly core?: string;
  readonly type?: object;
}

/** A type with two attributes, one of them complex, and an extension of it and of users. */
function registration({
  badge = {},
  holder = {},
  more = {},
  core = BADGE,
  type = {},
}: Parts = {}): ResourceTypes {
  const owner = {
    name: 'owner',
    type: 'complex',
    subAttributes: [{ name: 'value' }, { name: 'since', type: 'dateTime', ...holder }],
  };
  const extensions = [{ schema: MORE }];
  return defineTenantSchemas({
    schemas: [
      { id: core, name: 'Badge', attributes: [{ name: 'colour', ...badge }, owner] },
      { id: MORE, name: 'More', attributes: [{ name: 'floor', type: 'integer', ...more }] },
    ],
    resourceTypes: [
      { name: 'Badge', endpoint: '/Badges', schema: core, schemaExtensions: extensions, ...type },
      { name: 'User', schemaExtensions: extensions },
    ],
  });
}

const before = registration();
const changesTo = (after: ResourceTypes): readonly string[] =>
  breakingChanges(before, after).map(({ resourceType, extension = 'core', change }) =>
    [resourceType, extension, change].join(' | '),
  );

describe('breaking changes', () => {
  it.each<readonly [string, ResourceTypes, readonly string[]]>([
    ['nothing', registration(), []],
    [
      'everything',
      standardResourceTypes,
      [`User | ${MORE} | ${MORE} is gone`, 'Badge | core | Badge is gone'],
    ],
    [
      'the extension of one type',
      registration({ type: { schemaExtensions: [] } }),
      [`Badge | ${MORE} | ${MORE} is gone`],
    ],
    [
      'the schema of the type',
      registration({ core: 'urn:example:3.0:Badge' }),
      ['Badge | core | Badge has another schema'],
    ],
    [
      'the name of an attribute',
      registration({ badge: { name: 'color' } }),
      [`Badge | core | ${BADGE}:colour is gone`],
    ],
    ['its spelling', registration({ badge: { name: 'Colour' } }), [`Badge | core | ${BADGE}:colour is gone`]],
    [
      'its type',
      registration({ badge: { type: 'integer' } }),
      [`Badge | core | ${BADGE}:colour has another type`],
    ],
    [
      'several things of it',
      registration({ badge: { caseExact: true, uniqueness: 'server' } }),
      [
        `Badge | core | ${BADGE}:colour has another caseExact`,
        `Badge | core | ${BADGE}:colour has another uniqueness`,
      ],
    ],
    [
      'one value for several',
      registration({ badge: { multiValued: true } }),
      [`Badge | core | ${BADGE}:colour has another multiValued`],
    ],
    [
      'what is kept',
      registration({ badge: { mutability: 'writeOnly', returned: 'never' } }),
      [`Badge | core | ${BADGE}:colour has another mutability`],
    ],
    [
      'a part',
      registration({ holder: { type: 'string' } }),
      [`Badge | core | ${BADGE}:owner.since has another type`],
    ],
    [
      'an attribute of an extension of two types',
      registration({ more: { type: 'decimal' } }),
      [`User | ${MORE} | ${MORE}:floor has another type`, `Badge | ${MORE} | ${MORE}:floor has another type`],
    ],
    [
      'what only concerns what comes',
      registration({
        badge: {
          required: true,
          description: 'x',
          mutability: 'immutable',
          returned: 'never',
          canonicalValues: ['a'],
        },
        type: { endpoint: '/Passes', description: 'y', schemaExtensions: [{ schema: MORE, required: true }] },
      }),
      [],
    ],
  ])('of %s', (_name, after, expected) => expect(changesTo(after)).toEqual(expected));

  it('do not include what is added', () => {
    const after = defineTenantSchemas({
      schemas: [
        { id: BADGE, name: 'Badge', attributes: [{ name: 'colour' }] },
        { id: MORE, name: 'More', attributes: [{ name: 'floor', type: 'integer' }] },
      ],
      resourceTypes: [
        { name: 'Badge', endpoint: '/Badges', schema: BADGE, schemaExtensions: [{ schema: MORE }] },
      ],
    });
    expect(breakingChanges(standardResourceTypes, after)).toEqual([]);
    expect(breakingChanges(after, before)).toEqual([]);
  });

  it('are none from anything to itself, and none from nothing to anything', () => {
    fc.assert(
      fc.property(arbitraryRegistration, (json) => {
        const types = acceptedOf(json);
        fc.pre(types !== undefined);
        expect(breakingChanges(types, acceptedOf(structuredClone(json))!)).toEqual([]);
        expect(breakingChanges(standardResourceTypes, types)).toEqual([]);
        const gone = breakingChanges(types, standardResourceTypes).map(({ resourceType }) => resourceType);
        for (const { name } of types.own) expect(gone).toContain(name);
      }),
      { numRuns: 100 },
    );
  });
});

function acceptedOf(json: unknown): ResourceTypes | undefined {
  try {
    return defineTenantSchemas(json);
  } catch (error) {
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}
