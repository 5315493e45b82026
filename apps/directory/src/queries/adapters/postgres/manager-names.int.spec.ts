import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ResourceId, TenantId } from '@muster/contracts';
import { openDatabase, type Database } from '@muster/persistence';
import { createTestDatabase, type TestDatabase } from '@muster/persistence/testing';
import { ENTERPRISE_USER_SCHEMA_URN, parseFilter, userResourceType } from '@muster/scim';
import { DIRECTORY_ROLE } from '../../../schema/directory-roles.js';
import { directorySchema } from '../../../schema/directory-schema.js';
import { ResourceLister } from '../../application/list-resources.js';
import { parseResourceQuery } from '../../domain/resource-query.js';
import { seedUsers } from '../../testing/seed-resources.js';
import { PostgresResourceReader } from './postgres-resource-reader.js';
import { userSource } from './resource-source.js';
import { pageStatement } from './resource-statements.js';

jest.setTimeout(60_000);

const TENANT = '0192f0c1-0000-7000-8000-0000000000ea' as TenantId;
const OTHER = '0192f0c1-0000-7000-8000-0000000000eb' as TenantId;
const AT = new Date('2026-01-01T00:00:00.000Z');
const MANAGER = `${ENTERPRISE_USER_SCHEMA_URN}:manager`;
const userId = (n: number) => `0192f0c1-000a-7000-8000-${n.toString(16).padStart(12, '0')}` as ResourceId;

/** User number n; what she says of her manager, when she does. */
const user = (n: number, manager?: string, displayName: string | null = `Name ${n}`) => ({
  id: userId(n),
  document: {
    userName: `user${n}@example.com`,
    ...(displayName === null ? {} : { displayName }),
    ...(manager === undefined ? {} : { [ENTERPRISE_USER_SCHEMA_URN]: { manager: { value: manager } } }),
  },
  createdAt: AT,
  lastModified: AT,
});

// user | name of her manager
const people: readonly (readonly [ReturnType<typeof user>, string | undefined])[] = [
  [user(0), undefined],
  [user(10, userId(0)), 'Name 0'],
  [user(11, userId(10)), 'Name 10'],
  [user(12, userId(10)), 'Name 10'],
  // Herself, and one who is listed after her.
  [user(13, userId(13)), 'Name 13'],
  [user(14, userId(15)), 'Ünal "quoted"'],
  [user(15, undefined, 'Ünal "quoted"'), undefined],
  // Nobody has this id; this one has no name; this is no id; this one is the id of another tenant's user; this is not how ids are written.
  [user(20, userId(99)), undefined],
  [user(21, userId(22)), undefined],
  [user(22, undefined, null), undefined],
  [user(23, 'CN=Boss,OU=People'), undefined],
  [user(24, userId(70)), undefined],
  [user(25, userId(10).toUpperCase()), undefined],
];

interface Shown {
  readonly id: string;
  readonly managerName?: string;
}

