import { setTimeout as pause } from 'node:timers/promises';
import type { BatchContext, DeadLetters, ReceivedRecord, RecordBatch } from '@muster/messaging';
import { isRetryable } from '@muster/persistence';
import type { Logger } from '@muster/service';
import type { Metrics } from '@muster/telemetry';
import type { RefusedRequest, RefusedRequests } from '../../application/refused-requests.js';
import { refusedRequestOf } from './refused-request.js';

export interface FailuresConsumerParts {
  readonly requests: RefusedRequests;
  readonly deadLetters: Pick<DeadLetters, 'setAside'>;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

interface Refused {
  readonly record: ReceivedRecord;
  readonly request: RefusedRequest;
}

const REQUESTS_PER_TRANSACTION_MAX = 500;
const RETRY_DELAY_MS = 200;
const RETRY_DELAY_MS_MAX = 10_000;

/**
 * Enters what the gateway refused into the activity, many in one statement. Guarantee: a record of a refused request counts as
 * finished when its entry is committed, or when it lies in the dead-letter topic because nobody can read or store it. While
 * Postgres is away nothing is given up: the batch waits, and so does its partition.
 */
export class FailuresConsumer {
  constructor(private readonly parts: FailuresConsumerParts) {}

  async onBatch({ topic, records }: RecordBatch, context: BatchContext): Promise<void> {
    this.parts.metrics.counter('consumer_batches_total').inc({ topic });
    const refused: Refused[] = [];
    for (const record of records) {
      if (context.signal.aborted) return;
      try {
        const request = refusedRequestOf(record);
        if (request === null) this.finish(record, context);
        else refused.push({ record, request });
      } catch (error) {
        await this.setAside(record, error, 0, context);
      }
    }
    for (let start = 0; start < refused.length; start += REQUESTS_PER_TRANSACTION_MAX)
      await this.enter(refused.slice(start, start + REQUESTS_PER_TRANSACTION_MAX), context);
  }

  private async enter(part: readonly Refused[], context: BatchContext): Promise<void> {
    const { requests, logger } = this.parts;
    for (let attempt = 1; !context.signal.aborted; attempt += 1) {
      try {
        await requests.enter(part.map(({ request }) => request));
        for (const { record } of part) this.finish(record, context);
        return;
      } catch (err) {
        if (!isRetryable(err)) return this.enterApart(part, err, attempt, context);
        logger.warn({ err, attempt, batchSize: part.length }, 'refused requests wait for the database');
        const delayMs = Math.min(RETRY_DELAY_MS * 2 ** (attempt - 1), RETRY_DELAY_MS_MAX);
        await pause(delayMs, undefined, { signal: context.signal }).catch(() => undefined);
      }
    }
  }

  /** Halves what the database refuses until the one is found that it cannot take: a bad record costs only itself. */
  private async enterApart(
    part: readonly Refused[],
    error: unknown,
    attempts: number,
    context: BatchContext,
  ): Promise<void> {
    const [only, ...others] = part;
    if (only !== undefined && others.length === 0)
      return this.setAside(only.record, error, attempts, context);
    const middle = Math.ceil(part.length / 2);
    await this.enter(part.slice(0, middle), context);
    await this.enter(part.slice(middle), context);
  }

  private async setAside(
    record: ReceivedRecord,
    error: unknown,
    attempts: number,
    context: BatchContext,
  ): Promise<void> {
    if (!(await this.parts.deadLetters.setAside(record, error, attempts, context.signal))) return;
    context.finished(record.offset);
    this.count(record, 'dead-letter');
  }

  private finish(record: ReceivedRecord, context: BatchContext): void {
    context.finished(record.offset);
    this.count(record, 'handled');
  }

  private count({ topic }: ReceivedRecord, result: 'handled' | 'dead-letter'): void {
    this.parts.metrics.counter('consumer_messages_total').inc({ topic, result });
  }
}
