import { expect, it } from '@jest/globals';
import { UnknownTopicError } from '../ports/errors.js';
import { type BatchContext } from '../ports/event-log.js';
import { type ContractSubject } from './contract-suite.js';
import { createTopic, openReader, textOf, textRecord, uniqueName, until } from './contract-world.js';

export function subscriptionSuite(subject: ContractSubject, timeoutMs: number): void {
  finishingSuite(subject, timeoutMs);
  handingOutSuite(subject, timeoutMs);
  sharingSuite(subject, timeoutMs);
  endingSuite(subject, timeoutMs);
}

function finishingSuite({ log }: ContractSubject, timeoutMs: number): void {
  it(
    'delivers what was not finished again after a restart, and what was finished not',
    async () => {
      const topic = await createTopic(log(), 1);
      const groupId = uniqueName('group');
      const appender = await log().openAppender({ name: 'contract' });
      await appender.append(['a', 'b', 'c', 'd'].map((text) => textRecord(topic, 'k', text)));
      const first = await openReader(log(), {
        topics: [topic],
        groupId,
        onBatch: async (batch, context) => {
          for (const record of batch.records) {
            if (textOf(record) !== 'c') context.finished(record.offset);
          }
        },
      });
      await until('the first reader has all', () => first.records.length === 4);
      await first.subscription.close();

      const second = await openReader(log(), { topics: [topic], groupId });
      await until('the unfinished rest is read', () => second.records.length === 2);
      expect(second.texts()).toEqual(['c', 'd']);
      await second.subscription.close();

      await appender.append([textRecord(topic, 'k', 'e')]);
      const third = await openReader(log(), { topics: [topic], groupId });
      await until('the new record is read', () => third.records.length > 0);
      expect(third.texts()).toEqual(['e']);
      await third.subscription.close();
      await appender.close();
    },
    timeoutMs,
  );

  it(
    'counts records that finish later and in another order',
    async () => {
      const topic = await createTopic(log(), 1);
      const groupId = uniqueName('group');
      const appender = await log().openAppender({ name: 'contract' });
      await appender.append(['a', 'b', 'c'].map((text) => textRecord(topic, 'k', text)));
      const contexts: BatchContext[] = [];
      const first = await openReader(log(), {
        topics: [topic],
        groupId,
        onBatch: async (_, context) => {
          contexts.push(context);
        },
      });
      await until('the first reader has all', () => first.records.length === 3);
      for (const offset of [2n, 0n, 1n]) contexts[0]?.finished(offset);
      await first.subscription.close();
      await appender.append([textRecord(topic, 'k', 'd')]);
      const second = await openReader(log(), { topics: [topic], groupId });
      await until('the new record is read', () => second.records.length > 0);
      expect(second.texts()).toEqual(['d']);
      await second.subscription.close();
      await appender.close();
    },
    timeoutMs,
  );
}

function handingOutSuite({ log }: ContractSubject, timeoutMs: number): void {
  it(
    'hands out the next batch of a partition only when the handler has returned',
    async () => {
      const topic = await createTopic(log(), 1);
      const appender = await log().openAppender({ name: 'contract' });
      const release = Promise.withResolvers<undefined>();
      const reader = await openReader(log(), {
        topics: [topic],
        onBatch: async () => {
          await release.promise;
        },
      });
      await appender.append([textRecord(topic, 'k', 'a')]);
      await until('the first batch is handed out', () => reader.batches.length === 1);
      await appender.append(['b', 'c'].map((text) => textRecord(topic, 'k', text)));
      const other = await openReader(log(), { topics: [topic] });
      await until('another group has read on', () => other.records.length === 3);
      expect(reader.texts()).toEqual(['a']);
      release.resolve(undefined);
      await until('the rest is handed out', () => reader.records.length === 3);
      expect(reader.texts()).toEqual(['a', 'b', 'c']);
      expect(reader.batches.at(-1)?.highWatermark).toBe(3n);
      await Promise.all([reader.subscription.close(), other.subscription.close()]);
      await appender.close();
    },
    timeoutMs,
  );

  it(
    'begins a new group at the earliest or the latest record, as asked',
    async () => {
      const topic = await createTopic(log(), 1);
      const appender = await log().openAppender({ name: 'contract' });
      await appender.append([textRecord(topic, 'k', 'old')]);
      const earliest = await openReader(log(), { topics: [topic], startFrom: 'earliest' });
      const latest = await openReader(log(), { topics: [topic], startFrom: 'latest' });
      await until('new records reach the latest reader', async () => {
        await appender.append([textRecord(topic, 'k', 'new')]);
        return latest.records.length > 0;
      });
      await until(
        'all records reach the earliest reader',
        () => earliest.records.length > latest.records.length,
      );
      expect(earliest.texts()[0]).toBe('old');
      expect(latest.texts()).not.toContain('old');
      await Promise.all([earliest.subscription.close(), latest.subscription.close()]);
      await appender.close();
    },
    timeoutMs,
  );
}

