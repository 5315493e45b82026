import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ResourceId, TenantId } from '@muster/contracts';
import { openDatabase, type Database } from '@muster/persistence';
import { createTestDatabase, type TestDatabase } from '@muster/persistence/testing';
import { parseFilter, resolveFilter, type ScimDocument } from '@muster/scim';
import { DIRECTORY_ROLE } from '../../../schema/directory-roles.js';
import { directorySchema } from '../../../schema/directory-schema.js';
import { ResourceLister } from '../../application/list-resources.js';
import { parseResourceQuery, resourceTypeOf, type ResourceKind } from '../../domain/resource-query.js';
import { seedGroups, seedUsers, type SeedGroup, type SeedUser } from '../../testing/seed-resources.js';
import { PostgresResourceReader } from './postgres-resource-reader.js';
import { groupSource, userSource } from './resource-source.js';
import { countStatement, pageStatement, readStatement, type Statement } from './resource-statements.js';

jest.setTimeout(120_000);

const TENANT = '0192f0c1-0000-7000-8000-00000000000a' as TenantId;
const SMALL_TENANT = '0192f0c1-0000-7000-8000-00000000000b' as TenantId;
const USERS = 20_000;
const GROUPS = 300;
const AT = new Date('2026-01-01T00:00:00.000Z');
const LATER = new Date('2026-02-01T00:00:00.123Z');

const userId = (n: number): ResourceId =>
  `0192f0c1-0001-7000-8000-${n.toString(16).padStart(12, '0')}` as ResourceId;
const groupId = (n: number): ResourceId =>
  `0192f0c1-0002-7000-8000-${n.toString(16).padStart(12, '0')}` as ResourceId;

function user(n: number): SeedUser {
  const document: ScimDocument = {
    userName: `User${n}@example.com`,
    externalId: `ext-${n}`,
    displayName: `User ${n}`,
    title: `Title ${n % 7}`,
    active: n % 10 !== 0,
    emails: [{ value: `Mail${n}@example.com`, type: 'work' }],
  };
  return { id: userId(n), document, createdAt: AT, lastModified: LATER };
}

function group(n: number): SeedGroup {
  const members = Array.from({ length: 20 }, (_, m) => ({
    id: userId((n * 20 + m) % USERS),
    kind: 'User' as const,
  }));
  if (n === 1) members.push({ id: groupId(2), kind: 'Group' as never });
  return {
    id: groupId(n),
    document: { displayName: `Group ${n}` },
    createdAt: AT,
    lastModified: LATER,
    members,
  };
}

interface Shown {
  readonly id: string;
  readonly [name: string]: unknown;
}

