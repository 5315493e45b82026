import { expect, it } from '@jest/globals';
import { type EventLog, type ReceivedRecord, type Subscription } from '../ports/event-log.js';
import { type ContractSubject } from './contract-suite.js';
import { createTopic, textOf, textRecord, uniqueName, until } from './contract-world.js';

interface OpenInbox {
  readonly inbox: Subscription;
  readonly records: readonly ReceivedRecord[];
  readonly joins: () => number;
}

async function openInbox(log: EventLog, topic: string, partition: number): Promise<OpenInbox> {
  const records: ReceivedRecord[] = [];
  let joins = 0;
  const inbox = await log.openInbox({
    topic,
    partition,
    instanceId: uniqueName('instance'),
    onRecords: (received) => records.push(...received),
    onJoined: () => {
      joins += 1;
    },
    onDeath: (error) => {
      throw error;
    },
  });
  return { inbox, records, joins: () => joins };
}

export function inboxSuite({ log }: ContractSubject, timeoutMs: number): void {
  it(
    'gets every record of its partition from the moment it is open, and no other',
    async () => {
      const topic = await createTopic(log(), 3);
      const appender = await log().openAppender({ name: 'contract' });
      await appender.append([textRecord(topic, null, 'before', 1)]);
      const { inbox, records, joins } = await openInbox(log(), topic, 1);
      expect(joins()).toBe(1);
      expect(inbox.isAlive()).toBe(true);
      await appender.append(
        [0, 1, 2].map((partition) => textRecord(topic, null, `to-${String(partition)}`, partition)),
      );
      await appender.append([textRecord(topic, null, 'again', 1)]);
      await until('both records are there', () => records.length >= 2);
      expect(records.map(textOf)).toEqual(['to-1', 'again']);
      expect(records.every((record) => record.partition === 1)).toBe(true);
      await inbox.close();
      await inbox.close();
      expect(inbox.isAlive()).toBe(false);
      await appender.close();
    },
    timeoutMs,
  );

  it(
    'does not disturb another inbox of the same partition',
    async () => {
      const topic = await createTopic(log(), 2);
      const appender = await log().openAppender({ name: 'contract' });
      const one = await openInbox(log(), topic, 0);
      const two = await openInbox(log(), topic, 0);
      await appender.append([textRecord(topic, null, 'reply', 0)]);
      await until('both have it', () => one.records.length > 0 && two.records.length > 0);
      expect(one.records.map(textOf)).toEqual(['reply']);
      expect(two.records.map(textOf)).toEqual(['reply']);
      await Promise.all([one.inbox.close(), two.inbox.close(), appender.close()]);
    },
    timeoutMs,
  );
}
