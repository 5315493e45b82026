import { setTimeout as pause } from 'node:timers/promises';
import { FAILURES_TOPIC, type ProvisioningFailure } from '@muster/contracts';
import {
  processRecords,
  type BatchContext,
  type BatchHandler,
  type ReceivedRecord,
  type RecordAppender,
  type RecordBatch,
} from '@muster/messaging';
import { isRetryable } from '@muster/persistence';
import type { Logger } from '@muster/service';
import {
  attributeKeys,
  extractTraceContext,
  spanNames,
  tracer,
  type Metrics,
  type Span,
} from '@muster/telemetry';
import type { RecordFailures } from '../../application/record-failures.js';
import { failureOf } from './failure-record.js';

export interface FailuresConsumerParts {
  readonly recorder: Pick<RecordFailures, 'record'>;
  /** For dead letters. */
  readonly appender: RecordAppender;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

interface DecodedRecord {
  readonly record: ReceivedRecord;
  readonly failure: ProvisioningFailure;
}

/** Failures in one transaction. */
const FAILURES_PER_TRANSACTION_MAX = 500;
const RETRY_DELAY_MS = 200;
const RETRY_DELAY_MS_MAX = 10_000;

/**
 * Takes in `provisioning.failures.v1`, a batch per transaction. Guarantee: a record counts as finished only when its
 * failure is stored with the mail that will tell it, or when it lies in the dead-letter topic because nobody can read it.
 * While Postgres is away nothing is finished and nothing is given up: the batch waits, and so does its partition.
 */
export class FailuresConsumer {
  /** The slow path, one record per transaction: so that a bad record costs itself and not its batch. */
  private readonly oneByOne: BatchHandler;

  constructor(private readonly parts: FailuresConsumerParts) {
    const { recorder, appender, metrics, logger } = parts;
    this.oneByOne = processRecords({
      decode: failureOf,
      handle: async (failure) => void (await recorder.record([failure])),
      appender,
      isRetryable,
      retry: {
        attemptsMax: Number.POSITIVE_INFINITY,
        initialDelayMs: RETRY_DELAY_MS,
        delayMsMax: RETRY_DELAY_MS_MAX,
      },
      logger: logger.child({ component: 'failures-consumer' }),
      metrics: {
        deadLettered: (topic, reason) => {
          metrics.counter('dead_letters_total').inc({ topic, reason });
          metrics.counter('consumer_messages_total').inc({ topic, result: 'dead-letter' });
        },
      },
    });
  }

  async onBatch(batch: RecordBatch, context: BatchContext): Promise<void> {
    this.parts.metrics.counter('consumer_batches_total').inc({ topic: batch.topic });
    const { decoded, unreadable } = decodeAll(batch.records);
    if (unreadable.length > 0) await this.oneByOne({ ...batch, records: unreadable }, context);
    for (let start = 0; start < decoded.length; start += FAILURES_PER_TRANSACTION_MAX) {
      const part = decoded.slice(start, start + FAILURES_PER_TRANSACTION_MAX);
      if (context.signal.aborted) return;
      await this.takeIn(batch, part, context);
    }
  }

  private async takeIn(
    batch: RecordBatch,
    part: readonly DecodedRecord[],
    context: BatchContext,
  ): Promise<void> {
    const { logger, recorder } = this.parts;
    for (let attempt = 1; !context.signal.aborted; attempt += 1) {
      try {
        await inSpans(part, () => recorder.record(part.map(({ failure }) => failure)));
        return this.finish(part, context);
      } catch (err) {
        const { topic, partition } = batch;
        if (!isRetryable(err)) {
          logger.error(
            { err, topic, partition, batchSize: part.length },
            'a batch failed and is taken record by record',
          );
          return this.oneByOne({ ...batch, records: part.map(({ record }) => record) }, context);
        }
        logger.warn({ err, topic, partition, attempt }, 'a batch waits for the database');
        await waitBefore(attempt, context.signal);
      }
    }
  }

  private finish(part: readonly DecodedRecord[], context: BatchContext): void {
    const { metrics } = this.parts;
    for (const { record, failure } of part) {
      context.finished(record.offset);
      metrics.counter('failures_consumed_total').inc({ cause: failure.cause });
    }
    metrics.counter('consumer_messages_total').inc({ topic: FAILURES_TOPIC, result: 'handled' }, part.length);
  }
}

function decodeAll(records: readonly ReceivedRecord[]): {
  readonly decoded: readonly DecodedRecord[];
  readonly unreadable: readonly ReceivedRecord[];
} {
  const decoded: DecodedRecord[] = [];
  const unreadable: ReceivedRecord[] = [];
  for (const record of records) {
    try {
      decoded.push({ record, failure: failureOf(record) });
    } catch {
      // Why is found, and kept with the dead letter, where it is decoded once more.
      unreadable.push(record);
    }
  }
  return { decoded, unreadable };
}

/** Each record has its own span, in the trace that published it, for as long as its transaction takes. */
async function inSpans(part: readonly DecodedRecord[], work: () => Promise<unknown>): Promise<void> {
  const spans = part.map(({ record, failure }) => spanOf(record, failure, part.length));
  try {
    await work();
  } catch (error) {
    for (const span of spans) tracer.fail(span, error);
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
}

function spanOf(record: ReceivedRecord, failure: ProvisioningFailure, batchSize: number): Span {
  return tracer.startSpan(spanNames.process(record.topic), {
    kind: 'consumer',
    parent: extractTraceContext(record.headers),
    attributes: () => ({
      [attributeKeys.messagingSystem]: 'kafka',
      [attributeKeys.messagingOperationName]: 'process',
      [attributeKeys.messagingOperationType]: 'process',
      [attributeKeys.messagingDestination]: record.topic,
      [attributeKeys.messagingPartition]: String(record.partition),
      [attributeKeys.messagingOffset]: String(record.offset),
      [attributeKeys.messagingBatchSize]: batchSize,
      [attributeKeys.messagingMessageId]: failure.failureId,
      [attributeKeys.tenantId]: failure.tenantId,
      [attributeKeys.cause]: failure.cause,
    }),
  }).span;
}

async function waitBefore(attempt: number, signal: AbortSignal): Promise<void> {
  const delayMs = Math.min(RETRY_DELAY_MS * 2 ** (attempt - 1), RETRY_DELAY_MS_MAX);
  // The partition may be taken away meanwhile; the loop finds that out by itself.
  await pause(delayMs, undefined, { signal }).catch(() => undefined);
}
