import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { TenantId } from '@muster/contracts';
import { armFailpoints, createLogger } from '@muster/service';
import { createMetrics } from '@muster/telemetry';
import { PostgresCoveredFailures } from '../../incidents/adapters/postgres/postgres-covered-failures.js';
import { PostgresIncidentStore } from '../../incidents/adapters/postgres/postgres-incident-store.js';
import { RecordFailures } from '../../incidents/application/record-failures.js';
import { failureOf, newTenantId } from '../../testing/failures.js';
import { openNotifierDatabase, type NotifierDatabase } from '../../testing/notifier-database.js';
import { SmtpDouble } from '../../testing/smtp-double.js';
import { PostgresDeliveryStore } from '../adapters/postgres/postgres-delivery-store.js';
import { PostgresMailQueue } from '../adapters/postgres/postgres-mail-queue.js';
import { FailureMailComposer } from '../adapters/rendering/failure-mail-composer.js';
import { NodemailerMailSender } from '../adapters/smtp/nodemailer-mail-sender.js';
import { retryPolicy, type RetryPolicy } from '../domain/after-attempt.js';
import type { NotificationSettings } from '../domain/recipient.js';
import { DeliverMail } from './deliver-mail.js';
import { DeliveryLoop } from './delivery-loop.js';

const LEASE_MS = 60_000;

// For a machine that is busy with other tests.
jest.setTimeout(60_000);

