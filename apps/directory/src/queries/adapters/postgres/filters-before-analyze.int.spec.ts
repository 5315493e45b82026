import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { TenantId } from '@muster/contracts';
import { openDatabase, type Database } from '@muster/persistence';
import { createTestDatabase, type TestDatabase } from '@muster/persistence/testing';
import { parseFilter, resolveFilter } from '@muster/scim';
import { DIRECTORY_ROLE } from '../../../schema/directory-roles.js';
import { directorySchema } from '../../../schema/directory-schema.js';
import { groupId, user, userId } from '../../testing/populated-directory.js';
import { seedGroups, seedUsers } from '../../testing/seed-resources.js';
import { groupSource, userSource } from './resource-source.js';
import { countStatement, pageStatement, type Statement } from './resource-statements.js';

jest.setTimeout(60_000);

const TENANT = '0192f0c1-0000-7000-8000-0000000000dd' as TenantId;
const USERS = 2_000;
const GROUPS = 400;
const MEMBERS = 20;

/** Between a first import and the first analyse the planner takes every index that begins with the tenant for as good as any other. */
describe('while the planner knows nothing of the tables', () => {
  let testDatabase: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    testDatabase = await createTestDatabase({ migrations: [directorySchema] });
    const owner = openDatabase({ url: testDatabase.url, poolMax: 1, applicationName: 'owner' });
    for (const table of ['users', 'user_emails', 'groups', 'group_members'])
      await owner.query(table, `alter table directory.${table} set (autovacuum_enabled = off)`);
    await owner.close();
    database = openDatabase({
      url: testDatabase.url,
      role: DIRECTORY_ROLE,
      poolMax: 2,
      applicationName: 'before analyze',
    });
    const users = Array.from({ length: USERS }, (_, n) => user(n));
    await seedUsers(database, TENANT, users);
    const groups = Array.from({ length: GROUPS }, (_, n) => ({
      ...user(0),
      id: groupId(n),
      document: { displayName: `Group ${n}` },
      members: Array.from({ length: MEMBERS }, (__, m) => ({
        id: userId((n * MEMBERS + m) % USERS),
        kind: 'User' as const,
      })),
    }));
    await seedGroups(database, TENANT, groups);
  });

  afterAll(async () => {
    await database?.close();
    await testDatabase?.drop();
  });

  it.each([
    ['users', 'userName eq "user77@example.com"', 1],
    ['users', 'externalId eq "ext-77"', 1],
    ['users', 'emails[type eq "work"].value eq "mail77@example.com"', 1],
    ['users', `groups.value eq "${groupId(7)}"`, MEMBERS],
    ['users', 'groups.display eq "Group 7"', MEMBERS],
    ['users', `groups[value eq "${groupId(7)}" and type eq "indirect"]`, 0],
    ['groups', 'displayName eq "Group 7"', 1],
    ['groups', `members.value eq "${userId(77)}"`, (GROUPS * MEMBERS) / USERS],
    ['groups', `id eq "${groupId(7)}" and members.value eq "${userId(140)}"`, 1],
  ] as const)('%s where %s are found without looking at others', async (place, text, total) => {
    const source = place === 'users' ? userSource : groupSource;
    const { resourceType } = source;
    const filter = resolveFilter(parseFilter(text), resourceType);
    const statement = countStatement(source, { tenantId: TENANT, place, resourceType, filter, sort: null });
    const counted = await database.queryTenant<{ total: number }>(
      TENANT,
      'count',
      statement.text,
      statement.values,
      { prepare: false },
    );
    expect(counted.rows).toEqual([{ total }]);
    const plan = await explain(statement);
    const inVain = [...plan.matchAll(/Rows Removed by [\w ]+: (\d+)/g)];
    expect(inVain.reduce((sum, [, count]) => sum + Number(count), 0)).toBeLessThan(GROUPS / 4);
  });

  it.each([1, 100])('a page of %d shows the groups of its users by the index of members', async (limit) => {
    const plan = await explain(
      pageStatement(userSource, {
        tenantId: TENANT,
        place: 'users',
        resourceType: userSource.resourceType,
        filter: null,
        sort: null,
        beyondSeq: null,
        backwards: false,
        offset: 0,
        limit,
        withReferences: true,
        withTotal: true,
      }),
    );
    expect(plan).toContain('group_members_by_member');
    expect(plan).not.toContain('group_members_pkey');
    expect(plan).not.toContain('Seq Scan on group_members');
  });

  async function explain({ text, values }: Statement): Promise<string> {
    const { rows } = await database.queryTenant<{ 'QUERY PLAN': string }>(
      TENANT,
      'explain',
      `explain (analyze, timing off) ${text}`,
      values,
      { prepare: false },
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  }
});
