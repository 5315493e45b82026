import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { CommandId, TenantId } from '@muster/contracts';
import { openDatabase, type Database } from '@muster/persistence';
import { createTestDatabase, type TestDatabase } from '@muster/persistence/testing';
import { v7 as uuidV7 } from 'uuid';
import { DIRECTORY_ROLE } from '../../../schema/directory-roles.js';
import { directorySchema } from '../../../schema/directory-schema.js';
import type { RefusedRequest } from '../../application/refused-requests.js';
import { PostgresActivityLog } from './postgres-activity-log.js';
import { PostgresRefusedRequests } from './postgres-refused-requests.js';

jest.setTimeout(60_000);

const RETENTION_DAYS = 3;
const DAY_MS = 86_400_000;

const refused = (tenantId: TenantId, daysAgo = 0): RefusedRequest => {
  const refusedAt = new Date(Date.now() - daysAgo * DAY_MS);
  return {
    id: uuidV7({ msecs: refusedAt.getTime() }) as CommandId,
    tenantId,
    requestId: 'request-1',
    type: 'user.create.requested',
    resourceType: null,
    resourceId: null,
    cause: 'domain_not_registered',
    detail: 'The domain "wrong.test" is not registered.',
    refusedAt,
  };
};

describe('requests that the gateway refused', () => {
  let testDatabase: TestDatabase;
  let owner: Database;
  let database: Database;
  let requests: PostgresRefusedRequests;
  let log: PostgresActivityLog;

  beforeAll(async () => {
    testDatabase = await createTestDatabase({ migrations: [directorySchema] });
    const { url } = testDatabase;
    owner = openDatabase({ url, poolMax: 1, applicationName: 'refused-owner' });
    database = openDatabase({ url, role: DIRECTORY_ROLE, poolMax: 4, applicationName: 'refused' });
    requests = new PostgresRefusedRequests(database, RETENTION_DAYS);
    log = new PostgresActivityLog(database);
  });

  afterAll(async () => {
    await Promise.all([owner, database].map((each) => each?.close()));
    await testDatabase?.drop();
  });

  async function newTenant(): Promise<TenantId> {
    const tenantId = uuidV7() as TenantId;
    await owner.query(
      'spec.tenant',
      `insert into directory.tenants (tenant_id, name, created_at, updated_at) values ($1, $2, now(), now())`,
      [tenantId, `tenant ${tenantId}`],
    );
    return tenantId;
  }

  const entriesOf = async (tenantId: TenantId) => (await log.page({ tenantId, limit: 500 })).entries;

  it('are entries of their tenants, once, however often and together they are entered', async () => {
    const [one, other] = [await newTenant(), await newTenant()];
    const [a, b, c] = [refused(one), refused(other), refused(one)];
    await requests.enter([a, b]);
    await Promise.all([requests.enter([c, b, a]), requests.enter([a, c, c])]);
    const newestFirst = [a, c].sort((x, y) => (x.id < y.id ? 1 : -1));
    expect(await entriesOf(one)).toEqual(
      newestFirst.map(({ id, requestId, type, resourceType, resourceId, cause, detail, refusedAt }) => ({
        commandId: id,
        type,
        resourceType,
        resourceId,
        tokenId: null,
        requestId,
        status: 'rejected',
        cause,
        detail,
        version: null,
        changed: null,
        undelivered: false,
        warnings: [],
        decidedAt: refusedAt,
      })),
    );
    expect((await entriesOf(other)).map(({ commandId }) => commandId)).toEqual([b.id]);
  });

  it('of tenants that nobody knows are passed over, and cost the others nothing', async () => {
    const known = await newTenant();
    const unknown = uuidV7() as TenantId;
    await requests.enter([refused(unknown), refused(known), refused(unknown)]);
    expect(await entriesOf(known)).toHaveLength(1);
    expect(await entriesOf(unknown)).toEqual([]);
  });

  it('do not come back once the activity has forgotten their day, and do before that', async () => {
    const tenantId = await newTenant();
    const old = [0, 1, RETENTION_DAYS, RETENTION_DAYS + 1, 30, 400].map((days) => refused(tenantId, days));
    await requests.enter(old);
    const kept = old.slice(0, 3).map(({ id }) => id);
    expect((await entriesOf(tenantId)).map(({ commandId }) => commandId)).toEqual(kept);
    const forget = async (days: number) =>
      owner.query('spec.forget', 'select directory.drop_operation_partitions($1)', [days]);
    await forget(RETENTION_DAYS);
    expect(await entriesOf(tenantId)).toHaveLength(kept.length);
    await forget(1);
    await new PostgresRefusedRequests(database, 1).enter(old);
    expect(await entriesOf(tenantId)).toHaveLength(2);
  });

  it('leave the row of a command as it is', async () => {
    const tenantId = await newTenant();
    const withdrawn = refused(tenantId);
    await owner.query(
      'spec.withdrawn',
      `insert into directory.operations (id, tenant_id, token_id, request_id, type, resource_id, state, cause, decided_at)
       values ($1, $2, $2, 'r', 'user.create.requested', $2, 'cancelled', 'not_applied_in_time', now())`,
      [withdrawn.id, tenantId],
    );
    await requests.enter([withdrawn]);
    expect(await entriesOf(tenantId)).toMatchObject([
      { status: 'cancelled', cause: 'not_applied_in_time', tokenId: tenantId },
    ]);
  });

  it.each(['claimed', 'applied', 'cancelled', 'expired'])(
    'are all that may lack a token: nothing is %s without one',
    async (state) => {
      const insert = database.transaction({ tenants: [uuidV7()] }, (tx) =>
        tx.query(
          'spec.tokenless',
          `insert into directory.operations (id, tenant_id, request_id, type, resource_id, state, decided_at)
           select gen_random_uuid(), t, 'r', 'user.create.requested', t, $1, now()
           from unnest(current_setting('muster.tenants')::uuid[]) as t`,
          [state],
        ),
      );
      await expect(insert).rejects.toMatchObject({ constraint: 'operations_of_commands' });
    },
  );
});
