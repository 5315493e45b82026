import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase, type Database } from '@muster/persistence';
import { createTestDatabase, type TestDatabase } from '@muster/persistence/testing';
import {
  COMPARISON_OPERATORS,
  foldCase,
  groupResourceType,
  matchesFilter,
  parseFilter,
  printFilter,
  resolveFilter,
  userResourceType,
  type AttributeDefinition,
  type AttributeReference,
  type Filter,
  type ResolvedFilter,
  type ResourceType,
  type ScimDocument,
} from '@muster/scim';
import fc from 'fast-check';
import { directorySchema } from '../../../schema/directory-schema.js';
import { DIRECTORY_ROLE } from '../../../schema/directory-roles.js';
import { seedGroups, seedUsers, type SeedGroup, type SeedUser } from '../../testing/seed-resources.js';
import { compileFilter } from './compile-filter.js';
import { groupSource, userSource, type ResourceSource } from './resource-source.js';
import { SqlParameters } from './sql-parameters.js';

const TENANT = '0192f0c1-0000-7000-8000-00000000000a';
const OTHER_TENANT = '0192f0c1-0000-7000-8000-00000000000b';
const EPOCH_MS = Date.UTC(2026, 0, 1);

const uuidOf = (kind: number, position: number): string =>
  `0192f0c1-000${kind}-7000-8000-${position.toString(16).padStart(12, '0')}`;

/** Words that tell wrong folding, escaping and ordering apart from right ones. */
const WORDS = ['', 'a', 'A', 'Ab', 'aB', 'b', '%', '_', 'a%', '\\', '"', "'", 'ß', 'SS', 'İ', 'i̇', 'Σ', 'ς', 'σ', 'ΑΣ', 'ﬁ', 'FI', 'é', 'É', 'ａ', '𐐀', '𐐨', '\uffff', 'true', '1', 'work', 'Work', 'home'];
const word = fc.constantFrom(...WORDS);
const attributeText = fc.oneof(word, fc.tuple(word, word).map((words) => words.join('')));

const complexValue = (...names: string[]): fc.Arbitrary<ScimDocument> =>
  fc.record(
    { ...Object.fromEntries(names.map((name) => [name, attributeText])), type: fc.constantFrom('work', 'Work', 'home', 'ｗork'), primary: fc.boolean() },
    { requiredKeys: [] },
  );

const userDocument: fc.Arbitrary<ScimDocument> = fc.record(
  {
    userName: attributeText,
    externalId: attributeText,
    displayName: attributeText,
    title: attributeText,
    active: fc.boolean(),
    profileUrl: attributeText,
    name: fc.record({ givenName: attributeText, familyName: attributeText }, { requiredKeys: [] }),
    emails: fc.array(complexValue('value', 'display'), { maxLength: 3 }),
    phoneNumbers: fc.array(complexValue('value'), { maxLength: 2 }),
    addresses: fc.array(complexValue('country', 'locality'), { maxLength: 2 }),
    x509Certificates: fc.array(complexValue('value'), { maxLength: 1 }),
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': fc.record(
      { department: attributeText, employeeNumber: attributeText, manager: fc.record({ value: attributeText }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['userName'] },
);

const groupDocument = fc.record({ displayName: attributeText, externalId: attributeText }, { requiredKeys: ['displayName'] }) as fc.Arbitrary<ScimDocument>;

const time = fc.integer({ min: 0, max: 5 }).map((minutes) => new Date(EPOCH_MS + minutes * 60_000));
const unsupportedAttributes = new Set(['meta.version', 'meta.location', 'groups.$ref', 'members.$ref']);

/** All attributes that can stand in a filter: plain, sub-attributes, extensions. */
function referencesOf(resourceType: ResourceType): AttributeReference[] {
  const sets = [
    { attributes: [...resourceType.attributes] },
    ...resourceType.extensions.map(({ schema }) => ({ schema: schema.id, attributes: [...schema.attributes] })),
  ];
  return sets.flatMap(({ attributes, ...home }) =>
    attributes.flatMap((definition: AttributeDefinition) => [
      { ...home, attribute: definition.name },
      ...[...definition.subAttributes].map((sub) => ({ ...home, attribute: definition.name, subAttribute: sub.name })),
    ]),
  );
}

const subComparison = (attribute: string, values: readonly string[]): fc.Arbitrary<Filter> =>
  fc.record({
    kind: fc.constant('comparison' as const),
    path: fc.constant({ attribute }),
    operator: fc.constantFrom(...COMPARISON_OPERATORS),
    value: fc.constantFrom(...values),
  });

/** What connectors join on: `emails[type eq "work"].value eq "x"` and its relatives, which a table of its own answers. */
const joinOnEmail: fc.Arbitrary<Filter> = fc
  .record({
    kind: fc.constantFrom('and' as const, 'or' as const),
    filters: fc.tuple(
      subComparison('value', ['', 'a', 'A', 'b', 'ss', 'e', 'σ']),
      fc.oneof(subComparison('type', ['work', 'HOME', 'w']), subComparison('display', ['a', 'b']), subComparison('value', ['a', 'b'])),
    ),
  })
  .map((filter) => ({ kind: 'valuePath', path: { attribute: 'emails' }, filter }));

function filterOf(resourceType: ResourceType): fc.Arbitrary<ResolvedFilter> {
  const references = referencesOf(resourceType).filter(
    ({ attribute, subAttribute }) => attribute !== 'password' && !unsupportedAttributes.has(`${attribute}.${subAttribute}`),
  );
  const containers = [...resourceType.attributes].filter((each) => each.type === 'complex' && each.name !== 'meta');
  const literal = fc.oneof(
    attributeText,
    fc.boolean(),
    fc.constant(null),
    fc.integer({ min: 0, max: 20 }).map((n) => uuidOf(1, n)),
    fc.integer({ min: 0, max: 6 }).map((n) => uuidOf(2, n)),
    fc.constantFrom('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', 'User', 'Group', 'direct', 'DIRECT'),
    time.map((at) => at.toISOString()),
    fc.constantFrom('0001-01-01', '-0500-01-01T00:00:00Z', '9999-12-31T23:59:59+14:00'),
  );
  const operator = fc.constantFrom(...COMPARISON_OPERATORS);
  const clause = (path: fc.Arbitrary<AttributeReference>): fc.Arbitrary<Filter> =>
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('comparison' as const), path, operator, value: literal }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('present' as const), path }) },
    );
  const joined = (leaf: fc.Arbitrary<Filter>, depth: number): fc.Arbitrary<Filter> => {
    if (depth === 0) return leaf;
    const inner = joined(leaf, depth - 1);
    return fc.oneof(
      { weight: 3, arbitrary: leaf },
      { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), filters: fc.array(inner, { minLength: 2, maxLength: 3 }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('not' as const), filter: inner }) },
    );
  };
  const valuePath = fc.constantFrom(...containers).chain((container) => {
    const subs = [...container.subAttributes].filter((sub) => !unsupportedAttributes.has(`${container.name}.${sub.name}`));
    const path = fc.constantFrom(...subs).map((sub) => ({ attribute: sub.name }));
    return joined(clause(path), 2).map((filter): Filter => ({ kind: 'valuePath', path: { attribute: container.name }, filter }));
  });
  const leaf = fc.oneof(
    { weight: 3, arbitrary: clause(fc.constantFrom(...references)) },
    { weight: 1, arbitrary: valuePath },
    ...(resourceType === userResourceType ? [{ weight: 1, arbitrary: joinOnEmail }] : []),
  );
  return joined(leaf, 2)
    .map((filter) => resolvedOrNull(filter, resourceType))
    .filter((filter) => filter !== null);
}

