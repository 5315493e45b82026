import { describe, expect, it } from '@jest/globals';
import { AppenderOverloadedError } from '../ports/errors.js';
import { describeEventLogContract } from '../testing/contract-suite.js';
import { openReader, textRecord, until } from '../testing/contract-world.js';
import { openInProcessEventLog } from './in-process-event-log.js';
import { InProcessStore } from './in-process-store.js';

const store = new InProcessStore();
describeEventLogContract('InProcessEventLog', async () => openInProcessEventLog({ store }));

describe('InProcessEventLog', () => {
  function numbered(topic: string, from: number, to: number): ReturnType<typeof textRecord>[] {
    return Array.from({ length: to - from }, (_, index) => textRecord(topic, 'k', String(from + index)));
  }

  it('forgets the oldest finished records beyond what it retains', async () => {
    const small = openInProcessEventLog({ store: new InProcessStore({ recordsRetainedMax: 10 }) });
    await small.createTopics([{ topic: 't', partitions: 1, config: {} }]);
    const appender = await small.openAppender({ name: 'test' });
    const reader = await openReader(small, { topics: ['t'] });
    for (let at = 0; at < 100; at += 5) await appender.append(numbered('t', at, at + 5));
    await until('all is read', () => reader.records.length === 100);
    const late = await openReader(small, { topics: ['t'] });
    await until('the late reader has the rest', () => late.texts().includes('99'));
    expect(late.texts()).toEqual(numbered('t', 90, 100).map((record) => record.value?.toString()));
    await small.close();
  });

  it('keeps the latest record of every key of a compacted topic', async () => {
    const small = openInProcessEventLog({ store: new InProcessStore({ recordsRetainedMax: 10 }) });
    await small.createTopics([{ topic: 't', partitions: 1, config: { 'cleanup.policy': 'compact' } }]);
    const appender = await small.openAppender({ name: 'test' });
    await appender.append([
      textRecord('t', 'quiet', 'kept'),
      { topic: 't', key: 'gone', value: null, headers: {} },
    ]);
    for (let at = 0; at < 50; at += 1) await appender.append([textRecord('t', 'busy', String(at))]);
    const late = await openReader(small, { topics: ['t'] });
    await until('the late reader has the last', () => late.texts().includes('49'));
    expect(late.texts()[0]).toBe('kept');
    expect(late.records.some((record) => record.key === 'gone')).toBe(false);
    expect(late.records.length).toBeLessThan(25);
    await small.close();
  });

  it('rejects appends when living readers are too far behind, and takes them again afterwards', async () => {
    const small = openInProcessEventLog({
      store: new InProcessStore({ recordsRetainedMax: 5, recordsUnfinishedMax: 20 }),
    });
    await small.createTopics([{ topic: 't', partitions: 1, config: {} }]);
    const appender = await small.openAppender({ name: 'test' });
    const release = Promise.withResolvers<undefined>();
    const reader = await openReader(small, {
      topics: ['t'],
      onBatch: async (batch, context) => {
        await release.promise;
        for (const record of batch.records) context.finished(record.offset);
      },
    });
    await appender.append(numbered('t', 0, 20));
    await expect(appender.append(numbered('t', 20, 21))).rejects.toBeInstanceOf(AppenderOverloadedError);
    release.resolve(undefined);
    await until('there is room again', () =>
      appender.append(numbered('t', 20, 21)).then(
        () => true,
        () => false,
      ),
    );
    await until('nothing was lost', () => reader.records.length === 21);
    await small.close();
  });

  it('does not let a group without members hold the memory', async () => {
    const small = openInProcessEventLog({
      store: new InProcessStore({ recordsRetainedMax: 5, recordsUnfinishedMax: 20 }),
    });
    await small.createTopics([{ topic: 't', partitions: 1, config: {} }]);
    const appender = await small.openAppender({ name: 'test' });
    const gone = await openReader(small, { topics: ['t'], groupId: 'gone' });
    await gone.subscription.close();
    for (let at = 0; at < 60; at += 1) await appender.append(numbered('t', at, at + 1));
    const back = await openReader(small, { topics: ['t'], groupId: 'gone' });
    await until('it reads what is left', () => back.texts().includes('59'));
    expect(back.records.length).toBeLessThanOrEqual(20);
    await small.close();
  });
});
