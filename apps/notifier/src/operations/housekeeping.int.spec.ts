import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { TenantId } from '@muster/contracts';
import { createLogger } from '@muster/service';
import { forgetDeliveries } from '../deliveries/adapters/postgres/forget-deliveries.js';
import { PostgresDeliveryStore } from '../deliveries/adapters/postgres/postgres-delivery-store.js';
import { PostgresMailQueue } from '../deliveries/adapters/postgres/postgres-mail-queue.js';
import { forgetIncidents } from '../incidents/adapters/postgres/forget-incidents.js';
import { PostgresCoveredFailures } from '../incidents/adapters/postgres/postgres-covered-failures.js';
import { PostgresIncidentStore } from '../incidents/adapters/postgres/postgres-incident-store.js';
import { RecordFailures } from '../incidents/application/record-failures.js';
import { failureOf, newTenantId } from '../testing/failures.js';
import { openNotifierDatabase, type NotifierDatabase } from '../testing/notifier-database.js';
import { Housekeeping } from './housekeeping.js';

// For a machine that is busy with other tests.
jest.setTimeout(60_000);

const DAY_MS = 24 * 60 * 60_000;

describe('Housekeeping', () => {
  let world: NotifierDatabase;
  let store: PostgresDeliveryStore;

  beforeAll(async () => {
    world = await openNotifierDatabase();
    store = new PostgresDeliveryStore(world.database, new PostgresCoveredFailures());
  });

  afterAll(async () => {
    await world.drop();
  });

  async function record(failures: readonly ReturnType<typeof failureOf>[]): Promise<number> {
    const incidents = new PostgresIncidentStore(world.database, new PostgresMailQueue());
    const recorder = new RecordFailures(incidents, { groupWaitMs: 0, quietPeriodMs: 0 }, randomUUID);
    return (await recorder.record(failures)).recorded;
  }

  /** Sends what is due to nobody in particular: it is accepted. */
  async function settleDue(): Promise<void> {
    for (const mail of await store.claimDue(10, 60_000)) {
      await store.write(mail, 'contoso');
      const attempt = {
        attemptedAt: new Date(),
        durationMs: 1,
        outcome: 'accepted',
        smtpCode: 250,
        response: 'ok',
      } as const;
      await store.settle(mail, {
        recipient: 'it@contoso.example',
        messageId: '<1>',
        attempt,
        next: { state: 'sent' },
      });
    }
  }

  async function tidyAfter(days: number): Promise<void> {
    const now = (): Date => new Date(Date.now() + days * DAY_MS);
    const logger = createLogger({ service: 'notifier', level: 'silent' });
    const housekeeping = new Housekeeping(world.database, [forgetDeliveries, forgetIncidents], logger, now);
    await housekeeping.tidy();
    await housekeeping.close();
  }

  async function rowsOf(tenantId: TenantId): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const table of ['incidents', 'incident_subjects', 'deliveries', 'delivery_attempts']) {
      const text = `select count(*)::integer as count from notifier.${table} where tenant_id = $1`;
      const { rows } = await world.database.queryTenant<{ count: number }>(tenantId, `test.${table}`, text, [
        tenantId,
      ]);
      counts[table] = rows[0]?.count ?? -1;
    }
    return counts;
  }

  it('forgets mails and names after 90 days, and what is still owed never', async () => {
    const [settled, owed] = [newTenantId(), newTenantId()];
    await record([failureOf(settled)]);
    await settleDue();
    await record([failureOf(owed)]);
    await tidyAfter(89);
    const kept = { incidents: 1, incident_subjects: 1, deliveries: 1, delivery_attempts: 1 };
    expect(await rowsOf(settled)).toEqual(kept);
    await tidyAfter(91);
    expect(await rowsOf(settled)).toEqual({
      incidents: 0,
      incident_subjects: 0,
      deliveries: 0,
      delivery_attempts: 0,
    });
    expect(await rowsOf(owed)).toMatchObject({ incidents: 1, incident_subjects: 1, deliveries: 1 });
  });

  it('remembers a failure for as long as its topic may deliver it again', async () => {
    const tenantId = newTenantId();
    const known = failureOf(tenantId);
    await record([known]);
    await tidyAfter(34);
    expect(await record([known])).toBe(0);
    await tidyAfter(36);
    expect(await record([known])).toBe(1);
  });
});
