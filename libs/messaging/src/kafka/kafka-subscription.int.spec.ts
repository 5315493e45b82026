import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { processRecords } from '../dead-letters/process-records.js';
import { deadLetterTopic } from '@muster/contracts';
import { deadLetterHeaders } from '../dead-letters/dead-letter.js';
import { type RecordAppender, type ReceivedRecord } from '../ports/event-log.js';
import {
  createTopic,
  openReader,
  textOf,
  textRecord,
  uniqueName,
  until,
  type Reader,
} from '../testing/contract-world.js';
import { describeWithKafka, testBrokers } from '../testing/kafka-brokers.js';
import { SESSION_TIMEOUT_MS } from './group-consumer.js';
import { openKafkaEventLog, type KafkaEventLog } from './kafka-event-log.js';

const TEST_TIMEOUT_MS = 90_000;

describeWithKafka('a Kafka subscription', () => {
  let log: KafkaEventLog;
  let appender: RecordAppender;

  beforeAll(async () => {
    log = openKafkaEventLog({ brokers: testBrokers, clientId: 'messaging-test' });
    appender = await log.openAppender({ name: 'test' });
  }, TEST_TIMEOUT_MS);

  afterAll(async () => {
    await log.close();
  }, TEST_TIMEOUT_MS);

  it(
    'neither loses nor wedges when members come and go under traffic',
    async () => {
      const topic = await createTopic(log, 6);
      const groupId = uniqueName('group');
      // Finishes later and in another order than it was handed the records, as a batching applier does.
      const pending: { readonly record: ReceivedRecord; readonly finish: () => void }[] = [];
      const applied = new Map<string, string[]>();
      const applying = setInterval(() => {
        for (const { record, finish } of pending.splice(0).reverse()) {
          const key = record.key ?? '';
          applied.set(key, [...(applied.get(key) ?? []), textOf(record)]);
          finish();
        }
      }, 20);
      const join = (): Promise<Reader> =>
        openReader(log, {
          topics: [topic],
          groupId,
          onBatch: async (batch, { finished }) => {
            for (const record of batch.records) {
              pending.push({
                record,
                finish: () => {
                  finished(record.offset);
                },
              });
            }
          },
        });

      const sent: string[] = [];
      let isSending = true;
      const sending = (async () => {
        while (isSending) {
          const texts = Array.from({ length: 20 }, (_, index) => `n${String(sent.length + index)}`);
          await appender.append(texts.map((text) => textRecord(topic, text, text)));
          sent.push(...texts);
        }
      })();
      const first = await join();
      const second = await join();
      await until('two share', () => (second.joins.at(-1)?.get(topic) ?? []).length === 3);
      const third = await join();
      await until('three share', () => (third.joins.at(-1)?.get(topic) ?? []).length === 2);
      await second.subscription.close();
      await until('two share again', () => (third.joins.at(-1)?.get(topic) ?? []).length === 3);
      await first.subscription.close();
      await until('one has all', () => (third.joins.at(-1)?.get(topic) ?? []).length === 6);
      isSending = false;
      await sending;
      await until('everything sent is applied', () => sent.every((text) => applied.has(text)));
      await third.subscription.close();
      clearInterval(applying);
      expect([...first.deaths, ...second.deaths, ...third.deaths]).toEqual([]);

      await appender.append([textRecord(topic, 'end', 'end')]);
      const later = await openReader(log, { topics: [topic], groupId });
      await until('the last record is read', () => later.texts().includes('end'));
      // What was handed out and finished is committed; only what the last member had not finished at its close may come again.
      expect(later.records.length).toBeLessThan(sent.length / 2);
      await later.subscription.close();
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'stays a member while a handler takes longer than the session timeout',
    async () => {
      const topic = await createTopic(log, 2);
      const groupId = uniqueName('group');
      const heldSince: number[] = [];
      const reader = await openReader(log, {
        topics: [topic],
        groupId,
        onBatch: async (batch, { finished, signal }) => {
          heldSince.push(performance.now());
          const patienceMs = SESSION_TIMEOUT_MS + 2_000;
          await until(
            'patience is over',
            () => signal.aborted || performance.now() - (heldSince[0] ?? 0) > patienceMs,
          );
          for (const record of batch.records) finished(record.offset);
        },
      });
      await appender.append([textRecord(topic, null, 'slow', 0)]);
      await until('the handler has returned', async () => {
        await appender.append([textRecord(topic, null, 'more', 1)]);
        return reader.batches.length > 1;
      });
      expect(reader.joins).toHaveLength(1);
      expect(reader.records.filter((record) => record.partition === 0).map(textOf)).toEqual(['slow']);
      expect(reader.subscription.isAlive()).toBe(true);
      await reader.subscription.close();
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'lets another member join while a handler holds its batch until it is aborted',
    async () => {
      const topic = await createTopic(log, 2);
      const groupId = uniqueName('group');
      const holding = await openReader(log, {
        topics: [topic],
        groupId,
        onBatch: async (_, { signal }) => {
          if (!signal.aborted) {
            await new Promise<void>((resolve) => {
              signal.addEventListener('abort', () => {
                resolve();
              });
            });
          }
        },
      });
      await appender.append(
        [0, 1].map((partition) => textRecord(topic, null, `to-${String(partition)}`, partition)),
      );
      await until('a batch is held', () => holding.batches.length > 0);
      const startedAt = performance.now();
      const joining = await openReader(log, { topics: [topic], groupId });
      await until('the new member reads its share', () => joining.records.length === 1);
      expect(performance.now() - startedAt).toBeLessThan(SESSION_TIMEOUT_MS * 2);
      await holding.subscription.close();
      await until('nothing is lost', () => new Set(joining.texts()).size === 2);
      expect([...holding.deaths, ...joining.deaths]).toEqual([]);
      await joining.subscription.close();
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'does not let a handler that ignores the abort wedge the group, nor run beside its successor',
    async () => {
      const topic = await createTopic(log, 1);
      const groupId = uniqueName('group');
      const release = Promise.withResolvers<undefined>();
      let running = 0;
      let runningMax = 0;
      const stubborn = await openReader(log, {
        topics: [topic],
        groupId,
        onBatch: async (batch, { finished }) => {
          running += 1;
          runningMax = Math.max(runningMax, running);
          await release.promise;
          for (const record of batch.records) finished(record.offset);
          running -= 1;
        },
      });
      await appender.append([textRecord(topic, 'k', 'a')]);
      await until('the handler runs', () => running === 1);
      const other = await openReader(log, { topics: [topic], groupId });
      await other.subscription.close();
      // The one partition is the stubborn member's again: its successor waits for the handler of the earlier stay.
      await until(
        'the stubborn member joined again',
        () => (stubborn.joins.at(-1)?.get(topic) ?? []).length === 1,
      );
      release.resolve(undefined);
      await appender.append([textRecord(topic, 'k', 'b')]);
      await until('the next record is handled', () => [...stubborn.texts(), ...other.texts()].includes('b'));
      expect(runningMax).toBe(1);
      expect(stubborn.deaths).toEqual([]);
      await stubborn.subscription.close();
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'sets poison aside and goes on',
    async () => {
      const topic = await createTopic(log, 1);
      const dlq = deadLetterTopic(topic);
      await log.createTopics([{ topic: dlq, partitions: 1, config: {} }]);
      const handled: number[] = [];
      const consumer = await openReader(log, {
        topics: [topic],
        onBatch: processRecords<number>({
          decode: (record) => {
            const number: unknown = JSON.parse(textOf(record));
            if (typeof number !== 'number') throw new TypeError('not a number');
            return number;
          },
          handle: async (number) => {
            if (number < 0) throw new RangeError('negative');
            handled.push(number);
          },
          appender,
        }),
      });
      const garbage = Buffer.from([0xff, 0x00, 0xfe]);
      await appender.append([
        textRecord(topic, 'k', '1'),
        { topic, key: 'k', value: garbage, headers: { traceparent: '00-1-2-01' } },
        textRecord(topic, 'k', '-1'),
        { topic, key: 'k', value: null, headers: {} },
        textRecord(topic, 'k', '2'),
      ]);
      const letters = await openReader(log, { topics: [dlq] });
      await until(
        'the good are handled and the bad set aside',
        () => handled.length === 2 && letters.records.length === 3,
      );
      expect(handled).toEqual([1, 2]);
      const [undecodable, failed, tombstone] = letters.records;
      expect(undecodable?.value?.equals(garbage)).toBe(true);
      expect(undecodable?.headers['traceparent']).toBe('00-1-2-01');
      expect(failed?.headers[deadLetterHeaders.error]).toBe('RangeError: negative');
      expect(failed?.headers[deadLetterHeaders.offset]).toBe('2');
      expect(tombstone?.value).toBeNull();
      expect(consumer.deaths).toEqual([]);
      await Promise.all([consumer.subscription.close(), letters.subscription.close()]);
    },
    TEST_TIMEOUT_MS,
  );
});
