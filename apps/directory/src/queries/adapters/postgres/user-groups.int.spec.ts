import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { userResourceType } from '@muster/scim';
import type { ResourceId, TenantId } from '@muster/contracts';
import { openDatabase, type Database } from '@muster/persistence';
import { createTestDatabase, type TestDatabase } from '@muster/persistence/testing';
import { DIRECTORY_ROLE } from '../../../schema/directory-roles.js';
import { directorySchema } from '../../../schema/directory-schema.js';
import { seedGroups, seedUsers } from '../../testing/seed-resources.js';
import { PostgresResourceReader } from './postgres-resource-reader.js';
import { membersOfGroups } from './resource-statements.js';
import { GROUP_LEVELS_MAX } from './user-groups.js';

jest.setTimeout(60_000);

const TENANT = '0192f0c1-0000-7000-8000-0000000000aa' as TenantId;
const AT = new Date('2026-01-01T00:00:00.000Z');
const whole = { withReferences: true, withManagerNames: true };
const bare = { withReferences: false, withManagerNames: false };
const idOf = (kind: 1 | 2, n: number) =>
  `0192f0c1-000${kind}-7000-8000-${n.toString(16).padStart(12, '0')}` as ResourceId;
const userId = (n: number) => idOf(1, n);
const groupId = (n: number) => idOf(2, n);
const user = (n: number) => ({
  id: userId(n),
  document: { userName: `user${n}@example.com`, active: true },
  createdAt: AT,
  lastModified: AT,
});

/** Members by group: numbers are users, `g3` is group 3. */
const members: Readonly<Record<number, readonly (number | `g${number}`)[]>> = {
  // A ladder longer than what is followed: user 1 in group 1, group 1 in group 2, and so on.
  1: [1],
  ...Object.fromEntries(Array.from({ length: 14 }, (_, step) => [step + 2, [`g${step + 1}`]])),
  // A circle, with user 2 in one of its groups.
  20: [2, 'g22'],
  21: ['g20'],
  22: ['g21'],
  // User 3 is in 31 directly, and by 30, and by two ways in 32.
  30: [3],
  31: [3, 'g30'],
  32: ['g30', 'g31'],
  // A group that is its own member.
  40: [4, 'g40'],
};

interface Shown {
  readonly id: string;
  readonly groups?: readonly { readonly value: string; readonly display: string; readonly type: string }[];
}

describe('the groups of users', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let reader: PostgresResourceReader;

  beforeAll(async () => {
    testDatabase = await createTestDatabase({ migrations: [directorySchema] });
    database = openDatabase({
      url: testDatabase.url,
      role: DIRECTORY_ROLE,
      poolMax: 4,
      applicationName: 'groups of users',
    });
    reader = new PostgresResourceReader({ database, scanDatabase: database });
    await seedUsers(database, TENANT, [1, 2, 3, 4, 5].map(user));
    await seedGroups(
      database,
      TENANT,
      Object.entries(members).map(([n, of]) => ({
        id: groupId(Number(n)),
        document: { displayName: `Group ${n}` },
        createdAt: AT,
        lastModified: AT,
        members: of.map((member) =>
          typeof member === 'number'
            ? { id: userId(member), kind: 'User' as const }
            : { id: groupId(Number(member.slice(1))), kind: 'Group' as const },
        ),
      })),
    );
  });

  afterAll(async () => {
    await database?.close();
    await testDatabase?.drop();
  });

  const direct = (n: number) => ({ value: groupId(n), display: `Group ${n}`, type: 'direct' });
  const indirect = (n: number) => ({ value: groupId(n), display: `Group ${n}`, type: 'indirect' });
  const upTo = (levels: number) => Array.from({ length: levels - 1 }, (_, step) => step + 2).map(indirect);

  const expected: readonly (readonly [string, number, Shown['groups']])[] = [
    ['a ladder, followed so far', 1, [direct(1), ...upTo(GROUP_LEVELS_MAX)]],
    ['a circle', 2, [direct(20), indirect(21), indirect(22)]],
    ['groups that are reached both ways', 3, [direct(30), direct(31), indirect(32)]],
    ['a group in itself', 4, [direct(40)]],
    ['no group', 5, []],
  ];

  it.each(expected)('of one user: %s', async (_, n, groups) => {
    const shown = JSON.parse(
      (await reader.read({ tenantId: TENANT, place: 'users', id: userId(n) }, whole)) ?? 'null',
    ) as Shown;
    expect(shown.groups).toEqual(groups);
  });

  it('of a page are the same', async () => {
    const { resources } = await reader.page({
      tenantId: TENANT,
      place: 'users',
      resourceType: userResourceType,
      filter: null,
      sort: null,
      beyondSeq: null,
      backwards: false,
      offset: 0,
      limit: 10,
      ...whole,
      withTotal: false,
    });
    const shown = resources.map(({ json }) => JSON.parse(json) as Shown);
    expect(shown.map(({ groups }) => groups)).toEqual(expected.map(([, , groups]) => groups));
  });

  it('of a full page come in time while the planner knows nothing of the tables yet', async () => {
    const crowded = '0192f0c1-0000-7000-8000-0000000000cc' as TenantId;
    const memberships = { groups: 40, members: 200 };
    await seedUsers(
      database,
      crowded,
      Array.from({ length: 1_000 }, (_, n) => user(n)),
    );
    await seedGroups(
      database,
      crowded,
      Array.from({ length: memberships.groups }, (_, group) => ({
        id: groupId(group),
        document: { displayName: `Group ${group}` },
        createdAt: AT,
        lastModified: AT,
        members: Array.from({ length: memberships.members }, (__, n) => ({
          id: userId(group * 20 + n),
          kind: 'User' as const,
        })),
      })),
    );
    const { resources } = await reader.page({
      tenantId: crowded,
      place: 'users',
      resourceType: userResourceType,
      filter: null,
      sort: null,
      beyondSeq: null,
      backwards: false,
      offset: 0,
      limit: 1_000,
      ...whole,
      withTotal: false,
    });
    const shown = resources.map(({ json }) => (JSON.parse(json) as Shown).groups?.length ?? 0);
    expect(shown).toHaveLength(1_000);
    expect(shown.reduce((sum, groups) => sum + groups, 0)).toBe(memberships.groups * memberships.members);
    // The other way round, names of members are looked up by their key, never by walking through the tenant for each.
    const { rows } = await database.queryTenant<{ 'QUERY PLAN': string }>(
      crowded,
      'explain',
      `explain ${membersOfGroups}`,
      [crowded, [groupId(1), groupId(2)]],
      { prepare: false },
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('users_pkey');
    expect(plan).not.toContain('users_by_seq');
  });

  it('are left out where nobody wants them', async () => {
    const json = await reader.read({ tenantId: TENANT, place: 'users', id: userId(1) }, bare);
    expect(JSON.parse(json ?? 'null')).not.toHaveProperty('groups');
  });

  it('are nobody else’s', async () => {
    const other = '0192f0c1-0000-7000-8000-0000000000bb' as TenantId;
    await seedUsers(database, other, [user(1)]);
    const json = await reader.read({ tenantId: other, place: 'users', id: userId(1) }, whole);
    expect(JSON.parse(json ?? 'null')).toMatchObject({ groups: [] });
  });
});