function sharingSuite({ log }: ContractSubject, timeoutMs: number): void {
  it(
    'shares the partitions among the members of a group and loses nothing when one leaves',
    async () => {
      const topic = await createTopic(log(), 4);
      const groupId = uniqueName('group');
      const appender = await log().openAppender({ name: 'contract' });
      const first = await openReader(log(), { topics: [topic], groupId });
      const second = await openReader(log(), { topics: [topic], groupId });
      const assignedTo = (reader: typeof first): readonly number[] => reader.joins.at(-1)?.get(topic) ?? [];
      await until(
        'both have partitions',
        () => assignedTo(first).length === 2 && assignedTo(second).length === 2,
      );
      expect([...assignedTo(first), ...assignedTo(second)].sort()).toEqual([0, 1, 2, 3]);

      const sent: string[] = [];
      const send = async (): Promise<void> => {
        const texts = Array.from({ length: 20 }, (_, index) => `n${String(sent.length + index)}`);
        sent.push(...texts);
        await appender.append(texts.map((text) => textRecord(topic, text, text)));
      };
      await send();
      const seen = (): Set<string> => new Set([...first.texts(), ...second.texts()]);
      await until('all is read by the two', () => seen().size === sent.length);
      await second.subscription.close();
      await send();
      await until('all is read by the one left', () => seen().size === sent.length);
      expect([...assignedTo(first)].sort()).toEqual([0, 1, 2, 3]);
      await first.subscription.close();
      await appender.close();
    },
    timeoutMs,
  );

  it(
    'refuses a topic that does not exist',
    async () => {
      const opening = openReader(log(), { topics: [uniqueName('no-such-topic')] });
      await expect(opening).rejects.toBeInstanceOf(UnknownTopicError);
    },
    timeoutMs,
  );
}

function endingSuite({ log }: ContractSubject, timeoutMs: number): void {
  it(
    'aborts the signal when it closes, and waits for the handler',
    async () => {
      const topic = await createTopic(log(), 1);
      const appender = await log().openAppender({ name: 'contract' });
      const steps: string[] = [];
      const reader = await openReader(log(), {
        topics: [topic],
        onBatch: async (_, { signal }) => {
          steps.push('begun');
          await new Promise<void>((resolve) => {
            signal.addEventListener('abort', () => {
              resolve();
            });
          });
          steps.push('returned');
        },
      });
      expect(reader.subscription.isAlive()).toBe(true);
      await appender.append([textRecord(topic, 'k', 'a')]);
      await until('the handler has begun', () => steps.length === 1);
      await reader.subscription.close();
      expect(steps).toEqual(['begun', 'returned']);
      expect(reader.subscription.isAlive()).toBe(false);
      await reader.subscription.close();
      expect(reader.deaths).toEqual([]);
      await appender.close();
    },
    timeoutMs,
  );

  it(
    'dies of a handler that throws, and says so once',
    async () => {
      const topic = await createTopic(log(), 2);
      const groupId = uniqueName('group');
      const appender = await log().openAppender({ name: 'contract' });
      const bug = new Error('a bug in a handler');
      const reader = await openReader(log(), {
        topics: [topic],
        groupId,
        onBatch: async () => {
          throw bug;
        },
      });
      await appender.append([textRecord(topic, null, 'a', 0), textRecord(topic, null, 'b', 1)]);
      await until('the death is told', () => reader.deaths.length > 0);
      await reader.subscription.close();
      expect(reader.deaths).toHaveLength(1);
      expect(reader.deaths[0]?.cause).toBe(bug);
      expect(reader.subscription.isAlive()).toBe(false);

      const next = await openReader(log(), { topics: [topic], groupId });
      await until('nothing is lost', () => next.records.length === 2);
      await next.subscription.close();
      await appender.close();
    },
    timeoutMs,
  );
}
