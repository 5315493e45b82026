import type { EventLog, ReceivedRecord } from '@muster/messaging';
import { uniqueName, until } from '@muster/messaging/testing';

/** What a topic holds from its beginning, once that is enough. */
export async function readTopic(
  log: EventLog,
  topic: string,
  isEnough: (records: readonly ReceivedRecord[]) => boolean,
): Promise<readonly ReceivedRecord[]> {
  const records: ReceivedRecord[] = [];
  const subscription = await log.subscribe({
    groupId: uniqueName('reader'),
    topics: [topic],
    startFrom: 'earliest',
    onBatch: async (batch) => void records.push(...batch.records),
    onDeath: () => undefined,
  });
  try {
    await until(`there is enough in ${topic}`, () => isEnough(records));
  } finally {
    await subscription.close();
  }
  return records;
}
