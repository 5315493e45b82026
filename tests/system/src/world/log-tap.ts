import {
  COMMANDS_TOPIC,
  FAILURES_TOPIC,
  GROUP_EVENTS_TOPIC,
  GROUP_STATE_TOPIC,
  REPLIES_TOPIC,
  RESOURCE_EVENTS_TOPIC,
  RESOURCE_STATE_TOPIC,
  USER_EVENTS_TOPIC,
  USER_STATE_TOPIC,
} from '@muster/contracts';
import { openKafkaEventLog, type ReceivedRecord } from '@muster/messaging';
import { uniqueName } from '@muster/messaging/testing';

export const TAPPED_TOPICS = [
  COMMANDS_TOPIC,
  REPLIES_TOPIC,
  USER_EVENTS_TOPIC,
  USER_STATE_TOPIC,
  GROUP_EVENTS_TOPIC,
  GROUP_STATE_TOPIC,
  RESOURCE_EVENTS_TOPIC,
  RESOURCE_STATE_TOPIC,
  FAILURES_TOPIC,
] as const;

export type TappedTopic = (typeof TAPPED_TOPICS)[number];

/** Reads along with the services, as any consumer outside would: by a group of its own, from the beginning. */
export interface LogTap {
  /** What was read of a topic so far, each record once, in the order of its partition. */
  records(topic: TappedTopic): readonly ReceivedRecord[];
  close(): Promise<void>;
}

export async function openLogTap(brokers: string): Promise<LogTap> {
  const log = openKafkaEventLog({ brokers: [brokers], clientId: 'system-tests' });
  const records = new Map<string, ReceivedRecord[]>(TAPPED_TOPICS.map((topic) => [topic, []]));
  const readUpTo = new Map<string, bigint>();
  const take = (record: ReceivedRecord): void => {
    // After a restart of the broker a subscription may be handed records again.
    const partition = `${record.topic} ${record.partition}`;
    if (record.offset <= (readUpTo.get(partition) ?? -1n)) return;
    readUpTo.set(partition, record.offset);
    records.get(record.topic)?.push(record);
  };
  let death: Error | undefined;
  const subscription = await log.subscribe({
    groupId: uniqueName('tap'),
    topics: TAPPED_TOPICS,
    startFrom: 'earliest',
    onBatch: async (batch, context) => {
      for (const record of batch.records) {
        take(record);
        context.finished(record.offset);
      }
    },
    onDeath: (error) => (death = error),
  });
  return {
    records: (topic) => {
      if (death !== undefined) throw new Error('the tap died', { cause: death });
      return records.get(topic) ?? [];
    },
    close: async () => {
      await subscription.close();
      await log.close();
    },
  };
}