describe('the names of managers', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let reader: PostgresResourceReader;

  beforeAll(async () => {
    testDatabase = await createTestDatabase({ migrations: [directorySchema] });
    database = openDatabase({
      url: testDatabase.url,
      role: DIRECTORY_ROLE,
      poolMax: 4,
      applicationName: 'names of managers',
    });
    reader = new PostgresResourceReader({ database, scanDatabase: database });
    await seedUsers(
      database,
      TENANT,
      people.map(([each]) => each),
    );
    await seedUsers(database, OTHER, [user(70)]);
  });

  afterAll(async () => {
    await database?.close();
    await testDatabase?.drop();
  });

  async function list(body: Readonly<Record<string, unknown>>): Promise<Shown[]> {
    const lister = new ResourceLister({
      reader,
      cursorSecret: 'a secret of the spec',
      now: () => Date.now(),
    });
    const { filter, ...rest } = body;
    const tree = typeof filter === 'string' ? { filter: parseFilter(filter) } : {};
    const query = {
      startIndex: 1,
      count: 100,
      withReferences: false,
      withManagerNames: true,
      ...rest,
      ...tree,
    };
    const { resources } = await lister.list(parseResourceQuery(TENANT, 'users', userResourceType, query));
    return resources.map(({ json }) => JSON.parse(json) as Shown);
  }

  const byName = people.flatMap(([{ id }, name]) => (name === undefined ? [] : [{ id, name }]));

  it('are shown with one user', async () => {
    for (const [{ id }, name] of people) {
      const key = { tenantId: TENANT, place: 'users' as const, id };
      for (const withReferences of [true, false]) {
        const json = await reader.read(key, { withReferences, withManagerNames: true });
        expect((JSON.parse(json ?? 'null') as Shown).managerName).toBe(name);
      }
    }
  });

  it.each([{}, { withReferences: true }, { sortBy: 'title' }, { cursor: '' }])(
    'are shown on a page, %j',
    async (more) => {
      const shown = await list(more);
      expect(shown.map(({ id, managerName }) => [id, managerName])).toEqual(
        people.map(([{ id }, name]) => [id, name]),
      );
    },
  );

  it('are left out where nobody wants them', async () => {
    expect((await list({ withManagerNames: false })).some((each) => 'managerName' in each)).toBe(false);
    const key = { tenantId: TENANT, place: 'users' as const, id: userId(10) };
    const json = await reader.read(key, { withReferences: true, withManagerNames: false });
    expect(JSON.parse(json ?? 'null')).not.toHaveProperty('managerName');
  });

  // filter | those whose manager's name is so
  it.each<[string, (name: string | undefined) => boolean]>([
    [`${MANAGER}.displayName eq "NAME 10"`, (name) => name === 'Name 10'],
    [`manager.displayName sw "name"`, (name) => name?.startsWith('Name') === true],
    [`manager.displayName pr`, (name) => name !== undefined],
    [`not (manager.displayName pr)`, (name) => name === undefined],
    [`manager.displayName ne "name 10"`, (name) => name !== 'Name 10'],
    [`manager[displayName eq "name 10" and value eq "${userId(10)}"]`, (name) => name === 'Name 10'],
    [`manager[displayName eq "name 10" and value eq "${userId(0)}"]`, () => false],
  ])('are found by %s', async (filter, holds) => {
    const found = await list({ filter });
    expect(found.map(({ id }) => id)).toEqual(people.filter(([, name]) => holds(name)).map(([{ id }]) => id));
  });

  it('put a list in order', async () => {
    const shown = await list({ sortBy: `${MANAGER}.displayName` });
    const named = shown.slice(0, byName.length).map(({ managerName }) => managerName);
    expect(named).toEqual(['Name 0', 'Name 10', 'Name 10', 'Name 13', 'Ünal "quoted"']);
    expect(shown.slice(byName.length).every(({ managerName }) => managerName === undefined)).toBe(true);
  });

  it('cannot be asked for by a reference that only the gateway makes', async () => {
    await expect(list({ filter: `${MANAGER}.$ref pr` })).rejects.toMatchObject({ scimType: 'invalidFilter' });
  });

  it('of a full page are looked up once, by key, while the planner knows nothing of the tables yet', async () => {
    const crowded = '0192f0c1-0000-7000-8000-0000000000ec' as TenantId;
    await seedUsers(
      database,
      crowded,
      Array.from({ length: 3_000 }, (_, n) => user(n, userId(n + 1))),
    );
    const { text, values } = pageStatement(userSource, {
      tenantId: crowded,
      place: 'users',
      resourceType: userResourceType,
      filter: null,
      sort: null,
      beyondSeq: null,
      offset: 0,
      limit: 1_000,
      backwards: false,
      withReferences: false,
      withManagerNames: true,
      withTotal: false,
    });
    const { rows } = await database.queryTenant<{ 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }>(
      crowded,
      'explain',
      `explain (analyze, timing off, format json) ${text}`,
      values,
      { prepare: false },
    );
    const lookUps = nodesOf(rows[0]!['QUERY PLAN'][0].Plan).filter((node) => node['Alias'] === 'm');
    expect(lookUps).toMatchObject([{ 'Actual Loops': 1, 'Actual Rows': 1_000 }]);
    expect(JSON.stringify(lookUps)).toContain('"Index Name":"users_pkey"');
  });
});

interface PlanNode {
  readonly [name: string]: unknown;
  readonly Plans?: readonly PlanNode[];
}

function nodesOf(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
