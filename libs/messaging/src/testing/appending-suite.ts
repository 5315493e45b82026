import { expect, it } from '@jest/globals';
import { AppenderClosedError, RecordTooLargeError, UnknownTopicError } from '../ports/errors.js';
import { type ContractSubject } from './contract-suite.js';
import { createTopic, openReader, textRecord, uniqueName, until } from './contract-world.js';

export function appendingSuite(subject: ContractSubject, timeoutMs: number): void {
  recordSuite(subject, timeoutMs);
  outcomeSuite(subject, timeoutMs);
}

function recordSuite({ log }: ContractSubject, timeoutMs: number): void {
  it(
    'keeps the order of a key, and every record',
    async () => {
      const topic = await createTopic(log(), 4);
      const appender = await log().openAppender({ name: 'contract' });
      const keys = ['ann', 'bob', 'cyd', 'dan', 'eve'];
      const sent = Array.from({ length: 200 }, (_, index) => {
        const key = keys[index % keys.length] ?? '';
        return textRecord(topic, key, `${key}-${String(index).padStart(3, '0')}`);
      });
      // One after the other in parts, so that requests coalesce differently each time.
      for (let at = 0; at < sent.length; at += 40) await appender.append(sent.slice(at, at + 40));
      const reader = await openReader(log(), { topics: [topic] });
      await until('all records are read', () => reader.records.length === sent.length);
      for (const key of keys) {
        const ofKey = reader.records.filter((record) => record.key === key);
        expect(new Set(ofKey.map((record) => record.partition)).size).toBe(1);
        const texts = ofKey.map((record) => record.value?.toString());
        expect(texts).toEqual([...texts].sort());
        expect(texts).toHaveLength(40);
      }
      await reader.subscription.close();
      await appender.close();
    },
    timeoutMs,
  );

  it(
    'keeps key, value, headers and partition as they were given',
    async () => {
      const topic = await createTopic(log(), 3);
      const appender = await log().openAppender({ name: 'contract' });
      const bytes = Buffer.from([0, 255, 128, 10]);
      await appender.append([
        {
          topic,
          key: 'Zoë',
          value: bytes,
          headers: { traceparent: '00-a-b-01', note: 'größer', empty: '' },
          partition: 2,
        },
        { topic, key: 'gone', value: null, headers: {}, partition: 2 },
        {
          topic,
          key: null,
          value: Buffer.alloc(0),
          headers: { __proto__x: 'a', constructor: 'b' },
          partition: 2,
        },
      ]);
      const reader = await openReader(log(), { topics: [topic] });
      await until('all records are read', () => reader.records.length === 3);
      const [full, tombstone, keyless] = reader.records;
      expect(full).toMatchObject({ topic, partition: 2, offset: 0n, key: 'Zoë' });
      expect(full?.value?.equals(bytes)).toBe(true);
      expect({ ...full?.headers }).toEqual({ traceparent: '00-a-b-01', note: 'größer', empty: '' });
      expect(tombstone).toMatchObject({ key: 'gone', value: null, offset: 1n });
      expect(keyless?.key).toBeNull();
      expect(keyless?.value).toHaveLength(0);
      expect(Object.keys(keyless?.headers ?? {}).sort()).toEqual(['__proto__x', 'constructor']);
      await reader.subscription.close();
      await appender.close();
    },
    timeoutMs,
  );
}

function outcomeSuite({ log }: ContractSubject, timeoutMs: number): void {
  it(
    'tells the time of the log where the topic keeps it, and not elsewhere',
    async () => {
      const timed = await createTopic(log(), 1, { 'message.timestamp.type': 'LogAppendTime' });
      const untimed = await createTopic(log(), 1);
      const appender = await log().openAppender({ name: 'contract' });
      const before = Date.now();
      const receipt = await appender.append([textRecord(timed, 'k', 'a')]);
      const after = Date.now();
      // The log of a test runs on this machine: its clock is ours.
      expect(receipt.brokerTimeMs).toBeGreaterThanOrEqual(before - 1_000);
      expect(receipt.brokerTimeMs).toBeLessThanOrEqual(after + 1_000);
      await expect(appender.append([textRecord(untimed, 'k', 'b')])).resolves.toEqual({ brokerTimeMs: null });
      const reader = await openReader(log(), { topics: [timed] });
      await until('the record is read', () => reader.records.length === 1);
      expect(reader.records[0]?.timestampMs).toBe(receipt.brokerTimeMs);
      await reader.subscription.close();
      await appender.close();
    },
    timeoutMs,
  );

  it(
    'refuses what the log cannot take, at the cost of nobody else',
    async () => {
      const topic = await createTopic(log(), 1, { 'max.message.bytes': '20000' });
      const appender = await log().openAppender({ name: 'contract' });
      const outcomes = await Promise.allSettled([
        appender.append([textRecord(topic, 'k', 'first')]),
        appender.append([textRecord(uniqueName('no-such-topic'), 'k', 'lost')]),
        appender.append([textRecord(topic, 'k', 'x'.repeat(30_000))]),
        appender.append([textRecord(topic, 'k', 'last')]),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'rejected',
        'fulfilled',
      ]);
      const reasons = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
      );
      expect(reasons[0]).toBeInstanceOf(UnknownTopicError);
      expect(reasons[1]).toBeInstanceOf(RecordTooLargeError);
      await appender.close();
    },
    timeoutMs,
  );

  it(
    'settles what was begun before a close, and takes nothing after it',
    async () => {
      const topic = await createTopic(log(), 1);
      const appender = await log().openAppender({ name: 'contract' });
      const begun = [
        appender.append([textRecord(topic, 'k', 'a')]),
        appender.append([textRecord(topic, 'k', 'b')]),
      ];
      await appender.close();
      await Promise.all(begun);
      await expect(appender.append([textRecord(topic, 'k', 'c')])).rejects.toBeInstanceOf(
        AppenderClosedError,
      );
    },
    timeoutMs,
  );
}