describe('PostgresResourceReader', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let scanDatabase: Database;
  let reader: PostgresResourceReader;

  beforeAll(async () => {
    testDatabase = await createTestDatabase({ migrations: [directorySchema] });
    const { url } = testDatabase;
    database = openDatabase({
      url,
      role: DIRECTORY_ROLE,
      poolMax: 4,
      applicationName: 'reader',
      statementTimeoutMs: 60_000,
    });
    scanDatabase = openDatabase({
      url,
      role: DIRECTORY_ROLE,
      poolMax: 2,
      applicationName: 'reader-scan',
      statementTimeoutMs: 5_000,
    });
    reader = new PostgresResourceReader({ database, scanDatabase });
    const users = Array.from({ length: USERS }, (_, n) => user(n));
    for (let start = 0; start < USERS; start += 5_000)
      await seedUsers(database, TENANT, users.slice(start, start + 5_000));
    await seedGroups(
      database,
      TENANT,
      Array.from({ length: GROUPS }, (_, n) => group(n)),
    );
    await seedUsers(database, SMALL_TENANT, [user(1)]);
    const owner = openDatabase({ url, poolMax: 1, applicationName: 'analyze', statementTimeoutMs: 60_000 });
    await owner.query('analyze', 'analyze', [], { prepare: false });
    await owner.close();
  });

  afterAll(async () => {
    await database?.close();
    await scanDatabase?.close();
    await testDatabase?.drop();
  });

  const lister = (): ResourceLister =>
    new ResourceLister({ reader, cursorSecret: 'a secret of the spec', now: () => Date.now() });

  async function list(
    kind: ResourceKind,
    body: Readonly<Record<string, unknown>>,
    from = lister(),
    tenantId = TENANT,
  ) {
    const { filter, ...rest } = body;
    const tree = typeof filter === 'string' ? { filter: parseFilter(filter) } : {};
    const query = parseResourceQuery(tenantId, kind, {
      startIndex: 1,
      count: 10,
      withReferences: false,
      ...rest,
      ...tree,
    });
    const { resources, ...answer } = await from.list(query);
    return { ...answer, resources: resources.map(({ json }) => JSON.parse(json) as Shown) };
  }

  const ids = ({ resources }: { resources: readonly Shown[] }): string[] => resources.map(({ id }) => id);

  describe('one resource', () => {
    it('comes whole, with its references only when asked for', async () => {
      const shown = JSON.parse(
        (await reader.read({ tenantId: TENANT, kind: 'users', id: userId(41) }, true)) ?? 'null',
      ) as Shown;
      expect(shown).toEqual({
        id: userId(41),
        version: 1,
        createdAt: AT.toISOString(),
        lastModified: LATER.toISOString(),
        document: user(41).document,
        groups: [{ value: groupId(2), display: 'Group 2', type: 'direct' }],
      });
      const bare = JSON.parse(
        (await reader.read({ tenantId: TENANT, kind: 'groups', id: groupId(1) }, false)) ?? 'null',
      ) as Shown;
      expect(bare).not.toHaveProperty('members');
    });

    it('shows members in the order of their ids, each with its name', async () => {
      const json = await reader.read({ tenantId: TENANT, kind: 'groups', id: groupId(1) }, true);
      const { members } = JSON.parse(json ?? 'null') as { members: readonly { value: string }[] };
      expect(members).toHaveLength(21);
      expect(members.map(({ value }) => value)).toEqual(members.map(({ value }) => value).toSorted());
      expect(members[0]).toEqual({ value: userId(20), type: 'User', display: 'User 20' });
      expect(members.at(-1)).toEqual({ value: groupId(2), type: 'Group', display: 'Group 2' });
    });

    it('is not there for another tenant', async () => {
      expect(await reader.read({ tenantId: SMALL_TENANT, kind: 'users', id: userId(41) }, true)).toBeNull();
      expect(await reader.read({ tenantId: TENANT, kind: 'groups', id: groupId(GROUPS) }, true)).toBeNull();
    });

    it('does not touch the member table when members are left out', async () => {
      const plan = await explain(readStatement(groupSource, groupId(1), TENANT, false));
      expect(plan).not.toContain('group_members');
    });
  });

  describe('lists', () => {
    it('know how many there are without counting them', async () => {
      expect(await list('users', { count: 0 })).toEqual({
        totalResults: USERS,
        resources: [],
        nextCursor: null,
      });
      expect(await list('users', { count: 0 }, lister(), SMALL_TENANT)).toMatchObject({ totalResults: 1 });
      expect((await list('groups', { count: 2 })).totalResults).toBe(GROUPS);
    });

    it('walk by index through everything once, also from far behind and past the end', async () => {
      const walk = lister();
      const seen: string[] = [];
      for (let startIndex = 1; startIndex <= USERS; startIndex += 1_000) {
        const page = await list('users', { startIndex, count: 1_000 }, walk);
        expect(page.totalResults).toBe(USERS);
        seen.push(...ids(page));
      }
      expect(seen).toEqual(Array.from({ length: USERS }, (_, n) => userId(n)));
      expect(ids(await list('users', { startIndex: 15_000, count: 2 }))).toEqual([
        userId(14_999),
        userId(15_000),
      ]);
      expect(await list('users', { startIndex: USERS + 1, count: 5 })).toMatchObject({
        totalResults: USERS,
        resources: [],
      });
      expect(
        await list('users', { startIndex: USERS + 1, count: 5, filter: 'active eq false' }),
      ).toMatchObject({
        totalResults: USERS / 10,
        resources: [],
      });
    });

    it('walk by cursor through everything once, in any instance, and end', async () => {
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page = await list('users', { cursor, count: 999, filter: 'active eq false' });
        expect(page.totalResults).toBe(USERS / 10);
        seen.push(...ids(page));
        cursor = page.nextCursor;
      }
      expect(seen).toEqual(Array.from({ length: USERS / 10 }, (_, n) => userId(n * 10)));
    });

    it('refuse a cursor of another tenant, kind, filter or order', async () => {
      const { nextCursor: cursor } = await list('users', { cursor: '', count: 5 });
      for (const [tenantId, kind, more] of [
        [SMALL_TENANT, 'users', {}],
        [TENANT, 'groups', {}],
        [TENANT, 'users', { filter: 'active eq true' }],
        [TENANT, 'users', { sortBy: 'userName' }],
      ] as const) {
        await expect(list(kind, { cursor, count: 5, ...more }, lister(), tenantId)).rejects.toMatchObject({
          scimType: 'invalidCursor',
        });
      }
      expect(ids(await list('users', { cursor, count: 1 }))).toEqual([userId(5)]);
    });

    it('count what a filter selects', async () => {
      const walk = lister();
      const first = await list('users', { filter: 'title eq "title 3"', count: 5 }, walk);
      expect(first.totalResults).toBe(
        Array.from({ length: USERS }, (_, n) => n % 7).filter((n) => n === 3).length,
      );
      expect(ids(first)).toEqual([3, 10, 17, 24, 31].map(userId));
      const second = await list('users', { filter: 'title eq "title 3"', count: 5, startIndex: 6 }, walk);
      expect([second.totalResults, ids(second)[0]]).toEqual([first.totalResults, userId(38)]);
      expect(await list('users', { filter: 'userName sw "USER1999"', count: 2 })).toMatchObject({
        totalResults: 11,
      });
    });

    it('sort, absent values last ascending and first descending', async () => {
      const ascending = await list('groups', { sortBy: 'displayName', count: 3 });
      expect(ids(ascending)).toEqual([0, 1, 10].map(groupId));
      const descending = await list('users', {
        sortBy: 'emails',
        sortOrder: 'descending',
        count: 2,
        filter: 'userName sw "user19"',
      });
      expect(ids(descending)).toEqual([userId(19), userId(199)]);
      const byNothing = await list('users', { sortBy: 'nickName', count: 2 });
      expect(ids(byNothing)).toEqual([userId(0), userId(1)]);
      let cursor: string | null = '';
      const seen: string[] = [];
      while (cursor !== null) {
        const page = await list('groups', {
          sortBy: 'displayName',
          sortOrder: 'descending',
          cursor,
          count: 70,
        });
        seen.push(...ids(page));
        cursor = page.nextCursor;
      }
      expect(new Set(seen).size).toBe(GROUPS);
      expect(seen.slice(0, 2)).toEqual([99, 98].map(groupId));
    });

    it('show references of a whole page when asked for', async () => {
      const groups = await list('groups', { count: 3, withReferences: true });
      expect(groups.resources.map((each) => (each['members'] as unknown[]).length)).toEqual([20, 21, 20]);
      const users = await list('users', { startIndex: 40, count: 2, withReferences: true });
      expect(users.resources.map((each) => each['groups'])).toEqual([
        [{ value: groupId(1), display: 'Group 1', type: 'direct' }],
        [{ value: groupId(2), display: 'Group 2', type: 'direct' }],
      ]);
      expect((await list('groups', { count: 1 })).resources[0]).not.toHaveProperty('members');
    });

    it('stay complete while others write', async () => {
      const tenantId = '0192f0c1-0000-7000-8000-00000000000c' as TenantId;
      const before = Array.from({ length: 900 }, (_, n) => user(n));
      await seedUsers(database, tenantId, before);
      const walk = lister();
      const seen: string[] = [];
      for (let startIndex = 1, page = 0; ; startIndex += 100, page += 1) {
        const shown = ids(await list('users', { startIndex, count: 100 }, walk, tenantId));
        if (shown.length === 0) break;
        seen.push(...shown);
        await seedUsers(database, tenantId, [user(10_000 + page)]);
        // Behind the offsets that are counted off, a deletion before the page shifts nobody out of the walk.
        if (page === 6) {
          await database.transaction({ tenants: [tenantId] }, (tx) =>
            tx.query('spec.delete', 'delete from directory.users where tenant_id = $1 and id = $2', [
              tenantId,
              userId(0),
            ]),
          );
        }
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual(expect.arrayContaining(before.map(({ id }) => id)));
    });
  });

  describe('the planner', () => {
    it.each([
      ['users', 'userName eq "user77@example.com"', 'users_by_user_name'],
      ['users', 'userName sw "user1999"', 'users_by_user_name'],
      ['users', 'externalId eq "ext-77"', 'users_by_external_id'],
      ['users', `id eq "${userId(77)}"`, 'users_pkey'],
      ['users', 'emails.value eq "mail77@example.com"', 'user_emails_by_value'],
      ['users', 'emails eq "mail77@example.com"', 'user_emails_by_value'],
      ['users', 'emails[type eq "work"].value eq "mail77@example.com"', 'user_emails_by_value'],
      ['users', `groups.value eq "${groupId(7)}"`, 'group_members_pkey'],
      ['users', 'userName eq "a" or emails.value eq "b"', 'user_emails_by_value'],
      ['users', 'externalId eq "ext-77" and active eq true', 'users_by_external_id'],
      ['groups', 'displayName eq "group 7"', 'groups_by_display_name'],
      ['groups', `members eq "${userId(77)}"`, 'group_members_by_member'],
      ['groups', `id eq "${groupId(7)}" and members.value eq "${userId(140)}"`, 'group_members_by_member'],
    ] as const)('finds %s where %s by %s', async (kind, text, index) => {
      const filter = resolveFilter(parseFilter(text), resourceTypeOf(kind));
      const source = kind === 'users' ? userSource : groupSource;
      const selection = { tenantId: TENANT, kind, filter, sort: null };
      const request = {
        ...selection,
        afterSeq: null,
        offset: 0,
        limit: 101,
        withReferences: false,
        withTotal: true,
      };
      for (const statement of [pageStatement(source, request), countStatement(source, selection)]) {
        expect(statement.scans).toBe(false);
        const plan = await explain(statement);
        expect(plan).toContain(index);
        // Groups are few: reading all of a tenant's is a fair plan there.
        expect(plan).not.toContain(kind === 'users' ? 'Seq Scan' : 'Seq Scan on group_members');
        expect(plan).not.toContain('users_by_seq');
      }
    });

    it('walks by the order of creation, and reads one resource by its key', async () => {
      const selection = { tenantId: TENANT, kind: 'users' as const, filter: null, sort: null };
      const request = {
        ...selection,
        afterSeq: 5_000,
        offset: 0,
        limit: 101,
        withReferences: true,
        withTotal: true,
      };
      const plan = await explain(pageStatement(userSource, request));
      expect(plan).toContain('users_by_seq');
      expect(plan).toContain('group_members_by_member');
      expect(plan).not.toMatch(/Seq Scan on (users|groups|group_members)/);
      expect(await explain(readStatement(userSource, userId(1), TENANT, true))).toContain('users_pkey');
    });
  });

  it('gives up a scan that takes too long, and leaves everybody else alone', async () => {
    const url = testDatabase.url;
    const impatient = openDatabase({
      url,
      role: DIRECTORY_ROLE,
      poolMax: 1,
      applicationName: 'impatient',
      statementTimeoutMs: 1,
    });
    const bounded = new PostgresResourceReader({ database, scanDatabase: impatient });
    const walk = new ResourceLister({
      reader: bounded,
      cursorSecret: 'a secret of the spec',
      now: () => Date.now(),
    });
    await expect(list('users', { filter: 'title co "9"' }, walk)).rejects.toMatchObject({
      status: 400,
      scimType: 'tooMany',
    });
    expect(await list('users', { filter: 'userName eq "user5@example.com"' }, walk)).toMatchObject({
      totalResults: 1,
    });
    await impatient.close();
  });

  it('reads on when its connections were lost', async () => {
    const { url } = testDatabase;
    const lossy = openDatabase({ url, role: DIRECTORY_ROLE, poolMax: 1, applicationName: 'lossy' });
    const owner = openDatabase({ url, poolMax: 1, applicationName: 'killer' });
    const lossyReader = new PostgresResourceReader({ database: lossy, scanDatabase });
    const key = { tenantId: TENANT, kind: 'users' as const, id: userId(1) };
    for (let round = 0; round < 5; round += 1) {
      const [read] = await Promise.all([
        lossyReader.read(key, true),
        owner.query(
          'kill',
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lossy'`,
        ),
      ]);
      expect(read).toContain(userId(1));
    }
    await Promise.all([lossy.close(), owner.close()]);
  });

  async function explain({ text, values }: Statement): Promise<string> {
    const { rows } = await database.queryTenant<{ 'QUERY PLAN': string }>(
      TENANT,
      'explain',
      `explain ${text}`,
      values,
      { prepare: false },
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  }
});
