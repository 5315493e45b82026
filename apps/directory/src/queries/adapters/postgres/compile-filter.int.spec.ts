import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase, type Database } from '@muster/persistence';
import { createTestDatabase, type TestDatabase } from '@muster/persistence/testing';
import {
  foldCase,
  groupResourceType,
  matchesFilter,
  parseFilter,
  printFilter,
  resolveFilter,
  userResourceType,
  type ResolvedFilter,
  type ResourceType,
  type ScimDocument,
} from '@muster/scim';
import fc from 'fast-check';
import { directorySchema } from '../../../schema/directory-schema.js';
import { DIRECTORY_ROLE } from '../../../schema/directory-roles.js';
import { seedGroups, seedUsers, type SeedGroup, type SeedUser } from '../../testing/seed-resources.js';
import { compileFilter } from './compile-filter.js';
import { filterOf, groupDocument, time, userDocument, uuidOf } from '../../testing/arbitrary-filters.js';
import { groupSource, userSource, type ResourceSource } from './resource-source.js';
import { SqlParameters } from './sql-parameters.js';
import { GROUP_LEVELS_MAX } from './user-groups.js';

const TENANT = '0192f0c1-0000-7000-8000-00000000000a';
const OTHER_TENANT = '0192f0c1-0000-7000-8000-00000000000b';
const GROUPS = 32;
/** From this group on upwards: each the only member of the next one, more of them than are followed. */
const LADDER = { first: 12, last: 26 };
/** Groups in groups beside the ladder: ways that part and meet, a circle with a way out of it, a group in itself. */
const NESTED: readonly (readonly [group: number, member: number])[] = [
  [2, 1],
  [3, 1],
  [4, 2],
  [4, 3],
  [11, 4],
  [27, 29],
  [28, 27],
  [29, 28],
  [30, 28],
  [31, 31],
  [31, 5],
];

const groupsIn = (group: number): number[] => [
  ...(group > LADDER.first && group <= LADDER.last ? [group - 1] : []),
  ...NESTED.filter(([above]) => above === group).map(([, member]) => member),
];

/** Users by their position: some are in a group and in one above it, some in none. */
const isIn = (position: number, group: number): boolean =>
  group > LADDER.first && group < LADDER.last
    ? position === group
    : position % 7 !== 0 && (position * 7 + group * 5) % 11 === 0 && group % 4 !== 3;

