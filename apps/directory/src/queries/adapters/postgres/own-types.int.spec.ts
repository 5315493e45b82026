import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tenantSchemasFromJson, type ResourceId, type ResourcePlace, type TenantId } from '@muster/contracts';
import { openDatabase, type Database } from '@muster/persistence';
import { createTestDatabase, wherePostgres, type TestDatabase } from '@muster/persistence/testing';
import {
  epochMs,
  isDateTime,
  matchesFilter,
  parseFilter,
  printFilter,
  resolveFilter,
  type ScimDocument,
} from '@muster/scim';
import fc from 'fast-check';
import { DIRECTORY_ROLE } from '../../../schema/directory-roles.js';
import { directorySchema } from '../../../schema/directory-schema.js';
import { ResourceLister } from '../../application/list-resources.js';
import { RootLister } from '../../application/list-everything.js';
import { parseResourceQuery, resourceTypeAt } from '../../domain/resource-query.js';
import { parseRootQuery } from '../../domain/root-query.js';
import { documentOf, filterOf, time, userDocument, uuidOf } from '../../testing/arbitrary-filters.js';
import { seedResources, seedUsers, type SeedUser } from '../../testing/seed-resources.js';
import { compileFilter } from './compile-filter.js';
import { PostgresResourceReader } from './postgres-resource-reader.js';
import { sourceAt } from './resource-source.js';
import { SqlParameters } from './sql-parameters.js';

const TENANT = '0192f0c1-0000-7000-8000-00000000000a' as TenantId;
const OTHER_TENANT = '0192f0c1-0000-7000-8000-00000000000b' as TenantId;
const PLACE: ResourcePlace = 'types/TestResource';
const sample = new URL('../../../../../../deploy/examples/test-resource.json', import.meta.url);
const { types } = tenantSchemasFromJson(JSON.parse(readFileSync(sample, 'utf8')));
const testResourceType = resourceTypeAt(PLACE, types)!;
const bare = { withReferences: true, withManagerNames: false };

