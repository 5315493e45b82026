import { type Producer, type Transaction } from 'kafkajs';
import { SELF_CLOCKED_DEFAULTS } from '../appending/self-clocked-appender.js';
import { recordSizeBytes } from '../appending/record-size.js';
import { AppenderClosedError, AppenderReopenedError } from '../ports/errors.js';
import {
  FencedError,
  type AppendReceipt,
  type FencedAppender,
  type OutgoingRecord,
} from '../ports/event-log.js';
import { type MessagingLogger } from '../ports/logger.js';
import { type MessagingMetrics } from '../ports/metrics.js';
import { appendErrorOf } from './kafka-appender.js';
import { TRANSACTION_RETRY, type KafkaClientFactory } from './kafka-client.js';
import { errorLabel, isFenced, isHopeless } from './kafka-errors.js';
import { keyPartitioner } from './key-partitioner.js';
import { type KnownTopics } from './known-topics.js';
import { topicMessagesOf } from './record-codec.js';
import { withinMs } from './within-ms.js';

export interface KafkaFencedAppenderOptions {
  readonly transactionalId: string;
  readonly client: KafkaClientFactory;
  readonly logger: MessagingLogger;
  readonly metrics: MessagingMetrics;
  readonly knownTopics: KnownTopics;
}

const REQUEST_TIMEOUT_MS = 5_000;
/** How long opening waits for a coordinator that is still loading, as it is just after a broker's start. */
const OPEN_TIMEOUT_MS = 10_000;
const OPEN_PAUSE_MS = 100;
const DISCONNECT_MS_MAX = 3_000;
/** A transaction of an owner that vanished is aborted by the coordinator after this time; until then it holds readers back. */
const TRANSACTION_TIMEOUT_MS = 15_000;

/** Requests of at most the usual size: a topic bounds the bytes of one record batch. */
function requestsOf(records: readonly OutgoingRecord[]): OutgoingRecord[][] {
  const { recordsPerSendMax, bytesPerSendMax } = SELF_CLOCKED_DEFAULTS;
  const requests: OutgoingRecord[][] = [];
  let current: OutgoingRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = recordSizeBytes(record);
    if (current.length > 0 && (current.length === recordsPerSendMax || bytes + size > bytesPerSendMax)) {
      requests.push(current);
      current = [];
      bytes = 0;
    }
    current.push(record);
    bytes += size;
  }
  if (current.length > 0) requests.push(current);
  return requests;
}

/**
 * Appends in Kafka transactions, one per `append`, one after the other.
 *
 * Registering with the coordinator makes this the newest appender and fences all others, also a newer one. So it registers
 * anew only *between* two appends: the one that failed is rejected, and one that finds the appender unregistered is rejected
 * too (`AppenderReopenedError`), because what its caller had read by then may be stale. Whoever gets a rejection must read
 * again what is to be appended; then nothing older than this registration is ever written.
 */
class KafkaFencedAppender implements FencedAppender {
  #producer: Producer | undefined;
  #fenced: FencedError | undefined;
  #closed = false;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: KafkaFencedAppenderOptions) {}

  get transactionalId(): string {
    return this.options.transactionalId;
  }

  async open(): Promise<void> {
    const deadlineMs = performance.now() + OPEN_TIMEOUT_MS;
    for (;;) {
      try {
        await this.#register();
        return;
      } catch (error) {
        if (isHopeless(error) || performance.now() > deadlineMs) throw error;
        this.options.logger.debug(
          { error: errorLabel(error) },
          'the transaction coordinator is not ready yet',
        );
        await new Promise((resolve) => setTimeout(resolve, OPEN_PAUSE_MS));
      }
    }
  }

