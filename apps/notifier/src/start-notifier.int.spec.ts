import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  FAILURES_TOPIC,
  deadLetterTopic,
  failureRecord,
  topicContracts,
  type ProvisioningFailure,
  type TenantId,
} from '@muster/contracts';
import {
  openInProcessEventLog,
  type EventLog,
  type ReceivedRecord,
  type RecordAppender,
} from '@muster/messaging';
import { createLogger } from '@muster/service';
import { startTelemetry, type Telemetry } from '@muster/telemetry';
import { startOtlpSink, type OtlpSink } from '@muster/telemetry/testing';
import { parseNotifierConfig } from './config.js';
import type { DeliveryReport } from './deliveries/domain/delivery.js';
import { startNotifier, type Notifier } from './start-notifier.js';
import { DirectoryDouble } from './testing/directory-double.js';
import { failureOf, newTenantId } from './testing/failures.js';
import { openNotifierDatabase, type NotifierDatabase } from './testing/notifier-database.js';
import { SmtpDouble } from './testing/smtp-double.js';
import { until } from './testing/until.js';

const INTERNAL_TOKEN = 'a-service-credential-of-32-letters';

// For a machine that is busy with other tests.
jest.setTimeout(60_000);

/** Mails wait for company until the test says so: a test must not depend on how fast the machine is. */
const PATIENT = { GROUP_WAIT_MS: '600000' };

