import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ScimError } from '../errors/scim-error.js';
import { parseFilter } from '../filter/parse-filter.js';
import { resolveFilter } from '../filter/resolve-filter.js';
import { parsePath, printPath } from '../path/parse-path.js';
import { arbitraryRegistration } from '../testing/arbitrary-registration.js';
import { findAttribute } from './attribute-reference.js';
import { renderResourceType, renderSchema } from './render-schema.js';
import { type ResourceTypes } from './resource-types.js';
import { defineTenantSchemas } from './tenant-schemas.js';

/** What discovery shows of a registration, as another registration. */
function shown(types: ResourceTypes): unknown {
  const url = 'https://x.test';
  return JSON.parse(
    JSON.stringify({
      schemas: types.schemas
        .filter(({ id }) => id.startsWith('urn:example:'))
        .map((schema) => renderSchema(schema, url)),
      resourceTypes: types.all.map((each) => renderResourceType(each, url)),
    }),
  );
}

describe('any registration that is taken', () => {
  it('means the same when what discovery shows of it is registered', () => {
    fc.assert(
      fc.property(arbitraryRegistration, (json) => {
        const types = acceptedOf(json);
        fc.pre(types !== undefined);
        const again = defineTenantSchemas(shown(types));
        expect(shown(again)).toEqual(shown(types));
        expect(again.all.map(withoutDescriptions)).toEqual(types.all.map(withoutDescriptions));
      }),
      { numRuns: 200 },
    );
  });

  it('is accepted for a good part, so that the other properties say something', () => {
    const samples = fc.sample(arbitraryRegistration, { numRuns: 200, seed: 1 });
    expect(samples.filter((json) => acceptedOf(json) !== undefined).length).toBeGreaterThan(100);
  });

  it('can be named by a path and asked for by a filter, every attribute of it', () => {
    fc.assert(
      fc.property(arbitraryRegistration, (json) => {
        const types = acceptedOf(json);
        fc.pre(types !== undefined);
        for (const each of types.own) {
          for (const schema of [each.schema, ...each.extensions.map((extension) => extension.schema)]) {
            expect(findAttribute(each, parsePath(schema.id))).toEqual({ kind: 'schema', schema });
            for (const definition of schema.attributes) {
              const path = parsePath(`${schema.id}:${definition.name}`);
              expect(printPath(path)).toBe(`${schema.id}:${definition.name}`);
              expect(findAttribute(each, path)).toMatchObject({ kind: 'attribute', definition });
              if (definition.returned === 'never') continue;
              const filter = resolveFilter(parseFilter(`${schema.id}:${definition.name} pr`), each);
              expect(filter).toMatchObject({ path: { attribute: definition.name } });
              if (schema === each.schema) resolveFilter(parseFilter(`${definition.name} pr`), each);
            }
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('anything else', () => {
  it('is refused with a ScimError and changes no prototype', () => {
    const hostile = fc.oneof(
      fc.jsonValue({ maxDepth: 6 }),
      fc.record(
        { schemas: fc.jsonValue({ maxDepth: 5 }), resourceTypes: fc.jsonValue({ maxDepth: 5 }) },
        { requiredKeys: [] },
      ),
      damaged(),
    );
    fc.assert(
      fc.property(hostile, (json) => {
        try {
          defineTenantSchemas(json);
        } catch (error) {
          expect(error).toBeInstanceOf(ScimError);
          expect((error as ScimError).detail.length).toBeLessThan(5_000);
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

/** A registration with one of its values, anywhere, exchanged for something else. */
function damaged(): fc.Arbitrary<unknown> {
  const wrong = fc.oneof(
    fc.constantFrom<unknown>(null, 0, -1, '', [], {}, true, 'x'.repeat(5_000), '\0', '\ud800', '__proto__'),
    fc.constant(JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}')),
    fc.jsonValue({ maxDepth: 2 }),
  );
  return fc.tuple(arbitraryRegistration, fc.nat(), wrong).map(([json, at, value]) => {
    const places: { holder: Record<string, unknown>; key: string }[] = [];
    const walk = (holder: object): void => {
      for (const [key, each] of Object.entries(holder)) {
        places.push({ holder: holder as Record<string, unknown>, key });
        if (typeof each === 'object' && each !== null) walk(each as object);
      }
    };
    const copy = structuredClone(json);
    walk(copy);
    const place = places[at % places.length];
    if (place !== undefined) place.holder[place.key] = value;
    return copy;
  });
}

function acceptedOf(json: unknown): ResourceTypes | undefined {
  try {
    return defineTenantSchemas(json);
  } catch (error) {
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}

function withoutDescriptions({
  name,
  endpoint,
  schema,
  extensions,
  uniqueAttributes,
}: ResourceTypes['user']): unknown {
  return {
    name,
    endpoint,
    attributes: [schema, ...extensions.map((each) => each.schema)].map(({ id, attributes }) => [
      id,
      attributes.list,
    ]),
    required: extensions.map(({ required }) => required),
    unique: uniqueAttributes.map(({ definition, extension }) => [definition.name, extension]),
  };
}