describe('compileFilter', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let users: SeedUser[];
  let groups: SeedGroup[];
  const wholeUsers = new Map<string, ScimDocument>();
  const wholeGroups = new Map<string, ScimDocument>();

  beforeAll(async () => {
    testDatabase = await createTestDatabase({ migrations: [directorySchema] });
    database = openDatabase({
      url: testDatabase.url,
      role: DIRECTORY_ROLE,
      poolMax: 4,
      applicationName: 'compile-filter',
    });
    const resource = (document: fc.Arbitrary<ScimDocument>) =>
      fc.record({ document, createdAt: time, lastModified: time });
    users = fc
      .sample(resource(userDocument), { numRuns: 60, seed: 7 })
      .map((each, n) => ({ id: uuidOf(1, n), ...each }));
    groups = fc.sample(resource(groupDocument), { numRuns: GROUPS, seed: 8 }).map((each, n) => ({
      id: uuidOf(2, n),
      ...each,
      members: [
        ...users.filter((_, position) => isIn(position, n)).map(({ id }) => ({ id, kind: 'User' as const })),
        ...groupsIn(n).map((member) => ({ id: uuidOf(2, member), kind: 'Group' as const })),
      ],
    }));
    await seedUsers(database, TENANT, users);
    await seedGroups(database, TENANT, groups);
    await seedUsers(database, OTHER_TENANT, users);
    await seedGroups(database, OTHER_TENANT, groups);
    assemble();
  });

  afterAll(async () => {
    await database?.close();
    await testDatabase?.drop();
  });

  /** Resources as a client sees them: what the SCIM engine is asked about. */
  function assemble(): void {
    const displays = new Map([...users, ...groups].map(({ id, document }) => [id, document['displayName']]));
    const whole = (
      resourceType: ResourceType,
      { id, document, createdAt, lastModified }: SeedUser,
    ): ScimDocument => ({
      schemas: [
        resourceType.schema.id,
        ...resourceType.extensions
          .map(({ schema }) => schema.id)
          .filter((urn) => document[urn] !== undefined),
      ],
      id,
      ...document,
      meta: {
        resourceType: resourceType.name,
        created: createdAt.toISOString(),
        lastModified: lastModified.toISOString(),
      },
    });
    for (const user of users) {
      wholeUsers.set(user.id, { ...whole(userResourceType, user), groups: shownGroups(user) });
    }
    for (const group of groups) {
      wholeGroups.set(group.id, {
        ...whole(groupResourceType, group),
        members: group.members.map(({ id, kind }) => {
          const display = displays.get(id);
          return { value: id, type: kind, ...(display === undefined ? {} : { display }) };
        }),
      });
    }
  }

  /** A user's groups as a read shows them (RFC 7643 section 4.1.2), step by step upwards. */
  function shownGroups(user: SeedUser): ScimDocument[] {
    const shown = new Map<string, ScimDocument>();
    let below = new Set([user.id]);
    for (let level = 1; level <= GROUP_LEVELS_MAX; level += 1) {
      const above = groups.filter(({ members }) => members.some(({ id }) => below.has(id)));
      for (const { id, document } of above.filter((group) => !shown.has(group.id))) {
        const type = level === 1 ? 'direct' : 'indirect';
        shown.set(id, { value: id, display: document['displayName']!, type });
      }
      below = new Set(above.map(({ id }) => id));
    }
    return [...shown.values()];
  }

  async function idsBySql(filter: ResolvedFilter, source: ResourceSource): Promise<string[]> {
    const parameters = new SqlParameters(TENANT);
    const { sql } = compileFilter(filter, source, parameters);
    const { rows } = await database.queryTenant<{ id: string }>(
      TENANT,
      'test.filter',
      `select r.id from ${source.table} r where r.tenant_id = $1 and ${sql} order by r.id`,
      parameters.values,
      { prepare: false },
    );
    return rows.map((row) => row.id);
  }

  const idsInMemory = (filter: ResolvedFilter, whole: ReadonlyMap<string, ScimDocument>): string[] =>
    [...whole]
      .filter(([, document]) => matchesFilter(filter, document))
      .map(([id]) => id)
      .sort();

  it.each([
    ['users', userSource, wholeUsers],
    ['groups', groupSource, wholeGroups],
  ])(
    'selects exactly the %s that the SCIM engine selects, whatever the filter',
    async (_, source, whole) => {
      await fc.assert(
        fc.asyncProperty(filterOf(source.resourceType), async (filter) => {
          const expected = idsInMemory(filter, whole);
          const actual = await idsBySql(filter, source);
          if (expected.join() !== actual.join())
            throw new Error(
              `differs for ${printFilter(filter)}: ${expected.length} resources in memory, ${actual.length} in SQL`,
            );
        }),
        { numRuns: 700 },
      );
    },
    60_000,
  );

  it.each([
    ['userName eq "x" or not (userName eq "x")', 60],
    ['emails[type eq "work" and not (value pr)]', null],
    ['emails[not (type eq "work")]', null],
    ['not (emails.value eq "a")', null],
    ['emails ne "a"', null],
    ['externalId ne "a"', null],
    ['id eq "nobody"', 0],
    ['id ne "nobody"', 60],
    [`id eq "${uuidOf(1, 10).toUpperCase()}"`, 0],
    ['schemas eq "urn:ietf:params:scim:schemas:core:2.0:User"', 60],
    ['meta.resourceType eq "user"', null],
    ['meta[created gt "2026-01-01T00:02:00Z" and lastModified pr]', null],
    ['groups[value pr and type eq "DIRECT"]', null],
    ['groups pr', null],
    ['not (groups pr)', null],
    ['groups.type eq "indirect"', null],
    ['not (groups.type eq "indirect")', null],
    ['groups.type ne "direct"', null],
    ['groups[not (type eq "direct")]', null],
    ['groups[type eq "direct" and type eq "indirect"]', 0],
    ['groups.type eq "neither"', 0],
    [`groups.value eq "${uuidOf(2, LADDER.last)}"`, null],
    [`groups.value eq "${uuidOf(2, LADDER.first + 9)}"`, null],
    [`not (groups.value eq "${uuidOf(2, 4)}")`, null],
    [`groups.value eq "${uuidOf(2, 4)}" and active eq true`, null],
    [`groups.value eq "${uuidOf(2, 4)}" or title eq "a"`, null],
    [`groups.value eq "${uuidOf(2, 4)}" or groups.value eq "${uuidOf(2, 30)}"`, null],
    [`groups[value eq "${uuidOf(2, 4)}" and type eq "direct"]`, null],
    [`groups[value eq "${uuidOf(2, 4)}" and type eq "indirect"]`, null],
    [`groups[value eq "${uuidOf(2, 4)}" and not (type eq "direct")] or active eq true`, null],
    [`groups[value eq "${uuidOf(2, 28)}" and type eq "indirect"]`, null],
    [`groups[value eq "${uuidOf(2, 31)}" and type eq "indirect"]`, null],
    [`groups.value eq "${uuidOf(1, 4)}"`, 0],
    ['name pr and not (name[givenName eq "a"])', null],
  ])('%s', async (text, expected) => {
    const filter = resolveFilter(parseFilter(text), userResourceType);
    const ids = await idsBySql(filter, userSource);
    expect(ids).toEqual(idsInMemory(filter, wholeUsers));
    if (expected !== null) expect(ids).toHaveLength(expected);
  });

  it.each([
    ['meta.location pr', userSource],
    ['meta.version eq "1"', userSource],
    ['groups.$ref sw "https://"', userSource],
    ['members[$ref pr]', groupSource],
  ])('refuses %s instead of guessing', (text, source) => {
    const filter = resolveFilter(parseFilter(text), source.resourceType);
    expect(() => compileFilter(filter, source, new SqlParameters(TENANT))).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidFilter' }),
    );
  });

  it.each([
    ['userName eq "a"', true],
    ['userName sw "a"', true],
    ['userName co "a"', false],
    ['userName ne "a"', false],
    ['not (userName eq "a")', false],
    ['externalId eq "a" and title pr', true],
    ['externalId eq "a" or emails.value eq "a"', true],
    ['externalId eq "a" or title eq "a"', false],
    ['emails[type eq "work"].value eq "a"', true],
    ['emails[type eq "work"]', false],
    [`groups.value eq "${uuidOf(2, 1)}"`, true],
    ['groups.display eq "a"', true],
    [`groups[value eq "${uuidOf(2, 1)}" and type eq "indirect"]`, true],
    [`groups[type eq "direct" or value eq "${uuidOf(2, 1)}"]`, false],
    [`groups.value eq "${uuidOf(2, 1)}" and active eq true`, true],
    [`groups.value eq "${uuidOf(2, 1)}" or userName eq "a"`, true],
    [`groups.value eq "${uuidOf(2, 1)}" or active eq true`, false],
    [`not (groups.value eq "${uuidOf(2, 1)}")`, false],
    ['groups.type eq "indirect"', false],
    ['groups.display co "a"', false],
    ['groups pr', false],
    ['active eq true', false],
    ['id eq "x"', true],
  ])('knows whether an index answers %s: %s', (text, indexed) => {
    const filter = resolveFilter(parseFilter(text), userResourceType);
    expect(compileFilter(filter, userSource, new SqlParameters(TENANT)).indexed).toBe(indexed);
  });

  it('folds in SQL as in TypeScript, for every character of the Unicode version that both know', async () => {
    const characters = [...Array(0x110000).keys()]
      .filter((point) => point > 0 && (point < 0xd800 || point > 0xdfff))
      .map((point) => String.fromCodePoint(point));
    const assigned = characters.filter((character) => /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}]$/u.test(character));
    const { rows } = await database.query<{ unicode: string | null; known: string; folded: string }>(
      'test.fold',
      `select c as known, directory.fold_case(c) as folded from unnest($1::text[]) c where unicode_assigned(c)`,
      [assigned],
      { prepare: false },
    );
    const different = rows.filter(({ known, folded }) => foldCase(known) !== folded);
    expect(rows.length).toBeGreaterThan(100_000);
    expect(different.map(({ known }) => known)).toEqual([]);
  });
});
