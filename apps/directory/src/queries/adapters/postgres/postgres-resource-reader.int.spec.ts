import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { TenantId } from '@muster/contracts';
import { openDatabase } from '@muster/persistence';
import { parseFilter, standardResourceTypes } from '@muster/scim';
import { DIRECTORY_ROLE } from '../../../schema/directory-roles.js';
import { ResourceLister } from '../../application/list-resources.js';
import { parseResourceQuery } from '../../domain/resource-query.js';
import {
  AT,
  GROUPS,
  LATER,
  PopulatedDirectory,
  SMALL_TENANT,
  TENANT,
  USERS,
  groupId,
  user,
  userId,
} from '../../testing/populated-directory.js';
import { seedUsers } from '../../testing/seed-resources.js';
import { PostgresResourceReader } from './postgres-resource-reader.js';

jest.setTimeout(120_000);

interface Shown {
  readonly id: string;
  readonly [name: string]: unknown;
}

const whole = { withReferences: true, withManagerNames: true };
const bare = { withReferences: false, withManagerNames: false };

describe('PostgresResourceReader', () => {
  let world: PopulatedDirectory;
  let reader: PostgresResourceReader;

  beforeAll(async () => {
    world = await PopulatedDirectory.open();
    reader = new PostgresResourceReader(world);
  });

  afterAll(async () => {
    await world?.close();
  });

  const lister = (): ResourceLister =>
    new ResourceLister({ reader, cursorSecret: 'a secret of the spec', now: () => Date.now() });

  async function list(
    place: 'users' | 'groups',
    body: Readonly<Record<string, unknown>>,
    from = lister(),
    tenantId = TENANT,
  ) {
    const { filter, ...rest } = body;
    const tree = typeof filter === 'string' ? { filter: parseFilter(filter) } : {};
    const query = parseResourceQuery(
      tenantId,
      place,
      standardResourceTypes[place === 'users' ? 'user' : 'group'],
      {
        startIndex: 1,
        count: 10,
        withReferences: false,
        ...rest,
        ...tree,
      },
    );
    const { resources, ...answer } = await from.list(query);
    return { ...answer, resources: resources.map(({ json }) => JSON.parse(json) as Shown) };
  }

  const ids = ({ resources }: { resources: readonly Shown[] }): string[] => resources.map(({ id }) => id);

  const resourcesShown = ({ resources }: { resources: readonly Shown[] }): number => resources.length;

  describe('one resource', () => {
    it('comes whole, with its references only when asked for', async () => {
      const shown = JSON.parse(
        (await reader.read({ tenantId: TENANT, place: 'users', id: userId(41) }, whole)) ?? 'null',
      ) as Shown;
      expect(shown).toEqual({
        id: userId(41),
        version: 1,
        createdAt: AT.toISOString(),
        lastModified: LATER.toISOString(),
        document: user(41).document,
        groups: [
          { value: groupId(2), display: 'Group 2', type: 'direct' },
          { value: groupId(1), display: 'Group 1', type: 'indirect' },
        ],
      });
      const unadorned = JSON.parse(
        (await reader.read({ tenantId: TENANT, place: 'groups', id: groupId(1) }, bare)) ?? 'null',
      ) as Shown;
      expect(unadorned).not.toHaveProperty('members');
    });

    it('shows members in the order of their ids, each with its name', async () => {
      const json = await reader.read({ tenantId: TENANT, place: 'groups', id: groupId(1) }, whole);
      const { members } = JSON.parse(json ?? 'null') as { members: readonly { value: string }[] };
      expect(members).toHaveLength(21);
      expect(members.map(({ value }) => value)).toEqual(members.map(({ value }) => value).toSorted());
      expect(members[0]).toEqual({ value: userId(20), type: 'User', display: 'User 20' });
      expect(members.at(-1)).toEqual({ value: groupId(2), type: 'Group', display: 'Group 2' });
    });

    it('is not there for another tenant', async () => {
      expect(await reader.read({ tenantId: SMALL_TENANT, place: 'users', id: userId(41) }, whole)).toBeNull();
      expect(await reader.read({ tenantId: TENANT, place: 'groups', id: groupId(GROUPS) }, whole)).toBeNull();
    });
  });

  describe('lists', () => {
    it('know how many there are without counting them', async () => {
      expect(await list('users', { count: 0 })).toEqual({
        totalResults: USERS,
        resources: [],
        nextCursor: null,
        previousCursor: null,
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

    it.each([
      ['users', 4_001, {}],
      ['users', 701, { filter: 'active eq false' }],
      ['users', 40, { filter: 'userName sw "user199"', withReferences: true }],
      ['groups', 70, { withReferences: true }],
      ['groups', 70, { sortBy: 'displayName', sortOrder: 'descending' }],
    ] as const)(
      'walk back by cursor through the same pages of %s, %i at a time, %j',
      async (kind, count, more) => {
        const there = [await list(kind, { cursor: '', count, ...more })];
        expect(there[0]?.previousCursor).toBeNull();
        for (let cursor = there[0]?.nextCursor; cursor; cursor = there.at(-1)?.nextCursor)
          there.push(await list(kind, { cursor, count, ...more }));
        const back = there.slice(-1);
        for (let cursor = back[0]?.previousCursor; cursor; cursor = back.at(-1)?.previousCursor)
          back.push(await list(kind, { cursor, count, ...more }));
        expect(there.length).toBeGreaterThan(2);
        expect(back.map(({ resources }) => resources)).toEqual(
          there.map(({ resources }) => resources).toReversed(),
        );
      },
    );

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
        [
          { value: groupId(2), display: 'Group 2', type: 'direct' },
          { value: groupId(1), display: 'Group 1', type: 'indirect' },
        ],
      ]);
      expect((await list('groups', { count: 1 })).resources[0]).not.toHaveProperty('members');
    });

    it('are cut short where documents are large, and go on behind the cut', async () => {
      const tenantId = '0192f0c1-0000-7000-8000-00000000000d' as TenantId;
      const title = 'x'.repeat(1024 * 1024);
      const large = Array.from({ length: 40 }, (_, n) => ({
        ...user(n),
        document: { ...user(n).document, title },
      }));
      for (const each of large) await seedUsers(world.database, tenantId, [each]);
      for (const more of [{}, { sortBy: 'displayName' }, { filter: 'userName sw "user"' }]) {
        const seen: string[] = [];
        let cursor: string | null = '';
        while (cursor !== null) {
          const page = await list(
            'users',
            { cursor, count: 100, withReferences: true, ...more },
            lister(),
            tenantId,
          );
          expect(page.totalResults).toBe(40);
          expect(page.resources.length).toBeLessThan(20);
          seen.push(...ids(page));
          cursor = page.nextCursor;
        }
        expect(seen.toSorted()).toEqual(large.map(({ id }) => id));
        const back: string[] = [];
        const query = { count: 100, withReferences: true, ...more };
        const half = await list('users', { ...query, cursor: '', count: 9 }, lister(), tenantId);
        cursor = (await list('users', { ...query, cursor: half.nextCursor }, lister(), tenantId)).nextCursor;
        const last = await list('users', { ...query, cursor }, lister(), tenantId);
        for (cursor = last.previousCursor; cursor !== null;) {
          const page = await list('users', { ...query, cursor }, lister(), tenantId);
          expect(page.resources.length).toBeLessThan(20);
          back.unshift(...ids(page));
          cursor = page.previousCursor;
        }
        expect(back).toEqual(seen.slice(0, seen.indexOf(ids(last)[0] ?? '')));
      }
      const byIndex = await list('users', { count: 100 }, lister(), tenantId);
      const { totalResults, resources } = await list(
        'users',
        { count: 100, startIndex: resourcesShown(byIndex) + 1 },
        lister(),
        tenantId,
      );
      expect([totalResults, resources[0]?.id]).toEqual([40, userId(resourcesShown(byIndex))]);
    });

    it('stay complete while others write', async () => {
      const tenantId = '0192f0c1-0000-7000-8000-00000000000c' as TenantId;
      const before = Array.from({ length: 900 }, (_, n) => user(n));
      await seedUsers(world.database, tenantId, before);
      const walk = lister();
      const seen: string[] = [];
      for (let startIndex = 1, page = 0; ; startIndex += 100, page += 1) {
        const shown = ids(await list('users', { startIndex, count: 100 }, walk, tenantId));
        if (shown.length === 0) break;
        seen.push(...shown);
        await seedUsers(world.database, tenantId, [user(10_000 + page)]);
        // Behind the offsets that are counted off, a deletion before the page shifts nobody out of the walk.
        if (page === 6) {
          await world.database.transaction({ tenants: [tenantId] }, (tx) =>
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

  it('gives up a scan that takes too long, and leaves everybody else alone', async () => {
    const { url } = world.testDatabase;
    const impatient = openDatabase({
      url,
      role: DIRECTORY_ROLE,
      poolMax: 1,
      applicationName: 'impatient',
      statementTimeoutMs: 1,
    });
    const bounded = new PostgresResourceReader({ database: world.database, scanDatabase: impatient });
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
    const { url } = world.testDatabase;
    const lossy = openDatabase({ url, role: DIRECTORY_ROLE, poolMax: 1, applicationName: 'lossy' });
    const owner = openDatabase({ url, poolMax: 1, applicationName: 'killer' });
    const lossyReader = new PostgresResourceReader({ database: lossy, scanDatabase: world.scanDatabase });
    const key = { tenantId: TENANT, place: 'users' as const, id: userId(1) };
    for (let round = 0; round < 5; round += 1) {
      const [read] = await Promise.all([
        lossyReader.read(key, whole),
        owner.query(
          'kill',
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lossy'`,
        ),
      ]);
      expect(read).toContain(userId(1));
    }
    await Promise.all([lossy.close(), owner.close()]);
  });
});
