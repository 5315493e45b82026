import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ResourceId, TenantId } from '@muster/contracts';
import { openDatabase, type Database } from '@muster/persistence';
import { createTestDatabase, type TestDatabase } from '@muster/persistence/testing';
import { v7 as uuidV7 } from 'uuid';
import { DIRECTORY_ROLE } from '../../../schema/directory-roles.js';
import { directorySchema } from '../../../schema/directory-schema.js';
import type { ActivityQuery } from '../../application/activity-log.js';
import { PostgresActivityLog, READ_IN_ORDER, pageStatement } from './postgres-activity-log.js';

jest.setTimeout(60_000);

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** A UUIDv7 of a time, as SQL. */
const idAt = (time: string): string =>
  `overlay(gen_random_uuid()::text placing substr(directory.uuid_at(${time})::text, 1, 14) || '7' from 1 for 15)::uuid`;

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

function nodesOf(plan: PlanNode | undefined): PlanNode[] {
  return plan === undefined ? [] : [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

describe('activity among very many entries', () => {
  const tenants = {
    loud: uuidV7() as TenantId,
    other: uuidV7() as TenantId,
    quiet: uuidV7() as TenantId,
  };
  let testDatabase: TestDatabase;
  let owner: Database;
  let database: Database;
  let idsOfLoud: string[];

  beforeAll(async () => {
    testDatabase = await createTestDatabase({ migrations: [directorySchema] });
    const { url } = testDatabase;
    owner = openDatabase({ url, poolMax: 1, applicationName: 'activity-owner' });
    database = openDatabase({ url, role: DIRECTORY_ROLE, poolMax: 1, applicationName: 'activity' });
    // A week of two tenants between each other, in which few entries call for attention, and a tenant that does little.
    const { rows } = await owner.query<{ id: string; tenant_id: string }>(
      'spec.many',
      `insert into directory.operations
         (id, tenant_id, token_id, request_id, type, resource_id, state, cause, version, warnings, decided_at)
       select ${idAt(`now() - n * interval '30 seconds'`)}, case when n % 2 = 0 then $1::uuid else $2::uuid end, $1, 'r',
         'user.patch.requested', $1, case when n % 1000 = 0 then 'rejected' else 'applied' end,
         case when n % 1000 = 0 then 'no_target' end, 2,
         case when n % 1500 = 0 then '[{"kind": "unknownAttribute", "path": "x"}]'::jsonb end, now()
       from generate_series(1, 20000) as n
       returning id, tenant_id`,
      [tenants.loud, tenants.other],
    );
    idsOfLoud = rows.filter((row) => row.tenant_id === tenants.loud).map((row) => row.id);
    idsOfLoud.sort((a, b) => (a < b ? 1 : -1));
    await owner.query(
      'spec.few',
      `insert into directory.operations (id, tenant_id, token_id, request_id, type, resource_id, state, version, decided_at)
       select ${idAt(`now() - n * interval '1 day'`)}, $1, $1, 'r', 'user.patch.requested', $1, 'applied', 2, now()
       from generate_series(1, 5) as n`,
      [tenants.quiet],
    );
    await owner.query('spec.analyze', 'analyze directory.operations', [], { prepare: false });
  });

  afterAll(async () => {
    await Promise.all([owner, database].map((each) => each?.close()));
    await testDatabase?.drop();
  });

  it('looks at a bounded number of them at once, and says where to go on', async () => {
    const log = new PostgresActivityLog(database, 3_000);
    const resourceId = randomUUID() as ResourceId;
    let query: ActivityQuery = { tenantId: tenants.loud, resourceId, limit: 50 };
    for (const end of [idsOfLoud[2_999], idsOfLoud[5_999], idsOfLoud[8_999]]) {
      const page = await log.page(query);
      expect(page).toEqual({ entries: [], next: end });
      if (page.next !== null) query = { ...query, before: page.next };
    }
    expect(await log.page(query)).toEqual({ entries: [], next: null });
  });

  it('does not look for a resource before there was one', async () => {
    const log = new PostgresActivityLog(database, 3_000);
    const resourceId = uuidV7() as ResourceId;
    expect(await log.page({ tenantId: tenants.loud, resourceId, limit: 50 })).toEqual({
      entries: [],
      next: null,
    });
    const { rows } = await owner.query<{ id: string; resource_id: ResourceId }>(
      'spec.one',
      `update directory.operations set resource_id = id where id = $1 returning id, resource_id`,
      [idsOfLoud[2_000] ?? ''],
    );
    const [found] = rows as [{ id: string; resource_id: ResourceId }];
    const { entries } = await log.page({ tenantId: tenants.loud, resourceId: found.resource_id, limit: 50 });
    expect(entries.map((entry) => entry.commandId)).toEqual([found.id]);
  });

  it.each([
    ['what failed', { outcome: 'failed' }, 20],
    ['what was refused', { outcome: 'rejected' }, 20],
    ['what was passed over', { withWarnings: true }, 13],
    ['both', { outcome: 'failed', withWarnings: true }, 6],
  ] as const)('finds all of %s at once', async (_, wanted, count) => {
    // Fewer than there are entries in between: only the index can be what found them.
    const log = new PostgresActivityLog(database, 1_000);
    const { entries, next } = await log.page({ tenantId: tenants.loud, limit: 500, ...wanted });
    expect([entries.length, next]).toEqual([count, null]);
  });

  it.each([
    ['all of a quiet tenant', 'quiet', '', 10_000, 5],
    ['all of a loud tenant', 'loud', '', 50, 50],
    ['all of a loud tenant, ready to look far', 'loud', '', 10_000, 50],
    ['what failed, of a quiet tenant', 'quiet', 'and cause is not null', 50, 0],
    ['what failed, of a loud tenant', 'loud', 'and cause is not null', 50, 20],
  ] as const)('reads no more than it shows: %s', async (_, whose, condition, look, shown) => {
    const tenantId = tenants[whose];
    const { rows } = await database.transaction({ tenants: [tenantId] }, (tx) => {
      tx.write('spec.read-in-order', READ_IN_ORDER);
      return tx.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
        'spec.explain',
        `explain (analyze, format json) ${pageStatement(condition)}`,
        [tenantId, FIRST_ID, LAST_ID, look, null, null, 50],
        { prepare: false },
      );
    });
    const [plan, ...inner] = nodesOf(rows[0]?.['QUERY PLAN'][0].Plan);
    expect(plan?.['Actual Rows']).toBe(shown);
    const scans = inner.filter((node) => node['Relation Name'] !== undefined);
    const rowsRead = scans.map((node) => node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0));
    // The first row of each partition is read to know which is the newest.
    expect(scans.length).toBeGreaterThan(7);
    expect(rowsRead.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(shown + scans.length);
  });
});