  append(records: readonly OutgoingRecord[]): Promise<AppendReceipt> {
    if (this.#closed) return Promise.reject(new AppenderClosedError('the appender is closed'));
    const result = this.#tail.then(() => this.#appendNow(records));
    this.#tail = result.catch(() => undefined);
    return result;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#tail;
    await this.#discard();
  }

  async #appendNow(records: readonly OutgoingRecord[]): Promise<AppendReceipt> {
    if (this.#fenced) throw this.#fenced;
    if (records.length === 0) return { brokerTimeMs: null };
    await this.options.knownTopics.check(records);
    if (!this.#producer) {
      await this.#register();
      throw new AppenderReopenedError('registered with the log again: read again what is to be appended');
    }
    const startedAt = performance.now();
    const settled = (outcome: 'ok' | 'failed'): void => {
      this.options.metrics.appendSettled?.(
        this.transactionalId,
        records.length,
        performance.now() - startedAt,
        outcome,
      );
    };
    try {
      await this.#commitInOneTransaction(this.#producer, records);
      settled('ok');
      return { brokerTimeMs: null };
    } catch (error) {
      settled('failed');
      this.#rejectIfFenced(error);
      this.options.logger.warn(
        { records: records.length, error: errorLabel(error) },
        'a fenced append failed',
      );
      throw appendErrorOf(error);
    }
  }

  async #commitInOneTransaction(producer: Producer, records: readonly OutgoingRecord[]): Promise<void> {
    let transaction: Transaction | undefined;
    try {
      transaction = await producer.transaction();
      for (const request of requestsOf(records)) {
        await transaction.sendBatch({ acks: -1, topicMessages: topicMessagesOf(request) });
      }
      await transaction.commit();
    } catch (error) {
      await this.#recover(transaction, error);
      throw error;
    }
  }

  /**
   * Aborts, so that readers wait no longer and a newer owner is noticed, and then registers anew: a request without an answer
   * may have moved the broker's sequence numbers, and kafkajs would use them again, which the broker takes for a repetition
   * and drops in silence. If registering is not possible now, the next append does it.
   */
  async #recover(transaction: Transaction | undefined, error: unknown): Promise<void> {
    this.#rejectIfFenced(error);
    try {
      if (transaction?.isActive() === true) await transaction.abort();
    } catch (abortError) {
      this.#rejectIfFenced(abortError);
      this.options.logger.debug({ error: errorLabel(abortError) }, 'a transaction could not be aborted');
    }
    await this.#discard();
    await this.#register().catch((registerError: unknown) => {
      this.options.logger.debug(
        { error: errorLabel(registerError) },
        'the fenced appender could not register anew yet',
      );
    });
  }

  #rejectIfFenced(error: unknown): void {
    if (!isFenced(error)) return;
    this.#fenced ??= new FencedError(`a newer appender took over ${this.transactionalId}`, { cause: error });
    void this.#discard();
    throw this.#fenced;
  }

  /** Starting a transaction, even an empty one, makes the client ask the coordinator for its epoch: that fences the others. */
  async #register(): Promise<void> {
    const producer = this.options
      .client({ retry: TRANSACTION_RETRY, requestTimeoutMs: REQUEST_TIMEOUT_MS })
      .producer({
        transactionalId: this.transactionalId,
        transactionTimeout: TRANSACTION_TIMEOUT_MS,
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        createPartitioner: keyPartitioner,
        retry: TRANSACTION_RETRY,
      });
    try {
      await producer.connect();
      const probe = await producer.transaction();
      await probe.abort();
      this.#producer = producer;
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  async #discard(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    if (producer === undefined) return;
    const left = producer.disconnect().catch((error: unknown) => {
      this.options.logger.debug({ error: errorLabel(error) }, 'a fenced producer did not disconnect cleanly');
    });
    await withinMs(left, DISCONNECT_MS_MAX);
  }
}

export async function openKafkaFencedAppender(options: KafkaFencedAppenderOptions): Promise<FencedAppender> {
  const appender = new KafkaFencedAppender(options);
  await appender.open();
  return appender;
}