describe('the notifier', () => {
  let world: NotifierDatabase;
  let directory: DirectoryDouble;
  let smtp: SmtpDouble;
  let eventLog: EventLog;
  let appender: RecordAppender;
  const notifiers: Notifier[] = [];

  beforeAll(async () => {
    world = await openNotifierDatabase();
    directory = await DirectoryDouble.start(INTERNAL_TOKEN);
  });

  afterAll(async () => {
    await directory.close();
    await world.drop();
  });

  beforeEach(async () => {
    smtp = await SmtpDouble.start();
    eventLog = openInProcessEventLog();
    await eventLog.createTopics(topicContracts);
    appender = await eventLog.openAppender({ name: 'test' });
  });

  afterEach(async () => {
    await Promise.all(notifiers.splice(0).map((notifier) => notifier.close()));
    await eventLog.close();
    await smtp.close();
    directory.isDown = false;
  });

  async function start(env: Readonly<Record<string, string>> = {}): Promise<Notifier> {
    const config = parseNotifierConfig({
      MUSTER_ENV: 'test',
      LOG_LEVEL: 'silent',
      INTERNAL_TOKEN,
      DATABASE_URL: world.url,
      DATABASE_POOL_MAX: '6',
      DIRECTORY_URL: directory.url,
      SMTP_URL: smtp.url,
      MAIL_FROM: 'Muster <muster@muster.example>',
      CONSOLE_URL: 'https://console.example',
      GROUP_WAIT_MS: '100',
      MAIL_POLL_MS: '20',
      MAIL_RETRY_SCALE: '0.001',
      ...env,
    });
    const logger = createLogger({ service: 'notifier', level: 'silent' });
    const notifier = await startNotifier(config, { eventLog, logger });
    notifiers.push(notifier);
    return notifier;
  }

  async function publish(failures: readonly ProvisioningFailure[]): Promise<void> {
    for (let first = 0; first < failures.length; first += 500) {
      await appender.append(failures.slice(first, first + 500).map(failureRecord));
    }
  }

  function tenantWithMail(): TenantId {
    const tenantId = newTenantId();
    directory.notify(tenantId, 'it@contoso.example');
    return tenantId;
  }

  async function reportsOf(
    notifier: Notifier,
    tenantId: TenantId,
    token = INTERNAL_TOKEN,
  ): Promise<readonly DeliveryReport[]> {
    const response = await fetch(`${notifier.url}/internal/v1/tenants/${tenantId}/deliveries`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(200);
    return ((await response.json()) as { deliveries: readonly DeliveryReport[] }).deliveries;
  }

  /** For mails with company: waits until the mail covers so many failures, and only then lets it be due. */
  async function sendWith(notifier: Notifier, tenantId: TenantId, failureCount: number): Promise<void> {
    await until(
      () => reportsOf(notifier, tenantId),
      ([report]) => report?.failureCount === failureCount,
    );
    await world.database.query(
      'test.hurry',
      'update notifier.delivery_schedule set due_at = now() where tenant_id = $1',
      [tenantId],
    );
  }

  async function isReady(notifier: Notifier): Promise<boolean> {
    const response = await fetch(`${notifier.operationsUrl}/readyz`);
    await response.text();
    return response.status === 200;
  }

  it('tells a tenant of 5,000 failures in one mail that names ten users and counts the rest', async () => {
    const notifier = await start(PATIENT);
    const tenantId = tenantWithMail();
    await publish(Array.from({ length: 5_000 }, () => failureOf(tenantId)));
    await sendWith(notifier, tenantId, 5_000);
    await smtp.untilReceived(1);
    const reports = await until(
      () => reportsOf(notifier, tenantId),
      ([report]) => report?.state === 'sent',
    );
    expect(reports).toMatchObject([{ state: 'sent', failureCount: 5_000, groupingKey: 'fabrikam.example' }]);
    expect(smtp.received).toHaveLength(1);
    const [received] = smtp.received;
    expect(received?.mail.subject).toBe(
      '[contoso] 5,000 users could not be provisioned: domain not registered',
    );
    expect(received?.mail.text?.match(/ {2}- user-/g)).toHaveLength(10);
    expect(received?.mail.text).toContain('and 4,990 more');
    const metrics = await (await fetch(`${notifier.operationsUrl}/metrics`)).text();
    expect(metrics).toMatch(/^muster_failures_consumed_total\{.*cause="domain_not_registered".*\} 5000$/m);
    expect(metrics).toMatch(/^muster_mails_total\{.*outcome="accepted".*\} 1$/m);
    expect(metrics).toMatch(/^muster_mails_waiting\{.*\} 0$/m);
  });

  it('takes redelivered failures in once', async () => {
    const notifier = await start(PATIENT);
    const tenantId = tenantWithMail();
    const failures = Array.from({ length: 30 }, () => failureOf(tenantId));
    await publish(failures);
    await publish(failures);
    await sendWith(notifier, tenantId, failures.length);
    await smtp.untilReceived(1);
    // Behind each of them in its partition comes one of another tenant: once that is taken in, so were they.
    const marker = tenantWithMail();
    const behind = failures.map(({ requestId }) => failureOf(marker, { resourceId: requestId }));
    await publish(failures);
    await publish(behind);
    await sendWith(notifier, marker, behind.length);
    await smtp.untilReceived(2);
    expect(await reportsOf(notifier, tenantId)).toMatchObject([
      { state: 'sent', failureCount: failures.length },
    ]);
    expect(smtp.received).toHaveLength(2);
  });

  it('sends one mail per tenant and cause, each to its own tenant', async () => {
    await start();
    const [one, other] = [newTenantId(), newTenantId()];
    directory.notify(one, 'one@contoso.example');
    directory.notify(other, 'other@litware.example', { tenantName: 'litware' });
    await publish([
      failureOf(one),
      failureOf(one, { cause: 'duplicate_username', groupingKey: '' }),
      failureOf(other, { subject: { userName: 'grace@fabrikam.example' } }),
    ]);
    const received = await smtp.untilReceived(3);
    const subjects = (recipient: string): (string | undefined)[] =>
      received.filter(({ recipients }) => recipients.includes(recipient)).map(({ mail }) => mail.subject);
    expect(subjects('one@contoso.example').sort()).toEqual([
      '[contoso] 1 user could not be provisioned: domain not registered',
      '[contoso] 1 user could not be provisioned: duplicate username',
    ]);
    expect(subjects('other@litware.example')).toEqual([
      '[litware] 1 user could not be provisioned: domain not registered',
    ]);
    const toOne = received.filter(({ recipients }) => recipients.includes('one@contoso.example'));
    for (const { raw } of toOne) expect(raw).not.toMatch(/grace|litware/);
  });

  it.each([
    ['not JSON', Buffer.from('{'), undefined],
    ['an unknown cause', undefined, { cause: 'made_up' }],
    ['a failure id with a NUL', undefined, { failureId: 'a\u0000b' }],
    ['a time that is none', undefined, { occurredAt: 'yesterday' }],
    ['a tenant that is no UUID', undefined, { tenantId: 'contoso' }],
  ])('sets %s aside with its reason, and goes on', async (_, value, changes) => {
    await start();
    const tenantId = tenantWithMail();
    const record = failureRecord(failureOf(tenantId));
    const poison = value ?? Buffer.from(JSON.stringify({ ...failureOf(tenantId), ...changes }));
    await appender.append([{ ...record, value: poison }]);
    await publish([failureOf(tenantId, { resourceId: record.key })]);
    await smtp.untilReceived(1);
    const [letter] = await deadLetters(1);
    expect(letter?.value?.equals(poison)).toBe(true);
    expect(letter?.headers).toMatchObject({ 'x-orig-topic': FAILURES_TOPIC, 'x-attempts': '0' });
    expect(letter?.headers['x-error']).toMatch(/^MalformedMessageError/);
  });

  async function deadLetters(count: number): Promise<readonly ReceivedRecord[]> {
    const letters: ReceivedRecord[] = [];
    const subscription = await eventLog.subscribe({
      groupId: 'test-dead-letters',
      topics: [deadLetterTopic(FAILURES_TOPIC)],
      startFrom: 'earliest',
      onBatch: async ({ records }) => void letters.push(...records),
      onDeath: (error) => {
        throw error;
      },
    });
    await until(
      async () => letters.length,
      (length) => length >= count,
    );
    await subscription.close();
    return letters;
  }

  it('lets nothing of a failure become a header, a recipient or markup', async () => {
    const notifier = await start(PATIENT);
    const tenantId = newTenantId();
    directory.notify(tenantId, 'it@contoso.example', { tenantName: 'x\r\nBcc: evil@x.example' });
    await publish([
      failureOf(tenantId, {
        subject: { userName: 'x\r\nBcc: evil@x.example\r\n\r\nbody' },
        groupingKey: 'a\r\nb',
      }),
      failureOf(tenantId, {
        subject: { displayName: '<img src=x onerror=alert(1)>' },
        groupingKey: 'a\r\nb',
      }),
      failureOf(tenantId, {
        subject: { userName: 'n'.repeat(100_000) },
        groupingKey: 'a\r\nb',
        detail: 'd'.repeat(100_000),
      }),
    ]);
    await sendWith(notifier, tenantId, 3);
    const [received] = await smtp.untilReceived(1);
    expect(received?.recipients).toEqual(['it@contoso.example']);
    expect(received?.mail.bcc).toBeUndefined();
    expect(received?.mail.subject).toBe(
      '[x Bcc: evil@x.example] 3 users could not be provisioned: domain not registered',
    );
    expect(received?.mail.html).not.toMatch(/<img/);
    expect(received?.mail.html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(received?.raw.length).toBeLessThan(50_000);
  });

  it('shares the work between two notifiers without sending a mail twice', async () => {
    const [first] = await Promise.all([start(PATIENT), start(PATIENT)]);
    const tenants = Array.from({ length: 20 }, tenantWithMail);
    smtp.next(...Array.from({ length: 20 }, () => ({ kind: 'accept', delayMs: 30 }) as const));
    await publish(
      tenants.flatMap((tenantId) => [failureOf(tenantId), failureOf(tenantId), failureOf(tenantId)]),
    );
    await Promise.all(tenants.map((tenantId) => sendWith(first, tenantId, 3)));
    await smtp.untilReceived(20);
    for (const tenantId of tenants) {
      const reports = await until(
        () => reportsOf(first, tenantId),
        ([report]) => report?.state === 'sent',
      );
      expect(reports).toMatchObject([{ failureCount: 3, attempts: [{ outcome: 'accepted' }] }]);
    }
    expect(new Set(smtp.received.map(({ mail }) => mail.messageId)).size).toBe(20);
    expect(smtp.received).toHaveLength(20);
    expect(smtp.concurrentSameMail).toBe(1);
  });

  it('shows whom it wrote to nobody for, and asks for the credential', async () => {
    const notifier = await start();
    const tenantId = newTenantId();
    directory.notify(tenantId, null);
    await publish([failureOf(tenantId)]);
    const reports = await until(
      () => reportsOf(notifier, tenantId),
      ([report]) => report?.state === 'suppressed',
    );
    expect(reports).toMatchObject([{ reason: 'no_address', recipient: null, failureCount: 1, attempts: [] }]);
    expect(await reportsOf(notifier, newTenantId())).toEqual([]);
    const answers = await Promise.all([
      fetch(`${notifier.url}/internal/v1/tenants/${tenantId}/deliveries`),
      fetch(`${notifier.url}/internal/v1/tenants/${tenantId}/deliveries`, {
        headers: { authorization: 'Bearer wrong' },
      }),
      fetch(`${notifier.url}/internal/v1/tenants/x/deliveries`, {
        headers: { authorization: `Bearer ${INTERNAL_TOKEN}` },
      }),
      fetch(`${notifier.url}/internal/v1/tenants/${tenantId}/deliveries?limit=0`, {
        headers: { authorization: `Bearer ${INTERNAL_TOKEN}` },
      }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 404, 400]);
  });

  it('keeps what it owes over a restart, and waits for a mail server that is away', async () => {
    const before = await start(PATIENT);
    const tenantId = tenantWithMail();
    smtp.next({ kind: 'refuse-recipient', code: 450 });
    await publish([failureOf(tenantId)]);
    await sendWith(before, tenantId, 1);
    await before.close();
    const after = await start();
    await smtp.untilReceived(1);
    const reports = await until(
      () => reportsOf(after, tenantId),
      ([report]) => report?.state === 'sent',
    );
    expect(reports[0]?.attempts.map(({ outcome }) => outcome)).toEqual(['deferred', 'accepted']);
  });

  it('is alive at once, ready when it consumes, and closed when it says so', async () => {
    const notifier = await start();
    expect((await fetch(`${notifier.operationsUrl}/livez`)).status).toBe(200);
    await until(
      () => isReady(notifier),
      (ready) => ready,
    );
    await notifier.close();
    await expect(fetch(`${notifier.operationsUrl}/livez`)).rejects.toThrow();
    await expect(fetch(`${notifier.url}/internal`)).rejects.toThrow();
  });

  describe('traced', () => {
    let sink: OtlpSink;
    let telemetry: Telemetry;

    beforeEach(async () => {
      sink = await startOtlpSink();
      telemetry = startTelemetry({
        service: 'notifier',
        version: '0',
        instanceId: 'test',
        endpoint: sink.endpoint,
        samplingRatio: 0,
        exportDelayMs: 50,
      });
    });

    afterEach(async () => {
      await telemetry.shutdown();
      await sink.close();
    });

    it('takes in and mails in the trace of the first failure, with links to the others and no name in it', async () => {
      const notifier = await start(PATIENT);
      const tenantId = tenantWithMail();
      const traces = Array.from({ length: 3 }, (_, index) =>
        String(index + 1)
          .repeat(32)
          .slice(0, 32),
      );
      await publish(
        traces.map((traceId, index) =>
          failureOf(tenantId, {
            traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
            occurredAt: new Date(Date.UTC(2026, 2, 2, 8, 0, index)).toISOString(),
          }),
        ),
      );
      for (const traceId of traces) {
        const taken = await sink.waitFor(
          (span) => span.traceId === traceId && span.name === `process ${FAILURES_TOPIC}`,
        );
        expect(taken).toMatchObject({ kind: 'consumer', parentSpanId: '00f067aa0ba902b7', failed: false });
      }
      await sendWith(notifier, tenantId, 3);
      const sent = await sink.waitFor((span) => span.name === 'send mail');
      expect(sent).toMatchObject({ traceId: traces[0], kind: 'client', failed: false });
      expect(sent.links.map(({ traceId }) => traceId)).toEqual(traces.slice(1));
      expect(sent.attributes).toMatchObject({ 'muster.tenant_id': tenantId, 'muster.outcome': 'accepted' });
      await telemetry.flush();
      expect(sink.received()).not.toMatch(/fabrikam|contoso/);
    });
  });
});
