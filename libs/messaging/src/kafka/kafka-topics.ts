import { type Admin, type ITopicMetadata } from 'kafkajs';
import { UnknownTopicError } from '../ports/errors.js';
import { type TopicDefinition } from '../ports/event-log.js';
import { type MessagingLogger } from '../ports/logger.js';
import { isUnknownTopic } from './kafka-errors.js';

const LEADERS_TIMEOUT_MS = 30_000;
const LEADERS_PAUSE_MS = 50;
const NO_LEADER = -1;

async function metadataOf(admin: Admin, topics: readonly string[]): Promise<ITopicMetadata[]> {
  const { topics: metadata } = await admin.fetchTopicMetadata({ topics: [...topics] });
  return metadata;
}

/** Creates what is missing and waits until every partition of all of them has a leader. An existing topic is left as it is. */
export async function createKafkaTopics(
  admin: Admin,
  definitions: readonly TopicDefinition[],
  logger: MessagingLogger,
): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = definitions.filter(({ topic }) => !existing.has(topic));
  if (missing.length > 0) {
    // Another process may create the same ones meanwhile: kafkajs takes "already exists" for an answer.
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map(({ topic, partitions, config }) => ({
        topic,
        numPartitions: partitions,
        configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
      })),
    });
  }
  const metadata = await leadersOf(admin, definitions);
  for (const { topic, partitions } of definitions) {
    const actual = metadata.find(({ name }) => name === topic)?.partitions.length;
    // More partitions would move keys to other partitions and break their order: that is an operator's decision.
    if (actual !== partitions)
      logger.warn({ topic, actual, expected: partitions }, 'a topic has other partitions');
  }
}

async function leadersOf(admin: Admin, definitions: readonly TopicDefinition[]): Promise<ITopicMetadata[]> {
  const topics = definitions.map(({ topic }) => topic);
  const deadlineMs = performance.now() + LEADERS_TIMEOUT_MS;
  for (;;) {
    try {
      const metadata = await metadataOf(admin, topics);
      const hasAllLeaders = metadata.every(({ partitions }) =>
        partitions.every(({ leader }) => leader !== NO_LEADER),
      );
      if (hasAllLeaders) return metadata;
    } catch (error) {
      // A broker that has not heard of the new topic yet.
      if (!isUnknownTopic(error)) throw error;
    }
    if (performance.now() > deadlineMs) throw new Error(`no leaders for ${topics.join(', ')} in time`);
    await new Promise((resolve) => setTimeout(resolve, LEADERS_PAUSE_MS));
  }
}

/** How many partitions the topics have in all. Rejects with `UnknownTopicError` when one does not exist. */
export async function countPartitions(admin: Admin, topics: readonly string[]): Promise<number> {
  try {
    const metadata = await metadataOf(admin, topics);
    return metadata.reduce((sum, { partitions }) => sum + partitions.length, 0);
  } catch (error) {
    if (!isUnknownTopic(error)) throw error;
    throw new UnknownTopicError(`one of these topics does not exist: ${topics.join(', ')}`, { cause: error });
  }
}
