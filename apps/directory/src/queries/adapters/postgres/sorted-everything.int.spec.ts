import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tenantSchemasFromJson, type ResourcePlace, type TenantId } from '@muster/contracts';
import { openDatabase, type Database } from '@muster/persistence';
import { createTestDatabase, wherePostgres, type TestDatabase } from '@muster/persistence/testing';
import { parseFilter, type ScimDocument } from '@muster/scim';
import { DIRECTORY_ROLE } from '../../../schema/directory-roles.js';
import { directorySchema } from '../../../schema/directory-schema.js';
import { SortedRootLister } from '../../application/list-everything-sorted.js';
import { ResourceLister } from '../../application/list-resources.js';
import { parseResourceQuery, resourceTypeAt } from '../../domain/resource-query.js';
import { parseRootQuery } from '../../domain/root-query.js';
import { uuidOf } from '../../testing/arbitrary-filters.js';
import { seedGroups, seedResources, seedUsers, type SeedUser } from '../../testing/seed-resources.js';
import { PostgresResourceReader } from './postgres-resource-reader.js';

const TENANT = '0192f0c1-0000-7000-8000-00000000000a' as TenantId;
const OTHER_TENANT = '0192f0c1-0000-7000-8000-00000000000b' as TenantId;
const PLACES: readonly ResourcePlace[] = ['users', 'groups', 'types/Badge', 'types/Door'];
const attribute = (name: string, type: string) => ({ name, type, multiValued: false, description: name });
const schemaOf = (name: string, displayName: string) => ({
  id: `urn:example:${name}`,
  name,
  description: name,
  attributes: [
    attribute('displayName', displayName),
    attribute('size', 'decimal'),
    attribute('madeAt', 'dateTime'),
  ],
});
const typeOf = (name: string) => ({
  name,
  description: name,
  endpoint: `/${name}s`,
  schema: `urn:example:${name}`,
});
const { types } = tenantSchemasFromJson({
  schemas: [schemaOf('Badge', 'string'), schemaOf('Door', 'string')],
  resourceTypes: [typeOf('Badge'), typeOf('Door')],
});
/** Here `displayName` is a number of doors. */
const { types: mixedTypes } = tenantSchemasFromJson({
  schemas: [schemaOf('Badge', 'string'), schemaOf('Door', 'integer')],
  resourceTypes: [typeOf('Badge'), typeOf('Door')],
});

/** Number n of a kind: some have equal values, some none, and no order is that of their creation. */
function seeds(kind: number, count: number): SeedUser[] {
  return Array.from({ length: count }, (_, n) => {
    const place = (n * 7 + kind) % count;
    const document: ScimDocument = {
      ...(kind === 0 ? { userName: `u${place}@example.com` } : {}),
      ...(n % 5 === 0 && kind !== 1 ? {} : { displayName: `${n % 2 === 0 ? 'NAME' : 'name'} ${place % 6}` }),
      ...(kind > 1 && n % 3 > 0
        ? { size: place / 2 - 3, madeAt: `2026-01-0${1 + (place % 9)}T00:00:00Z` }
        : {}),
    };
    const at = new Date(Date.UTC(2026, 0, 1, 0, place));
    return { id: uuidOf(kind + 1, n), document, createdAt: at, lastModified: at };
  });
}

