import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseFilter, resolveFilter, userResourceType } from '@muster/scim';
import { PopulatedDirectory, TENANT, groupId, userId } from '../../testing/populated-directory.js';
import { groupSource, userSource } from './resource-source.js';
import { countStatement, pageStatement, readStatement, type Statement } from './resource-statements.js';

jest.setTimeout(120_000);

const whole = { withReferences: true, withManagerNames: true };
const bare = { withReferences: false, withManagerNames: false };

describe('the plan of a statement', () => {
  let world: PopulatedDirectory;

  beforeAll(async () => {
    world = await PopulatedDirectory.open();
  });

  afterAll(async () => {
    await world?.close();
  });

  it.each([
    ['users', 'userName eq "user77@example.com"', 'users_by_user_name'],
    ['users', 'userName sw "user1999"', 'users_by_user_name'],
    ['users', 'externalId eq "ext-77"', 'users_by_external_id'],
    ['users', `id eq "${userId(77)}"`, 'users_pkey'],
    ['users', 'emails.value eq "mail77@example.com"', 'user_emails_by_value'],
    ['users', 'emails eq "mail77@example.com"', 'user_emails_by_value'],
    ['users', 'emails[type eq "work"].value eq "mail77@example.com"', 'user_emails_by_value'],
    ['users', `groups.value eq "${groupId(7)}"`, 'group_members_pkey'],
    ['users', `groups.value eq "${groupId(7)}"`, 'group_members_nested'],
    ['users', `groups.value eq "${groupId(7)}" and active eq true`, 'group_members_nested'],
    ['users', `groups.value eq "${groupId(7)}" or userName eq "a"`, 'group_members_nested'],
    ['users', `groups[value eq "${groupId(7)}" and type eq "indirect"]`, 'group_members_nested'],
    ['users', 'groups.display eq "group 7"', 'groups_by_display_name'],
    ['users', 'userName eq "a" or emails.value eq "b"', 'user_emails_by_value'],
    ['users', 'externalId eq "ext-77" and active eq true', 'users_by_external_id'],
    ['groups', 'displayName eq "group 7"', 'groups_by_display_name'],
    ['groups', `members eq "${userId(77)}"`, 'group_members_by_member'],
    ['groups', `id eq "${groupId(7)}" and members.value eq "${userId(140)}"`, 'group_members_by_member'],
  ] as const)('finds %s where %s by %s', async (place, text, index) => {
    const source = place === 'users' ? userSource : groupSource;
    const { resourceType } = source;
    const filter = resolveFilter(parseFilter(text), resourceType);
    const selection = { tenantId: TENANT, place, resourceType, filter, sort: null };
    const request = {
      ...selection,
      beyondSeq: null,
      backwards: false,
      offset: 0,
      limit: 101,
      withReferences: false,
      withManagerNames: false,
      withTotal: true,
    };
    for (const statement of [pageStatement(source, request), countStatement(source, selection)]) {
      expect(statement.scans).toBe(false);
      const plan = await explain(statement);
      expect(plan).toContain(index);
      // Groups are few: reading all of a tenant's is a fair plan there.
      expect(plan).not.toContain(place === 'users' ? 'Seq Scan' : 'Seq Scan on group_members');
      expect(plan).not.toContain('users_by_seq');
    }
  });

  it.each([
    ['from a place', 5_000],
    ['from the end', null],
  ])('walks back %s by the same index, without sorting', async (_, beyondSeq) => {
    const plan = await explain(
      pageStatement(userSource, {
        tenantId: TENANT,
        place: 'users',
        resourceType: userResourceType,
        filter: null,
        sort: null,
        beyondSeq,
        offset: 0,
        limit: 101,
        backwards: true,
        withReferences: false,
        withManagerNames: false,
        withTotal: false,
      }),
    );
    const [choice = ''] = plan.split('CTE rendered');
    expect(choice).toContain('Index Scan Backward using users_by_seq');
    expect(choice).not.toContain('Sort');
  });

  it('walks by the order of creation, and reads one resource by its key', async () => {
    const selection = {
      tenantId: TENANT,
      place: 'users' as const,
      resourceType: userResourceType,
      filter: null,
      sort: null,
    };
    const request = {
      ...selection,
      beyondSeq: 5_000,
      backwards: false,
      offset: 0,
      limit: 101,
      withReferences: true,
      withManagerNames: false,
      withTotal: true,
    };
    const plan = await explain(pageStatement(userSource, request));
    expect(plan).toContain('users_by_seq');
    expect(plan).toContain('group_members_by_member');
    expect(plan).not.toMatch(/Seq Scan on (users|groups|group_members)/);
    const one = await explain(readStatement({ tenantId: TENANT, place: 'users', id: userId(1) }, whole));
    expect(one).toContain('users_pkey');
    // Once for the groups that she is in, once for the step upwards.
    expect(one.match(/group_members_by_member/g)?.length).toBeGreaterThanOrEqual(2);
    expect(one).not.toMatch(/Seq Scan on (users|groups|group_members)/);
  });

  it('leaves the member table alone when members are left out', async () => {
    const plan = await explain(readStatement({ tenantId: TENANT, place: 'groups', id: groupId(1) }, bare));
    expect(plan).not.toContain('group_members');
  });

  async function explain({ text, values }: Statement): Promise<string> {
    const { rows } = await world.database.queryTenant<{ 'QUERY PLAN': string }>(
      TENANT,
      'explain',
      `explain ${text}`,
      values,
      { prepare: false },
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  }
});