/** Random filters compare anything with anything; those that the schema refuses are not the compiler's concern. */
function resolvedOrNull(filter: Filter, resourceType: ResourceType): ResolvedFilter | null {
  try {
    return resolveFilter(filter, resourceType);
  } catch {
    return null;
  }
}

describe('compileFilter', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let users: SeedUser[];
  let groups: SeedGroup[];
  const wholeUsers = new Map<string, ScimDocument>();
  const wholeGroups = new Map<string, ScimDocument>();

  beforeAll(async () => {
    testDatabase = await createTestDatabase({ migrations: [directorySchema] });
    database = openDatabase({ url: testDatabase.url, role: DIRECTORY_ROLE, poolMax: 4, applicationName: 'compile-filter' });
    const resource = (document: fc.Arbitrary<ScimDocument>) => fc.record({ document, createdAt: time, lastModified: time });
    users = fc.sample(resource(userDocument), { numRuns: 60, seed: 7 }).map((each, n) => ({ id: uuidOf(1, n), ...each }));
    groups = fc.sample(resource(groupDocument), { numRuns: 12, seed: 8 }).map((each, n) => ({
      id: uuidOf(2, n),
      ...each,
      members: [
        ...users.filter((_, position) => (position * 7 + n) % 5 === 0 && n % 4 !== 3).map(({ id }) => ({ id, kind: 'User' as const })),
        ...(n === 2 ? [{ id: uuidOf(2, 1), kind: 'Group' as const }] : []),
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
    const whole = (resourceType: ResourceType, { id, document, createdAt, lastModified }: SeedUser): ScimDocument => ({
      schemas: [resourceType.schema.id, ...resourceType.extensions.map(({ schema }) => schema.id).filter((urn) => document[urn] !== undefined)],
      id,
      ...document,
      meta: { resourceType: resourceType.name, created: createdAt.toISOString(), lastModified: lastModified.toISOString() },
    });
    for (const user of users) {
      const memberships = groups.filter(({ members }) => members.some(({ id }) => id === user.id));
      wholeUsers.set(user.id, {
        ...whole(userResourceType, user),
        groups: memberships.map(({ id, document }) => ({ value: id, display: document['displayName']!, type: 'direct' })),
      });
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
    [...whole].filter(([, document]) => matchesFilter(filter, document)).map(([id]) => id).sort();

  it.each([
    ['users', userSource, wholeUsers],
    ['groups', groupSource, wholeGroups],
  ])('selects exactly the %s that the SCIM engine selects, whatever the filter', async (_, source, whole) => {
    await fc.assert(
      fc.asyncProperty(filterOf(source.resourceType), async (filter) => {
        const expected = idsInMemory(filter, whole);
        const actual = await idsBySql(filter, source);
        if (expected.join() !== actual.join()) throw new Error(`differs for ${printFilter(filter)}: ${expected.length} resources in memory, ${actual.length} in SQL`);
      }),
      { numRuns: 700 },
    );
  }, 60_000);

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
    ['active eq true', false],
    ['id eq "x"', true],
  ])('knows whether an index answers %s: %s', (text, indexed) => {
    const filter = resolveFilter(parseFilter(text), userResourceType);
    expect(compileFilter(filter, userSource, new SqlParameters(TENANT)).indexed).toBe(indexed);
  });

  it('folds in SQL as in TypeScript, for every character of the Unicode version that both know', async () => {
    const characters = [...Array(0x110000).keys()].filter((point) => point > 0 && (point < 0xd800 || point > 0xdfff)).map((point) => String.fromCodePoint(point));
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
