import { type Admin } from 'kafkajs';
import { type BrokerClock } from '../clock/broker-clock.js';
import {
  type EventLog,
  type FencedAppender,
  type InboxOptions,
  type RecordAppender,
  type SubscribeOptions,
  type Subscription,
  type TopicDefinition,
} from '../ports/event-log.js';
import { silentLogger, type MessagingLogger } from '../ports/logger.js';
import { noMetrics, type MessagingMetrics } from '../ports/metrics.js';
import { openKafkaAppender } from './kafka-appender.js';
import {
  APPEND_RETRY,
  CONNECT_RETRY,
  kafkaClientFactory,
  type KafkaClientFactory,
  type KafkaSecurity,
} from './kafka-client.js';
import { openKafkaFencedAppender } from './kafka-fenced-appender.js';
import { KafkaInbox } from './kafka-inbox.js';
import { KafkaSubscription } from './kafka-subscription.js';
import { KnownTopics } from './known-topics.js';
import { countPartitions, createKafkaTopics } from './kafka-topics.js';

export interface KafkaEventLogOptions {
  /** `host:port` of at least one broker. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly security?: KafkaSecurity;
  readonly logger?: MessagingLogger;
  readonly metrics?: MessagingMetrics;
  /** Learns from every append to a topic with `LogAppendTime`. */
  readonly brokerClock?: BrokerClock;
}

const ADMIN_REQUEST_TIMEOUT_MS = 10_000;
const PING_TIMEOUT_MS = 3_000;
/** A ping answers a question about now: it does not try for long. */
const PING_RETRY = { ...APPEND_RETRY, retries: 1 };

interface Closeable {
  close(): Promise<void>;
}

/**
 * The event log on Apache Kafka 3 and 4. Opening it connects to nothing; each part connects when it is opened.
 */
export class KafkaEventLog implements EventLog {
  readonly #client: KafkaClientFactory;
  readonly #logger: MessagingLogger;
  readonly #metrics: MessagingMetrics;
  readonly #readers = new Set<Closeable>();
  readonly #writers = new Set<Closeable>();
  readonly #knownTopics = new KnownTopics(() => this.#asAdmin((admin) => admin.listTopics()));
  #pinger: Admin | undefined;
  #pinging: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(private readonly options: KafkaEventLogOptions) {
    this.#logger = options.logger ?? silentLogger;
    this.#metrics = options.metrics ?? noMetrics;
    this.#client = kafkaClientFactory({
      brokers: options.brokers,
      clientId: options.clientId,
      logger: this.#logger,
    });
  }

  createTopics(topics: readonly TopicDefinition[]): Promise<void> {
    return this.#asAdmin((admin) => createKafkaTopics(admin, topics, this.#logger));
  }

  async openAppender({ name }: { readonly name: string }): Promise<RecordAppender> {
    this.#assertOpen();
    const { brokerClock } = this.options;
    const appender = await openKafkaAppender({
      name,
      client: this.#client,
      logger: this.#logger,
      metrics: this.#metrics,
      knownTopics: this.#knownTopics,
      ...(brokerClock ? { brokerClock } : {}),
    });
    this.#writers.add(appender);
    return appender;
  }

  async openFencedAppender({
    transactionalId,
  }: {
    readonly transactionalId: string;
  }): Promise<FencedAppender> {
    this.#assertOpen();
    const appender = await openKafkaFencedAppender({
      transactionalId,
      client: this.#client,
      logger: this.#logger,
      metrics: this.#metrics,
      knownTopics: this.#knownTopics,
    });
    this.#writers.add(appender);
    return appender;
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    this.#assertOpen();
    const partitions = await this.#asAdmin((admin) => countPartitions(admin, options.topics));
    const subscription = new KafkaSubscription(options, {
      client: this.#client,
      logger: this.#logger,
      metrics: this.#metrics,
      partitions,
      probe: () => this.ping(),
    });
    await subscription.start();
    return this.#keepReader(subscription);
  }

  async openInbox(options: InboxOptions): Promise<Subscription> {
    this.#assertOpen();
    const appender = await this.openAppender({ name: 'inbox-ping' });
    const inbox = new KafkaInbox(options, {
      client: this.#client,
      logger: this.#logger,
      probe: () => this.ping(),
      appender,
    });
    await inbox.open();
    return this.#keepReader(inbox);
  }

  /** A log that was closed while the reader was opening closes it too. */
  async #keepReader(reader: Subscription): Promise<Subscription> {
    if (this.#closed) {
      await reader.close();
      throw new Error('the event log is closed');
    }
    this.#readers.add(reader);
    return reader;
  }

  /** Concurrent calls share one round trip. */
  ping(): Promise<void> {
    this.#pinging ??= this.#pingNow().finally(() => {
      this.#pinging = undefined;
    });
    return this.#pinging;
  }

  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  /** Readers first: their handlers may still append. */
  async #closeAll(): Promise<void> {
    await Promise.all([...this.#readers].map((reader) => reader.close()));
    await Promise.all([...this.#writers].map((writer) => writer.close()));
    await this.#pinger?.disconnect().catch(() => undefined);
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error('the event log is closed');
  }

  async #asAdmin<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result> {
    this.#assertOpen();
    const admin = this.#client({ retry: CONNECT_RETRY, requestTimeoutMs: ADMIN_REQUEST_TIMEOUT_MS }).admin({
      retry: APPEND_RETRY,
    });
    try {
      await admin.connect();
      return await work(admin);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  async #pingNow(): Promise<void> {
    const admin =
      this.#pinger ?? this.#client({ retry: PING_RETRY, requestTimeoutMs: PING_TIMEOUT_MS }).admin();
    const isNew = this.#pinger === undefined;
    this.#pinger = admin;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(reject, PING_TIMEOUT_MS, new Error('Kafka did not answer in time'));
    });
    const answer = (async () => {
      if (isNew) await admin.connect();
      await admin.describeCluster();
    })();
    try {
      await Promise.race([answer, timeout]);
    } catch (error) {
      // kafkajs does not find back from every lost connection: the next ping makes a new one.
      this.#pinger = undefined;
      answer.catch(() => undefined).finally(() => void admin.disconnect().catch(() => undefined));
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** See `KafkaEventLog`. */
export function openKafkaEventLog(options: KafkaEventLogOptions): KafkaEventLog {
  return new KafkaEventLog(options);
}
