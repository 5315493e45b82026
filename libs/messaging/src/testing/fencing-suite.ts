import { expect, it } from '@jest/globals';
import { FencedError } from '../ports/event-log.js';
import { type ContractSubject } from './contract-suite.js';
import { createTopic, openReader, textRecord, uniqueName, until } from './contract-world.js';

export function fencingSuite({ log }: ContractSubject, timeoutMs: number): void {
  it(
    'appends all records of a call, in order, to several topics',
    async () => {
      const topics = [await createTopic(log(), 2), await createTopic(log(), 1)];
      const appender = await log().openFencedAppender({ transactionalId: uniqueName('relay') });
      const reader = await openReader(log(), { topics });
      const texts = Array.from({ length: 1_200 }, (_, index) => `n${String(index)}`);
      await appender.append(texts.map((text, index) => textRecord(topics[index % 2] ?? '', 'k', text)));
      await Promise.all(['x', 'y'].map((text) => appender.append([textRecord(topics[0] ?? '', 'k', text)])));
      await until('all is read', () => reader.records.length === texts.length + 2);
      const [even, odd] = topics.map((topic) => reader.records.filter((record) => record.topic === topic));
      const expectedEven = [...texts.filter((_, index) => index % 2 === 0), 'x', 'y'];
      expect(even?.map((record) => record.value?.toString())).toEqual(expectedEven);
      expect(odd?.map((record) => record.value?.toString())).toEqual(
        texts.filter((_, index) => index % 2 === 1),
      );
      await reader.subscription.close();
      await appender.close();
    },
    timeoutMs,
  );

  it(
    'fences the older appender of the same id, whose records nobody sees',
    async () => {
      const topic = await createTopic(log(), 1);
      const transactionalId = uniqueName('relay');
      const older = await log().openFencedAppender({ transactionalId });
      await older.append([textRecord(topic, 'k', 'by the older')]);
      const newer = await log().openFencedAppender({ transactionalId });
      await expect(older.append([textRecord(topic, 'k', 'by a zombie')])).rejects.toBeInstanceOf(FencedError);
      await expect(older.append([textRecord(topic, 'k', 'by a zombie')])).rejects.toBeInstanceOf(FencedError);
      await newer.append([textRecord(topic, 'k', 'by the newer')]);
      const reader = await openReader(log(), { topics: [topic] });
      await until('the newer record is read', () => reader.texts().includes('by the newer'));
      expect(reader.texts()).toEqual(['by the older', 'by the newer']);
      await reader.subscription.close();
      await Promise.all([older.close(), newer.close()]);
    },
    timeoutMs,
  );

  it(
    'leaves an appender of another id alone',
    async () => {
      const topic = await createTopic(log(), 1);
      const one = await log().openFencedAppender({ transactionalId: uniqueName('relay') });
      const other = await log().openFencedAppender({ transactionalId: uniqueName('relay') });
      await one.append([textRecord(topic, 'k', 'a')]);
      await other.append([textRecord(topic, 'k', 'b')]);
      await one.append([textRecord(topic, 'k', 'c')]);
      expect(one.transactionalId).not.toBe(other.transactionalId);
      await Promise.all([one.close(), other.close()]);
    },
    timeoutMs,
  );
}
