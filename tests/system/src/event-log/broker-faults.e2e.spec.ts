import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AppenderReopenedError, openKafkaEventLog, type KafkaEventLog } from '@muster/messaging';
import { createTopic, openReader, textOf, textRecord, uniqueName, until } from '@muster/messaging/testing';
import { defaultCacheDir, provideKafkaRequirements, startKafka, type RunningKafka } from '@muster/stack';

jest.setTimeout(180_000);

const kafka = await provideKafkaRequirements({ cacheDir: defaultCacheDir() });
if (!kafka.available && process.env['REQUIRE_KAFKA'] === '1') {
  throw new Error(`REQUIRE_KAFKA is set, but there is ${kafka.missing}`);
}
const describeWhereKafkaRuns = kafka.available ? describe : describe.skip;

/** A broker of this file alone, because it is killed. */
describeWhereKafkaRuns('the event log while its only broker is killed or hangs', () => {
  let folder: string;
  let broker: RunningKafka;
  let log: KafkaEventLog;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'muster-broker-faults-'));
    broker = await startKafka({ dir: folder });
    log = openKafkaEventLog({ brokers: [broker.brokers], clientId: 'broker-faults' });
  });

  afterAll(async () => {
    await log.close();
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function restart(whileDown: () => Promise<void> = async () => undefined): Promise<void> {
    process.kill(broker.pid, 'SIGKILL');
    await broker.ended;
    await whileDown();
    broker = await startKafka({ dir: folder, port: broker.port });
  }

  it('delivers every append that was confirmed, without a death', async () => {
    const topic = await createTopic(log, 3);
    const appender = await log.openAppender({ name: 'test' });
    const reader = await openReader(log, { topics: [topic] });
    const confirmed: string[] = [];
    let rejected = 0;
    let isWriting = true;
    const writing = (async () => {
      for (let number = 0; isWriting; number += 1) {
        const text = `n${String(number)}`;
        await appender.append([textRecord(topic, text, text)]).then(
          () => confirmed.push(text),
          () => (rejected += 1),
        );
      }
    })();
    await until('traffic flows', () => reader.records.length > 20);
    await restart(async () => {
      await until('appends are rejected meanwhile', () => rejected > 0);
      await expect(log.ping()).rejects.toThrow();
    });
    const confirmedBefore = confirmed.length;
    await until('appends are confirmed again', () => confirmed.length > confirmedBefore + 20);
    isWriting = false;
    await writing;
    await until('everything confirmed is read', () => {
      const read = new Set(reader.texts());
      return confirmed.every((text) => read.has(text));
    });
    expect(reader.deaths).toEqual([]);
    await until('the reader is a member again', () => reader.subscription.isAlive());
    await reader.subscription.close();
    await appender.close();
  });

  it('bounds every wait while the broker hangs, and goes on when it answers again', async () => {
    const topic = await createTopic(log, 2);
    const appender = await log.openAppender({ name: 'test' });
    const reader = await openReader(log, { topics: [topic] });
    await appender.append([textRecord(topic, 'k', 'before')]);
    await until('traffic flows', () => reader.records.length === 1);
    process.kill(broker.pid, 'SIGSTOP');
    try {
      const startedAt = performance.now();
      const outcomes = await Promise.allSettled([
        appender.append([textRecord(topic, 'k', 'sent')]),
        appender.append([textRecord(topic, 'k', 'queued')]),
        log.ping(),
      ]);
      expect(performance.now() - startedAt).toBeLessThan(8_000);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
      await until('the reader knows that it hears nothing', () => !reader.subscription.isAlive());
    } finally {
      process.kill(broker.pid, 'SIGCONT');
    }
    await until('appends are confirmed again', () =>
      appender.append([textRecord(topic, 'k', 'after')]).then(
        () => true,
        () => false,
      ),
    );
    await until('the reader reads on', () => reader.texts().includes('after'));
    await until('the reader is alive', () => reader.subscription.isAlive());
    expect(reader.deaths).toEqual([]);
    await reader.subscription.close();
    await appender.close();
  });

  it('lets a handler that held a batch meanwhile finish it, and goes on after it', async () => {
    const topic = await createTopic(log, 1);
    const groupId = uniqueName('group');
    const appender = await log.openAppender({ name: 'test' });
    const release = Promise.withResolvers<undefined>();
    const reader = await openReader(log, {
      topics: [topic],
      groupId,
      onBatch: async (batch, context) => {
        await release.promise;
        for (const record of batch.records) context.finished(record.offset);
      },
    });
    await appender.append([textRecord(topic, 'k', 'held')]);
    await until('the handler holds the record', () => reader.records.length === 1);
    await restart();
    release.resolve(undefined);
    await until('the log takes records again', () =>
      appender.append([textRecord(topic, 'k', 'next')]).then(
        () => true,
        () => false,
      ),
    );
    await until('the next record is delivered', () => reader.texts().includes('next'));
    expect(reader.deaths).toEqual([]);
    await reader.subscription.close();

    await appender.append([textRecord(topic, 'k', 'last')]);
    const later = await openReader(log, { topics: [topic], groupId });
    await until('the last record is read', () => later.texts().includes('last'));
    expect(later.texts()).toEqual(['last']);
    await later.subscription.close();
    await appender.close();
  });

  it('positions an inbox anew and says so', async () => {
    const topic = await createTopic(log, 2);
    const appender = await log.openAppender({ name: 'test' });
    const received: string[] = [];
    const deaths: Error[] = [];
    let joins = 0;
    const inbox = await log.openInbox({
      topic,
      partition: 1,
      instanceId: uniqueName('gateway'),
      onRecords: (records) => received.push(...records.map(textOf)),
      onJoined: () => (joins += 1),
      onDeath: (error) => deaths.push(error),
    });
    expect(joins).toBe(1);
    await restart(async () => {
      await until('the inbox knows that it hears nothing', () => !inbox.isAlive());
    });
    await until('the inbox is positioned again', () => joins >= 2 && inbox.isAlive());
    await appender.append([textRecord(topic, null, 'after', 1)]);
    await until('the inbox receives again', () => received.includes('after'));
    expect(deaths).toEqual([]);
    await inbox.close();
    await appender.close();
  });

  it('lets a fenced appender go on, after it was told to read again', async () => {
    const topic = await createTopic(log, 1);
    const appender = await log.openFencedAppender({ transactionalId: uniqueName('relay') });
    await appender.append([textRecord(topic, 'k', 'before')]);
    const failures: unknown[] = [];
    await restart(async () => {
      await appender.append([textRecord(topic, 'k', 'lost')]).catch((error: unknown) => failures.push(error));
    });
    await until('an append is committed', () =>
      appender.append([textRecord(topic, 'k', 'after')]).then(
        () => true,
        (error: unknown) => {
          failures.push(error);
          return false;
        },
      ),
    );
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.some((failure) => failure instanceof AppenderReopenedError)).toBe(true);
    const reader = await openReader(log, { topics: [topic] });
    await until('the last record is read', () => reader.texts().includes('after'));
    expect(reader.texts()).toEqual(['before', 'after']);
    await reader.subscription.close();
    await appender.close();
  });
});
