import { attributeKeys, extractTraceContext, spanNames, tracer } from '@muster/telemetry';
import {
  type BatchContext,
  type BatchHandler,
  type ReceivedRecord,
  type RecordAppender,
} from '../ports/event-log.js';
import { silentLogger, type MessagingLogger } from '../ports/logger.js';
import { noMetrics, type MessagingMetrics } from '../ports/metrics.js';
import { DeadLetters, nameOf, waited, whereOf } from './dead-letters.js';
import { isRetryableError } from './retryable-error.js';

export interface RecordRetry {
  /** How often a record is tried in all. */
  readonly attemptsMax: number;
  readonly initialDelayMs: number;
  /** The delay doubles up to this. */
  readonly delayMsMax: number;
}

/** Tries for about a minute: longer than a restart of what the handler needs, short enough to be noticed as lag. */
export const RECORD_RETRY: RecordRetry = { attemptsMax: 8, initialDelayMs: 200, delayMsMax: 15_000 };

export interface HandleContext {
  readonly record: ReceivedRecord;
  /** From 1. */
  readonly attempt: number;
  /** Aborted when the partition is taken away: what is not begun then need not be. */
  readonly signal: AbortSignal;
}

export interface ProcessRecordsOptions<Message> {
  /** Throws when the record cannot be understood; it is then set aside without another try. */
  readonly decode: (record: ReceivedRecord) => Message;
  readonly handle: (message: Message, context: HandleContext) => Promise<void>;
  /** Writes dead letters to `<topic>.dlq`, which must exist. */
  readonly appender: RecordAppender;
  /** Default: errors of the class `RetryableError`. */
  readonly isRetryable?: (error: unknown) => boolean;
  readonly retry?: RecordRetry;
  readonly logger?: MessagingLogger;
  readonly metrics?: MessagingMetrics;
}

type Outcome =
  { readonly ok: true } | { readonly ok: false; readonly error: unknown; readonly attempts: number };

/**
 * Builds the handler of a simple consumer: record after record within a partition, each in its own CONSUMER span under the
 * trace that wrote it. A record that cannot be decoded, fails for good, or failed too often goes to the dead letters, and
 * the next one is taken: no record holds up its partition for longer than its retries.
 *
 * Guarantee: every record was handled, or is a dead letter, before it counts as finished. A record may be handled twice.
 * Throws only when dead letters cannot be kept because their topic is missing.
 */
export function processRecords<Message>(options: ProcessRecordsOptions<Message>): BatchHandler {
  const processor = new RecordProcessor(options);
  return async (batch, context) => {
    for (const record of batch.records) {
      if (context.signal.aborted) return;
      const isDone = await processor.process(record, context);
      if (!isDone) return;
      context.finished(record.offset);
    }
  };
}

class RecordProcessor<Message> {
  readonly #options: ProcessRecordsOptions<Message>;
  readonly #retry: RecordRetry;
  readonly #isRetryable: (error: unknown) => boolean;
  readonly #logger: MessagingLogger;
  readonly #deadLetters: DeadLetters;

  constructor(options: ProcessRecordsOptions<Message>) {
    this.#options = options;
    this.#retry = options.retry ?? RECORD_RETRY;
    this.#isRetryable = options.isRetryable ?? isRetryableError;
    this.#logger = options.logger ?? silentLogger;
    const { appender, metrics = noMetrics } = options;
    const { initialDelayMs, delayMsMax } = this.#retry;
    this.#deadLetters = new DeadLetters({
      appender,
      logger: this.#logger,
      metrics,
      initialDelayMs,
      delayMsMax,
    });
  }

  /** False when the partition was taken away before the record was done with. */
  async process(record: ReceivedRecord, { signal }: BatchContext): Promise<boolean> {
    const attributes = () => ({
      [attributeKeys.messagingSystem]: 'kafka',
      [attributeKeys.messagingOperationName]: 'process',
      [attributeKeys.messagingOperationType]: 'process',
      [attributeKeys.messagingDestination]: record.topic,
      [attributeKeys.messagingPartition]: String(record.partition),
      [attributeKeys.messagingOffset]: String(record.offset),
    });
    const parent = extractTraceContext(record.headers);
    return tracer.withSpan(
      spanNames.process(record.topic),
      { kind: 'consumer', parent, attributes },
      async (span) => {
        const outcome = await this.#attempt(record, signal);
        if (outcome === undefined) return false;
        if (outcome.ok) return true;
        span.setAttribute(attributeKeys.attempt, outcome.attempts);
        tracer.fail(span, outcome.error);
        return this.#deadLetters.setAside(record, outcome.error, outcome.attempts, signal);
      },
    );
  }

  /** Undefined when the partition was taken away in between. */
  async #attempt(record: ReceivedRecord, signal: AbortSignal): Promise<Outcome | undefined> {
    let message: Message;
    try {
      message = this.#options.decode(record);
    } catch (error) {
      return { ok: false, error, attempts: 0 };
    }
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#options.handle(message, { record, attempt, signal });
        return { ok: true };
      } catch (error) {
        if (signal.aborted) return undefined;
        if (attempt >= this.#retry.attemptsMax || !this.#isRetryable(error)) {
          return { ok: false, error, attempts: attempt };
        }
        this.#logger.warn(
          { ...whereOf(record), attempt, error: nameOf(error) },
          'a record failed and is tried again',
        );
        if (!(await this.#waitBefore(attempt + 1, signal))) return undefined;
      }
    }
  }

  /** Waits before the attempt of that number; false when the partition was taken away meanwhile. */
  #waitBefore(attempt: number, signal: AbortSignal): Promise<boolean> {
    const { initialDelayMs, delayMsMax } = this.#retry;
    return waited(Math.min(initialDelayMs * 2 ** (attempt - 2), delayMsMax), signal);
  }
}