describe('delivering mails', () => {
  let world: NotifierDatabase;
  let store: PostgresDeliveryStore;
  let smtp: SmtpDouble;
  let settings: NotificationSettings | null | Error;
  let metrics: ReturnType<typeof createMetrics>;
  const logger = createLogger({ service: 'notifier-test', level: 'silent' });

  beforeAll(async () => {
    world = await openNotifierDatabase();
    store = new PostgresDeliveryStore(world.database, new PostgresCoveredFailures());
  });

  afterAll(async () => {
    await world.drop();
  });

  beforeEach(async () => {
    // What an earlier test left undone is not this test's to deliver.
    await world.database.query('test.clear', 'delete from notifier.delivery_schedule');
    smtp = await SmtpDouble.start();
    settings = { tenantName: 'contoso', email: 'it@contoso.example', enabled: true };
    metrics = createMetrics('notifier', { processMetrics: false });
  });

  afterEach(async () => {
    armFailpoints(undefined);
    await smtp.close();
  });

  /** Failures whose mail is due at once. */
  async function owe(tenantId: TenantId, count = 1, quietPeriodMs = 60_000): Promise<void> {
    const incidents = new PostgresIncidentStore(world.database, new PostgresMailQueue());
    const recorder = new RecordFailures(incidents, { groupWaitMs: 0, quietPeriodMs }, randomUUID);
    await recorder.record(Array.from({ length: count }, () => failureOf(tenantId)));
  }

  /** Deferred mails are due again at once and never too old, unless said otherwise. */
  function deliverMail(retries: RetryPolicy = { delaysMs: [0], ageMsMax: 60_000 }): DeliverMail {
    return new DeliverMail({
      store,
      settings: {
        settingsOf: async () => {
          if (settings instanceof Error) throw settings;
          return settings;
        },
      },
      composer: new FailureMailComposer('muster.example', 'https://console.example'),
      sender: new NodemailerMailSender({
        url: smtp.url,
        requireTls: false,
        from: 'muster@muster.example',
        timeoutMs: 10_000,
      }),
      retries,
      metrics,
      logger,
      now: () => new Date(),
    });
  }

  async function deliverDue(deliver = deliverMail()): Promise<number> {
    const due = await store.claimDue(10, LEASE_MS);
    for (const mail of due) await deliver.deliver(mail);
    return due.length;
  }

  it('sends one mail for a failure group, and says so', async () => {
    const tenantId = newTenantId();
    await owe(tenantId, 3);
    expect(await deliverDue()).toBe(1);
    expect(await deliverDue()).toBe(0);
    expect(smtp.received).toHaveLength(1);
    expect(smtp.received[0]?.mail.subject).toBe(
      '[contoso] 3 users could not be provisioned: domain not registered',
    );
    const [report] = await store.list(tenantId, 10);
    expect(report).toMatchObject({
      state: 'sent',
      reason: null,
      failureCount: 3,
      cause: 'domain_not_registered',
      recipient: 'it@contoso.example',
      messageId: smtp.received[0]?.mail.messageId,
      attempts: [{ outcome: 'accepted', smtpCode: 250 }],
    });
    expect(report?.settledAt).toBeInstanceOf(Date);
    const { body } = await metrics.render();
    expect(body).toMatch(/^muster_mails_total\{.*outcome="accepted".*\} 1$/m);
    expect(body).toMatch(/^muster_notification_delay_seconds_count\{.*\} 1$/m);
  });

  it('tries again with the same words and the same Message-ID', async () => {
    const tenantId = newTenantId();
    await owe(tenantId, 2);
    smtp.next(
      { kind: 'refuse-recipient', code: 450 },
      { kind: 'refuse-content', code: 451 },
      { kind: 'drop-after-final-dot' },
    );
    expect(await deliverDue()).toBe(1);
    await owe(tenantId, 5);
    for (let attempt = 2; attempt <= 4; attempt += 1) await deliverDue();
    const [lost, taken] = smtp.received;
    expect(smtp.received).toHaveLength(2);
    expect(taken?.mail.messageId).toBe(lost?.mail.messageId);
    expect(taken?.mail.subject).toBe('[contoso] 2 users could not be provisioned: domain not registered');
    expect(taken?.mail.text).toBe(lost?.mail.text);
    const first = (await store.list(tenantId, 10)).find(({ sequence }) => sequence === 1);
    expect(first).toMatchObject({ state: 'sent' });
    expect(first?.attempts.map(({ outcome, smtpCode }) => [outcome, smtpCode])).toEqual([
      ['deferred', 450],
      ['deferred', 451],
      ['deferred', null],
      ['accepted', 250],
    ]);
  });

  it('waits a minute before the second attempt', async () => {
    const tenantId = newTenantId();
    await owe(tenantId);
    smtp.next({ kind: 'refuse-recipient', code: 450 });
    await deliverDue(deliverMail(retryPolicy()));
    expect(await store.claimDue(10, LEASE_MS)).toEqual([]);
    const { rows } = await world.database.query<{ wait_ms: number }>(
      'test.wait',
      `select (extract(epoch from due_at - now()) * 1000)::integer as wait_ms from notifier.delivery_schedule where tenant_id = $1`,
      [tenantId],
    );
    expect(rows[0]?.wait_ms).toBeGreaterThan(50_000);
    expect(rows[0]?.wait_ms).toBeLessThanOrEqual(60_000);
  });

  it('parks what the server refuses for good, visibly', async () => {
    const tenantId = newTenantId();
    await owe(tenantId);
    smtp.next({ kind: 'refuse-recipient', code: 550 });
    await deliverDue();
    expect(await deliverDue()).toBe(0);
    expect(await store.list(tenantId, 10)).toMatchObject([
      { state: 'parked', reason: 'refused', attempts: [{ outcome: 'refused', smtpCode: 550 }] },
    ]);
    expect((await metrics.render()).body).toMatch(/^muster_mails_total\{.*outcome="parked".*\} 1$/m);
  });

  it.each([
    [
      'switched notifications off',
      { tenantName: 'contoso', email: 'it@contoso.example', enabled: false },
      'notifications_off',
    ],
    ['gave no address', { tenantName: 'contoso', email: null, enabled: true }, 'no_address'],
    [
      'gave two addresses',
      { tenantName: 'contoso', email: 'a@x.example,b@x.example', enabled: true },
      'address_invalid',
    ],
    ['is gone', null, 'tenant_unknown'],
  ])('writes to nobody when the tenant %s, and says so', async (_, chosen, reason) => {
    const tenantId = newTenantId();
    settings = chosen;
    await owe(tenantId);
    await deliverDue();
    expect(smtp.received).toEqual([]);
    expect(await store.list(tenantId, 10)).toMatchObject([
      { state: 'suppressed', reason, recipient: null, failureCount: 1 },
    ]);
  });

  it('waits for a directory that does not answer, without counting an attempt', async () => {
    const tenantId = newTenantId();
    await owe(tenantId);
    settings = new Error('down');
    await deliverDue();
    expect(await store.list(tenantId, 10)).toMatchObject([{ state: 'scheduled', attempts: [] }]);
    settings = { tenantName: 'contoso', email: 'it@contoso.example', enabled: true };
    await world.database.query(
      'test.hurry',
      'update notifier.delivery_schedule set due_at = now() where tenant_id = $1',
      [tenantId],
    );
    await deliverDue();
    expect(await store.list(tenantId, 10)).toMatchObject([{ state: 'sent' }]);
  });

  it('sends again, recognisably, after a crash between the server`s 250 and the mark', async () => {
    const tenantId = newTenantId();
    await owe(tenantId);
    armFailpoints('notifier.after-smtp=throw*1');
    const [claimed] = await store.claimDue(1, 0);
    await expect(deliverMail().deliver(claimed!)).rejects.toThrow('failpoint');
    expect(await store.list(tenantId, 10)).toMatchObject([{ state: 'scheduled', attempts: [] }]);
    await deliverDue();
    expect(smtp.received).toHaveLength(2);
    expect(smtp.received[1]?.mail.messageId).toBe(smtp.received[0]?.mail.messageId);
    expect(await store.list(tenantId, 10)).toMatchObject([{ state: 'sent' }]);
  });

  it('does not let a process whose lease ended undo what another one did', async () => {
    const tenantId = newTenantId();
    await owe(tenantId);
    const [late] = await store.claimDue(1, 0);
    smtp.next({ kind: 'refuse-recipient', code: 550 });
    const slow = deliverMail().deliver(late!);
    await slow;
    expect(await store.list(tenantId, 10)).toMatchObject([{ state: 'parked' }]);
    await deliverMail().deliver(late!);
    expect(smtp.received).toEqual([]);
    await store.postpone(late!, 0);
    expect(await store.claimDue(10, LEASE_MS)).toEqual([]);
  });

  it('never has one mail in two hands: four loops, forty mails, one copy of each', async () => {
    const tenants = Array.from({ length: 40 }, newTenantId);
    await Promise.all(tenants.map((tenantId) => owe(tenantId)));
    smtp.next(...Array.from({ length: 40 }, () => ({ kind: 'accept', delayMs: 20 }) as const));
    const loops = Array.from(
      { length: 4 },
      () =>
        new DeliveryLoop({
          store,
          deliver: deliverMail(),
          concurrency: 3,
          leaseMs: LEASE_MS,
          pollMs: 20,
          logger,
        }),
    );
    await smtp.untilReceived(40);
    await Promise.all(loops.map((loop) => loop.close()));
    expect(smtp.received).toHaveLength(40);
    expect(new Set(smtp.received.map(({ mail }) => mail.messageId)).size).toBe(40);
    expect(smtp.concurrentSameMail).toBe(1);
    expect(await store.countWaiting()).toBe(0);
  });

  it('goes on with the others when one mail cannot be handled', async () => {
    const [broken, sound] = [newTenantId(), newTenantId()];
    await owe(broken);
    await owe(sound);
    const deliver = deliverMail();
    const loop = new DeliveryLoop({
      store,
      deliver: {
        deliver: async (mail) => {
          if (mail.tenantId === broken) throw new Error('a bug');
          await deliver.deliver(mail);
        },
      },
      concurrency: 1,
      leaseMs: LEASE_MS,
      pollMs: 20,
      logger,
    });
    await smtp.untilReceived(1);
    await loop.close();
    expect(await store.list(sound, 10)).toMatchObject([{ state: 'sent' }]);
    expect(await store.list(broken, 10)).toMatchObject([{ state: 'scheduled' }]);
  });

  it('follows up in the thread of the first mail after the quiet period', async () => {
    const tenantId = newTenantId();
    await owe(tenantId, 1, 0);
    await deliverDue();
    await owe(tenantId, 1, 60_000);
    await world.database.query(
      'test.hurry-next',
      'update notifier.delivery_schedule set due_at = now() where tenant_id = $1',
      [tenantId],
    );
    await deliverDue();
    const [first, second] = smtp.received;
    expect(second?.mail.subject).toBe(
      '[contoso] 1 user still could not be provisioned: domain not registered',
    );
    expect(second?.mail.inReplyTo).toBe(first?.mail.messageId);
    expect(second?.mail.messageId).not.toBe(first?.mail.messageId);
  });
});
