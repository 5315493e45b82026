import { setTimeout as pause } from 'node:timers/promises';
import { type Producer, type RecordMetadata } from 'kafkajs';
import { SelfClockedAppender } from '../appending/self-clocked-appender.js';
import { type BrokerClock } from '../clock/broker-clock.js';
import { AppendTimeoutError, RecordTooLargeError, UnknownTopicError } from '../ports/errors.js';
import { type AppendReceipt, type OutgoingRecord, type RecordAppender } from '../ports/event-log.js';
import { type MessagingLogger } from '../ports/logger.js';
import { type MessagingMetrics } from '../ports/metrics.js';
import { APPEND_RETRY, CONNECT_RETRY, type KafkaClientFactory } from './kafka-client.js';
import { errorLabel, isHopeless, isTooLarge, isUnknownTopic } from './kafka-errors.js';
import { keyPartitioner } from './key-partitioner.js';
import { TopicCheckingAppender, type KnownTopics } from './known-topics.js';
import { topicMessagesOf } from './record-codec.js';
import { withinMs } from './within-ms.js';

export interface KafkaAppenderOptions {
  readonly name: string;
  readonly client: KafkaClientFactory;
  readonly logger: MessagingLogger;
  readonly metrics: MessagingMetrics;
  readonly knownTopics: KnownTopics;
  readonly brokerClock?: BrokerClock;
}

/** Below the bound of an append, so that a broker that went silent is given up and asked again within it. */
const REQUEST_TIMEOUT_MS = 4_000;
/** With the tries of a request below the bound of an append. */
const CONNECT_PATIENCE_MS = 3_500;
const CONNECT_PAUSE_MS = 100;
const ACKS_ALL = -1;
const DISCONNECT_MS_MAX = 3_000;

/** Gives kafkajs's error its meaning here. */
export function appendErrorOf(error: unknown): unknown {
  if (isTooLarge(error))
    return new RecordTooLargeError('a record is larger than its topic takes', { cause: error });
  if (isUnknownTopic(error))
    return new UnknownTopicError('the log has no such topic or partition', { cause: error });
  return error;
}

export function isRecordFault(error: unknown): boolean {
  return error instanceof RecordTooLargeError || error instanceof UnknownTopicError;
}

/** The latest append time among the partitions written to; null when their topics keep the producer's time. */
function brokerTimeOf(metadata: readonly RecordMetadata[]): number | null {
  let latest: number | null = null;
  for (const { logAppendTime } of metadata) {
    const timeMs = Number(logAppendTime ?? -1);
    if (timeMs >= 0 && (latest === null || timeMs > latest)) latest = timeMs;
  }
  return latest;
}

/** One producer behind a self-clocked appender. After a failure it is replaced: kafkajs does not heal from everything. */
class ReplaceableProducer {
  #producer: Producer | undefined;
  #retired: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: KafkaAppenderOptions) {}

  /** Tries again for that long, so that an append outlasts a short absence of Kafka. */
  async connected(patienceMs: number): Promise<Producer> {
    const deadlineMs = performance.now() + patienceMs;
    for (;;) {
      try {
        return (this.#producer ??= await this.#connect());
      } catch (cause) {
        if (performance.now() > deadlineMs || isHopeless(cause)) {
          throw new AppendTimeoutError('the log cannot be reached', 'not-appended', { cause });
        }
        await pause(CONNECT_PAUSE_MS);
      }
    }
  }

  async #connect(): Promise<Producer> {
    const producer = this.options
      .client({ retry: CONNECT_RETRY, requestTimeoutMs: REQUEST_TIMEOUT_MS })
      .producer({
        allowAutoTopicCreation: false,
        createPartitioner: keyPartitioner,
        retry: APPEND_RETRY,
      });
    try {
      await producer.connect();
    } catch (error) {
      this.#retire(producer);
      throw error;
    }
    return producer;
  }

  replace(): void {
    if (this.#producer) this.#retire(this.#producer);
    this.#producer = undefined;
  }

  async close(): Promise<void> {
    this.replace();
    await withinMs(this.#retired, DISCONNECT_MS_MAX);
  }

  #retire(producer: Producer): void {
    const left = producer.disconnect().catch((error: unknown) => {
      this.options.logger.debug({ error: errorLabel(error) }, 'a producer did not disconnect cleanly');
    });
    this.#retired = Promise.all([this.#retired, left]);
  }
}

/**
 * Opens an appender that coalesces (see `SelfClockedAppender`). Not idempotent in Kafka's sense: a request that is tried
 * again can write its records twice, which readers must tolerate anyway.
 */
export async function openKafkaAppender(options: KafkaAppenderOptions): Promise<RecordAppender> {
  const { name, metrics, logger, brokerClock } = options;
  const producer = new ReplaceableProducer(options);
  await producer.connected(0);

  async function request(records: readonly OutgoingRecord[]): Promise<AppendReceipt> {
    const connected = await producer.connected(CONNECT_PATIENCE_MS);
    const metadata = await connected.sendBatch({ acks: ACKS_ALL, topicMessages: topicMessagesOf(records) });
    return { brokerTimeMs: brokerTimeOf(metadata) };
  }

  async function send(records: readonly OutgoingRecord[]): Promise<AppendReceipt> {
    const startedAt = performance.now();
    try {
      const receipt = await (brokerClock?.measure(() => request(records)) ?? request(records));
      metrics.appendSettled?.(name, records.length, performance.now() - startedAt, 'ok');
      return receipt;
    } catch (cause) {
      metrics.appendSettled?.(name, records.length, performance.now() - startedAt, 'failed');
      logger.warn({ appender: name, records: records.length, error: errorLabel(cause) }, 'an append failed');
      const error = appendErrorOf(cause);
      if (!isRecordFault(error)) producer.replace();
      throw error;
    }
  }

  const appender = new SelfClockedAppender({
    send,
    isRecordFault,
    onClosed: () => producer.close(),
    onQueueChanged: (records) => metrics.appendQueue?.(name, records),
  });
  return new TopicCheckingAppender(appender, options.knownTopics);
}