wherePostgres(describe)('a sorted list over everything, in SQL', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let lister: ResourceLister;
  let rootLister: SortedRootLister;

  beforeAll(async () => {
    testDatabase = await createTestDatabase({ migrations: [directorySchema] });
    database = openDatabase({
      url: testDatabase.url,
      role: DIRECTORY_ROLE,
      poolMax: 2,
      applicationName: 'sorted-everything',
    });
    const reader = new PostgresResourceReader({ database, scanDatabase: database });
    const cursors = { cursorSecret: 'a secret', now: () => 0 };
    lister = new ResourceLister({ reader, ...cursors });
    rootLister = new SortedRootLister({ reader, ...cursors });
    for (const tenant of [TENANT, OTHER_TENANT]) {
      await seedUsers(database, tenant, seeds(0, 23));
      await seedGroups(
        database,
        tenant,
        seeds(1, 17).map((group) => ({ ...group, members: [] })),
      );
      await seedResources(database, tenant, 'Badge', seeds(2, 13));
      await seedResources(database, tenant, 'Door', seeds(3, 11));
    }
  });

  afterAll(async () => {
    await database?.close();
    await testDatabase?.drop();
  });

  async function listed(more: object): Promise<readonly (readonly [place: ResourcePlace, id: string])[]> {
    const { pages } = await rootLister.list(
      parseRootQuery(TENANT, types, { startIndex: 1, count: 1_000, withReferencesOf: [], ...more }),
    );
    return pages.flatMap(({ place, resources }) => resources.map(({ json }) => [place, idIn(json)] as const));
  }
  const idIn = (json: string): string => (JSON.parse(json) as { id: string }).id;

  it.each([
    ['displayName', undefined],
    ['displayName', 'displayName co "3" or meta.resourceType eq "Door"'],
    ['userName', undefined],
    ['size', undefined],
    ['madeAt', undefined],
    ['meta.lastModified', undefined],
    ['id', 'not (displayName eq "name 2")'],
  ])('keeps the order of each kind: by %s, %s', async (sortBy, text) => {
    const filter = text === undefined ? {} : { filter: parseFilter(text) };
    for (const sortOrder of ['ascending', 'descending']) {
      const all = await listed({ sortBy, sortOrder, ...filter });
      for (const place of PLACES) {
        const type = resourceTypeAt(place, types)!;
        const alone = parseRootQuery(TENANT, types, {
          startIndex: 1,
          count: 1_000,
          withReferencesOf: [],
          sortBy,
          sortOrder,
          ...filter,
        }).parts.find((part) => part.place === place)?.query;
        const own = alone === null || alone === undefined ? [] : (await lister.list(alone)).resources;
        expect([type.name, ...all.filter(([at]) => at === place).map(([, id]) => id)]).toEqual([
          type.name,
          ...own.map(({ json }) => idIn(json)),
        ]);
      }
    }
  });

  // by | what is compared
  it.each<[string, (document: ScimDocument, seed: SeedUser) => string | number | undefined]>([
    ['displayName', ({ displayName }) => (displayName as string | undefined)?.toLowerCase()],
    ['size', ({ size }) => size as number | undefined],
    ['madeAt', ({ madeAt }) => madeAt as string | undefined],
    ['meta.created', (_, { createdAt }) => createdAt.getTime()],
  ])('puts kinds together: by %s', async (sortBy, valueOf) => {
    const all = [seeds(0, 23), seeds(1, 17), seeds(2, 13), seeds(3, 11)].flatMap((kind) =>
      kind.map((seed) => ({ id: seed.id, value: valueOf(seed.document, seed) })),
    );
    // Sorting is stable, so equals stay in the order of kinds and creation.
    const compare = (descending: boolean) => (a: (typeof all)[number], b: (typeof all)[number]) => {
      const sign = descending ? -1 : 1;
      if (a.value === b.value) return 0;
      if (a.value === undefined || b.value === undefined) return a.value === undefined ? sign : -sign;
      return a.value < b.value ? -sign : sign;
    };
    for (const [sortOrder, descending] of [
      ['ascending', false],
      ['descending', true],
    ] as const) {
      const expected = all.toSorted(compare(descending)).map(({ id }) => id);
      const ids = (await listed({ sortBy, sortOrder })).map(([, id]) => id);
      expect(ids).toEqual(expected);
      const some = await listed({ sortBy, sortOrder, startIndex: 20, count: 15 });
      expect(some.map(([, id]) => id)).toEqual(expected.slice(19, 34));
    }
  });

  it('refuses to compare text with numbers', async () => {
    const query = parseRootQuery(TENANT, mixedTypes, {
      startIndex: 1,
      count: 10,
      withReferencesOf: [],
      sortBy: 'displayName',
    });
    await expect(rootLister.list(query)).rejects.toMatchObject({ status: 400, scimType: 'invalidValue' });
  });

  it('refuses an attribute that no kind has', () => {
    const body = { startIndex: 1, count: 10, withReferencesOf: [], sortBy: 'colour' };
    expect(() => parseRootQuery(TENANT, types, body)).toThrow('sortBy names no attribute');
    const type = resourceTypeAt('users', types)!;
    expect(() => parseResourceQuery(TENANT, 'users', type, { ...body, withReferences: true })).toThrow(
      'sortBy names no attribute',
    );
  });
});