wherePostgres(describe)('resources of a type that the tenant registered', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let reader: PostgresResourceReader;
  let resources: readonly SeedUser[];
  let users: readonly SeedUser[];

  beforeAll(async () => {
    testDatabase = await createTestDatabase({ migrations: [directorySchema] });
    database = openDatabase({
      url: testDatabase.url,
      role: DIRECTORY_ROLE,
      poolMax: 4,
      applicationName: 'own-types',
    });
    reader = new PostgresResourceReader({ database, scanDatabase: database });
    const seeds = (document: fc.Arbitrary<ScimDocument>, kind: number, count: number) =>
      fc
        .sample(fc.record({ document, createdAt: time, lastModified: time }), { numRuns: count, seed: kind })
        .map((each, n) => ({ id: uuidOf(kind, n), ...each }));
    resources = seeds(documentOf(testResourceType), 3, 60);
    users = seeds(
      fc.tuple(userDocument, documentOf(types.user)).map(([user, extended]) => ({ ...extended, ...user })),
      4,
      40,
    );
    for (const tenant of [TENANT, OTHER_TENANT]) {
      await seedResources(database, tenant, 'TestResource', resources);
      await seedUsers(database, tenant, users);
      await seedResources(database, tenant, 'Other', [{ ...resources[0]!, id: uuidOf(5, 0) }]);
    }
  });

  afterAll(async () => {
    await database?.close();
    await testDatabase?.drop();
  });

  const whole = (type: typeof testResourceType, { id, document, createdAt, lastModified }: SeedUser) => ({
    schemas: [
      type.schema.id,
      ...type.extensions.map(({ schema }) => schema.id).filter((urn) => document[urn] !== undefined),
    ],
    id,
    ...document,
    meta: {
      resourceType: type.name,
      created: createdAt.toISOString(),
      lastModified: lastModified.toISOString(),
    },
  });

  it.each([
    ['own resources', PLACE, testResourceType, () => resources],
    ['extended users', 'users', types.user, () => users],
  ] as const)(
    'are selected as the SCIM engine selects them, whatever the filter: %s',
    (_, place, type, seeded) =>
      fc.assert(
        fc.asyncProperty(filterOf(type), async (filter) => {
          const parameters = new SqlParameters(TENANT);
          const source = sourceAt(place, type);
          const { sql } = compileFilter(filter, source, parameters);
          const ofType = source.type === undefined ? '' : ` and r.type = '${source.type}'`;
          const { rows } = await database.queryTenant<{ id: string }>(
            TENANT,
            'test.filter',
            `select r.id from ${source.table} r where r.tenant_id = $1${ofType} and ${sql} order by r.id`,
            parameters.values,
            { prepare: false },
          );
          const expected = seeded()
            .filter((each) => matchesFilter(filter, whole(type, each)))
            .map(({ id }) => id)
            .sort();
          if (expected.join() !== rows.map(({ id }) => id).join())
            throw new Error(
              `differs for ${printFilter(filter)}: ${expected.length} in memory, ${rows.length} in SQL`,
            );
        }),
        { numRuns: 500 },
      ),
    60_000,
  );

  it.each([
    'custodians.$ref pr',
    'custodians[$ref sw "https"]',
    'partOf.$ref eq "x"',
    'not (partOf.$ref pr)',
  ])('are not selected by what the gateway makes: %s', (text) => {
    const filter = resolveFilter(parseFilter(text), testResourceType);
    const source = sourceAt(PLACE, testResourceType);
    expect(() => compileFilter(filter, source, new SqlParameters(TENANT))).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidFilter' }),
    );
  });

  it('are read by their id, and only as what they are', async () => {
    const id = uuidOf(3, 0) as ResourceId;
    const json = await reader.read({ tenantId: TENANT, place: PLACE, id }, bare);
    expect(JSON.parse(json ?? 'null')).toMatchObject({ id, version: 1, document: resources[0]!.document });
    expect(json).not.toContain('"members"');
    for (const place of ['types/Other', 'users', 'groups'] as const)
      expect(await reader.read({ tenantId: TENANT, place, id }, bare)).toBeNull();
  });

  it('are listed, counted, sorted and walked like everything else', async () => {
    const lister = new ResourceLister({ reader, cursorSecret: 'a secret', now: () => Date.now() });
    const list = (body: object) =>
      lister.list(
        parseResourceQuery(TENANT, PLACE, testResourceType, {
          startIndex: 1,
          count: 25,
          withReferences: false,
          withManagerNames: false,
          ...body,
        }),
      );
    const idsOf = (page: Awaited<ReturnType<typeof list>>) =>
      page.resources.map(({ json }) => (JSON.parse(json) as { id: string }).id);
    const [first, second, third] = [
      await list({}),
      await list({ startIndex: 26 }),
      await list({ startIndex: 51 }),
    ];
    expect(first.totalResults).toBe(60);
    expect([first, second, third].flatMap(idsOf)).toEqual(resources.map(({ id }) => id));

    const walked: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await list({ cursor, count: 7 });
      walked.push(...idsOf(page));
      cursor = page.nextCursor;
    }
    expect(walked).toEqual(resources.map(({ id }) => id));

    const byName = await list({ sortBy: 'name', count: 60 });
    const sorted = byName.resources.map(
      ({ json }) => (JSON.parse(json) as { document: { name?: string } }).document.name,
    );
    expect(sorted.findIndex((name) => name === undefined)).toBeGreaterThan(0);
    expect(sorted.indexOf(undefined)).toBe(sorted.filter((name) => name !== undefined).length);

    const filter = resolveFilter(parseFilter('enabled eq true'), testResourceType);
    const enabled = await list({ filter: parseFilter('enabled eq true'), count: 60 });
    expect(idsOf(enabled)).toEqual(
      resources.filter((each) => matchesFilter(filter, whole(testResourceType, each))).map(({ id }) => id),
    );
    expect(enabled.totalResults).toBe(enabled.resources.length);
  });

  it.each(['quantity', 'weight', 'inspectedAt', 'enabled'])(
    'are sorted by %s as its type compares',
    async (sortBy) => {
      const lister = new ResourceLister({ reader, cursorSecret: 'a secret', now: () => Date.now() });
      for (const sortOrder of ['ascending', 'descending']) {
        const body = { sortBy, sortOrder, startIndex: 1, count: 100, withReferences: false };
        const { resources: shown } = await lister.list(
          parseResourceQuery(TENANT, PLACE, testResourceType, body),
        );
        const keys = shown.map(({ json }) => {
          const value = (JSON.parse(json) as { document: Record<string, unknown> }).document[sortBy];
          if (value === undefined) return Infinity;
          return typeof value === 'string' ? epochMs(value) : Number(value);
        });
        expect(keys).toHaveLength(60);
        expect(keys).toEqual(
          keys.toSorted((a, b) => (sortOrder === 'ascending' ? 1 : -1) * (a === b ? 0 : a < b ? -1 : 1)),
        );
      }
    },
  );

  it('have dates and times that the database reads as the SCIM engine does', async () => {
    const two = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'));
    const zone = fc.oneof(
      fc.constantFrom('', 'Z', 'z'),
      fc
        .tuple(fc.constantFrom('+', '-'), two(13), two(59))
        .map(([sign, hour, minute]) => `${sign}${hour}:${minute}`),
    );
    const year = fc.oneof(
      fc.integer({ min: 1, max: 9999 }).map((n) => String(n).padStart(4, '0')),
      fc.integer({ min: 1, max: 200_000 }).map((n) => `-${String(n).padStart(4, '0')}`),
      fc.integer({ min: 10_000, max: 200_000 }).map(String),
    );
    const day = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 31 }));
    const fraction = fc.oneof(
      fc.constant(''),
      fc.integer({ min: 0, max: 999_999_999 }).map((n) => `.${n}`),
    );
    const moment = fc
      .tuple(year, day, two(23), two(59), two(60), fraction, zone)
      .map(([y, [m, d], hour, minute, second, part, offset]) => {
        const date = `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`;
        return `${date}T${hour}:${minute}:${second}${part}${offset}`;
      })
      .filter(isDateTime);
    const texts = [
      ...fc.sample(moment, { numRuns: 2_000, seed: 11 }),
      ...['2024-02-29T00:00:00Z', '1900-02-28T23:59:60Z', '0000-03-01T00:00:00Z', '2026-01-01T10:00+02:00'],
    ];
    const { rows } = await database.query<{ ms: number | null }>(
      'test.epoch',
      'select directory.epoch_ms(t.value)::float8 as ms from unnest($1::text[]) with ordinality as t (value, at) order by t.at',
      [texts],
    );
    expect(rows.map(({ ms }) => ms)).toEqual(texts.map(epochMs));
  });

  it('are part of lists over everything, behind users and groups', async () => {
    const lister = new RootLister(
      new ResourceLister({ reader, cursorSecret: 'a secret', now: () => Date.now() }),
    );
    const query = parseRootQuery(TENANT, types, { startIndex: 36, count: 10, withReferencesOf: [] });
    const { totalResults, pages } = await lister.list(query);
    expect(totalResults).toBe(100);
    expect(pages.map(({ place, resources: shown }) => [place, shown.length])).toEqual([
      ['users', 5],
      [PLACE, 5],
    ]);
  });
});
