import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ProvisioningFailure, TenantId } from '@muster/contracts';
import type { Database } from '@muster/persistence';
import { PostgresMailQueue } from '../../../deliveries/adapters/postgres/postgres-mail-queue.js';
import { failureOf, newTenantId } from '../../../testing/failures.js';
import { openNotifierDatabase, type NotifierDatabase } from '../../../testing/notifier-database.js';
import { RecordFailures } from '../../application/record-failures.js';
import { PostgresCoveredFailures } from './postgres-covered-failures.js';
import { PostgresIncidentStore } from './postgres-incident-store.js';

const policy = { groupWaitMs: 120_000, quietPeriodMs: 24 * 60 * 60_000 };

interface StoredIncident {
  readonly incident_id: string;
  readonly grouping_key: string;
  readonly failure_count: number;
  readonly mail_sequence: number;
  readonly mail_gathering: boolean;
  readonly mail_failure_count: number;
  readonly mail_subject_count: number;
}

// For a machine that is busy with other tests.
jest.setTimeout(60_000);

describe('recording failures in Postgres', () => {
  let world: NotifierDatabase;
  let database: Database;
  const coverage = new PostgresCoveredFailures();

  beforeAll(async () => {
    world = await openNotifierDatabase();
    database = world.database;
  });

  afterAll(async () => {
    await world.drop();
  });

  function recorder(): RecordFailures {
    return new RecordFailures(
      new PostgresIncidentStore(database, new PostgresMailQueue()),
      policy,
      randomUUID,
    );
  }

  async function incidentsOf(tenantId: TenantId): Promise<readonly StoredIncident[]> {
    const text = 'select * from notifier.incidents where tenant_id = $1 order by grouping_key';
    return (await database.queryTenant<StoredIncident>(tenantId, 'test.incidents', text, [tenantId])).rows;
  }

  async function mailsOf(
    tenantId: TenantId,
  ): Promise<readonly { sequence: number; kind: string; wait_ms: number }[]> {
    const text = `select sequence, kind, 1000 * round(extract(epoch from due_at - created_at))::integer as wait_ms
      from notifier.deliveries where tenant_id = $1 order by created_at, sequence`;
    const { rows } = await database.queryTenant<{ sequence: number; kind: string; wait_ms: number }>(
      tenantId,
      'test.mails',
      text,
      [tenantId],
    );
    return rows;
  }

  function close(tenantId: TenantId, incidentId: string, sequence: number) {
    return database.transaction({ tenants: [tenantId] }, (transaction) =>
      coverage.close(transaction, { tenantId, incidentId, sequence }),
    );
  }

  it('makes one incident and one mail of a burst, whatever its batches', async () => {
    const tenantId = newTenantId();
    const burst = Array.from({ length: 1_200 }, () => failureOf(tenantId));
    for (let start = 0; start < burst.length; start += 500) {
      const batch = burst.slice(start, start + 500);
      expect(await recorder().record(batch)).toEqual({
        recorded: batch.length,
        mailsScheduled: start === 0 ? 1 : 0,
      });
    }
    expect(await incidentsOf(tenantId)).toMatchObject([
      {
        failure_count: 1_200,
        mail_sequence: 1,
        mail_gathering: true,
        mail_failure_count: 1_200,
        mail_subject_count: 1_200,
      },
    ]);
    expect(await mailsOf(tenantId)).toEqual([{ sequence: 1, kind: 'opened', wait_ms: policy.groupWaitMs }]);
  });

  it('takes a failure in once, however often it is delivered', async () => {
    const tenantId = newTenantId();
    const failures = Array.from({ length: 20 }, () => failureOf(tenantId));
    await recorder().record([...failures, ...failures]);
    expect(await recorder().record(failures)).toEqual({ recorded: 0, mailsScheduled: 0 });
    expect(await incidentsOf(tenantId)).toMatchObject([{ failure_count: 20, mail_subject_count: 20 }]);
  });

  it('counts a user once and each of the user`s failures', async () => {
    const tenantId = newTenantId();
    const subject = { userName: 'ada@fabrikam.example' };
    await recorder().record([failureOf(tenantId, { subject }), failureOf(tenantId, { subject })]);
    await recorder().record([failureOf(tenantId, { subject: { userName: 'Ada@Fabrikam.example' } })]);
    const [incident] = await incidentsOf(tenantId);
    expect(incident).toMatchObject({ failure_count: 3, mail_subject_count: 1 });
    expect(await close(tenantId, incident!.incident_id, 1)).toMatchObject({
      failureCount: 3,
      userCount: 1,
      groupCount: 0,
      otherCount: 0,
      names: ['ada@fabrikam.example'],
    });
  });

  it('covers resources of the tenant`s own types', async () => {
    const tenantId = newTenantId();
    const own = { resourceKind: 'resource' as const, resourceType: 'Badge', resourceId: 'b-1', subject: {} };
    await recorder().record([failureOf(tenantId), failureOf(tenantId, own), failureOf(tenantId, own)]);
    const [incident] = await incidentsOf(tenantId);
    expect(await close(tenantId, incident!.incident_id, 1)).toMatchObject({
      userCount: 1,
      otherCount: 1,
      names: expect.arrayContaining(['Badge b-1']),
    });
  });

  it('keeps tenants and groups apart', async () => {
    const [one, other] = [newTenantId(), newTenantId()];
    const result = await recorder().record([
      failureOf(one),
      failureOf(one, { groupingKey: 'litware.example' }),
      failureOf(one, { cause: 'duplicate_username', groupingKey: '' }),
      failureOf(other),
    ]);
    expect(result).toEqual({ recorded: 4, mailsScheduled: 4 });
    expect(await incidentsOf(one)).toHaveLength(3);
    expect(await incidentsOf(other)).toHaveLength(1);
  });

  it('leaves causes that owe nobody a mail to the activity log', async () => {
    const tenantId = newTenantId();
    expect(await recorder().record([failureOf(tenantId, { cause: 'rate_limited' })])).toEqual({
      recorded: 0,
      mailsScheduled: 0,
    });
    expect(await incidentsOf(tenantId)).toEqual([]);
  });

  it('lets a crowd open one incident together', async () => {
    const tenantId = newTenantId();
    const crowd = Array.from({ length: 8 }, () => Array.from({ length: 25 }, () => failureOf(tenantId)));
    const results = await Promise.all(crowd.map((batch) => recorder().record(batch)));
    expect(results.reduce((sum, { recorded }) => sum + recorded, 0)).toBe(200);
    expect(results.reduce((sum, { mailsScheduled }) => sum + mailsScheduled, 0)).toBe(1);
    expect(await incidentsOf(tenantId)).toMatchObject([{ failure_count: 200, mail_subject_count: 200 }]);
  });

  it('puts every failure into a mail when mails are closed while failures come in', async () => {
    const tenantId = newTenantId();
    const covered: number[] = [];
    await recorder().record([failureOf(tenantId)]);
    const recording = Promise.all(Array.from({ length: 10 }, () => recorder().record([failureOf(tenantId)])));
    const closing = (async () => {
      for (let closed = 0; closed < 3; closed += 1) {
        const [incident] = await incidentsOf(tenantId);
        if (!incident!.mail_gathering) continue;
        covered.push((await close(tenantId, incident!.incident_id, incident!.mail_sequence)).failureCount);
      }
    })();
    await Promise.all([recording, closing]);
    const [incident] = await incidentsOf(tenantId);
    if (incident!.mail_gathering)
      covered.push((await close(tenantId, incident!.incident_id, incident!.mail_sequence)).failureCount);
    expect(covered.reduce((sum, count) => sum + count, 0)).toBe(11);
    expect(await mailsOf(tenantId)).toHaveLength(covered.length);
  });

  it('owes the next mail after the quiet period once a mail is closed', async () => {
    const tenantId = newTenantId();
    await recorder().record([failureOf(tenantId)]);
    const [incident] = await incidentsOf(tenantId);
    await close(tenantId, incident!.incident_id, 1);
    const later: ProvisioningFailure[] = [failureOf(tenantId), failureOf(tenantId)];
    expect(await recorder().record(later)).toEqual({ recorded: 2, mailsScheduled: 1 });
    const mails = await mailsOf(tenantId);
    expect(mails[1]).toMatchObject({ sequence: 2, kind: 'continued' });
    expect(mails[1]!.wait_ms).toBeGreaterThanOrEqual(policy.quietPeriodMs);
    expect(await close(tenantId, incident!.incident_id, 2)).toMatchObject({
      failureCount: 2,
      episodeFailureCount: 3,
      userCount: 2,
    });
  });

  it('stores what strangers write as text and nothing else', async () => {
    const tenantId = newTenantId();
    const userName = `'); drop table notifier.incidents; --<img src=x>`;
    await recorder().record([failureOf(tenantId, { subject: { userName }, groupingKey: "x'; select 1" })]);
    const [incident] = await incidentsOf(tenantId);
    expect((await close(tenantId, incident!.incident_id, 1)).names).toEqual([userName]);
  });

  it('shows no row of a tenant that the transaction does not list', async () => {
    const [mine, theirs] = [newTenantId(), newTenantId()];
    await recorder().record([failureOf(mine), failureOf(theirs)]);
    const tables = ['incidents', 'incident_subjects', 'deliveries', 'delivery_attempts'];
    for (const table of tables) {
      const text = `select count(*)::integer as count from notifier.${table} where tenant_id <> $1`;
      const { rows } = await database.queryTenant<{ count: number }>(mine, `test.other-${table}`, text, [
        mine,
      ]);
      expect(rows).toEqual([{ count: 0 }]);
    }
    const update = database.transaction({ tenants: [mine] }, (transaction) =>
      transaction.query('test.steal', 'update notifier.incidents set tenant_id = $1 where tenant_id = $2', [
        theirs,
        mine,
      ]),
    );
    await expect(update).rejects.toMatchObject({ name: 'DatabaseError' });
  });
});
