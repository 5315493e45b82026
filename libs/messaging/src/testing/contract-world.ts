import { randomBytes } from 'node:crypto';
import {
  type BatchContext,
  type EventLog,
  type OutgoingRecord,
  type ReceivedRecord,
  type RecordBatch,
  type SubscribeOptions,
  type Subscription,
} from '../ports/event-log.js';

/** Waits for a condition, asking every few milliseconds. Throws with the description when it does not come true in time. */
export async function until(
  description: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`not in time: ${description}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A name that no other test uses. */
export function uniqueName(prefix: string): string {
  return `${prefix}.${randomBytes(6).toString('hex')}`;
}

export function textRecord(
  topic: string,
  key: string | null,
  text: string,
  partition?: number,
): OutgoingRecord {
  const record = { topic, key, value: Buffer.from(text), headers: {} };
  return partition === undefined ? record : { ...record, partition };
}

export function textOf(record: ReceivedRecord): string {
  return record.value?.toString('utf8') ?? '<null>';
}

/** A subscription that remembers what it was handed, for a test to look at. */
export interface Reader {
  readonly subscription: Subscription;
  readonly batches: readonly RecordBatch[];
  readonly records: readonly ReceivedRecord[];
  readonly texts: () => string[];
  readonly joins: readonly ReadonlyMap<string, readonly number[]>[];
  readonly deaths: readonly Error[];
}

export interface ReaderOptions extends Partial<SubscribeOptions> {
  readonly topics: readonly string[];
}

function finishAll(batch: RecordBatch, context: BatchContext): void {
  for (const record of batch.records) context.finished(record.offset);
}

/** Subscribes from the earliest record in a group of its own; finishes every record at once unless told otherwise. */
export async function openReader(log: EventLog, options: ReaderOptions): Promise<Reader> {
  const batches: RecordBatch[] = [];
  const records: ReceivedRecord[] = [];
  const joins: ReadonlyMap<string, readonly number[]>[] = [];
  const deaths: Error[] = [];
  const { onBatch } = options;
  const subscription = await log.subscribe({
    groupId: uniqueName('group'),
    startFrom: 'earliest',
    onDeath: (error) => deaths.push(error),
    onJoined: (assigned) => joins.push(assigned),
    ...options,
    onBatch: async (batch, context) => {
      batches.push(batch);
      records.push(...batch.records);
      if (onBatch) await onBatch(batch, context);
      else finishAll(batch, context);
    },
  });
  return { subscription, batches, records, texts: () => records.map(textOf), joins, deaths };
}

/** Creates a topic with a random name and returns the name. */
export async function createTopic(
  log: EventLog,
  partitions: number,
  config: Readonly<Record<string, string>> = {},
): Promise<string> {
  const topic = uniqueName('contract');
  await log.createTopics([{ topic, partitions, config }]);
  return topic;
}
