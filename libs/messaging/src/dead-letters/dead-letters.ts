import { setTimeout as pause } from 'node:timers/promises';
import { RecordTooLargeError, UnknownTopicError } from '../ports/errors.js';
import { type OutgoingRecord, type ReceivedRecord, type RecordAppender } from '../ports/event-log.js';
import { silentLogger, type MessagingLogger } from '../ports/logger.js';
import { noMetrics, type MessagingMetrics } from '../ports/metrics.js';
import { deadLetter, withoutValue } from './dead-letter.js';

export interface DeadLettersOptions {
  /** Writes to `<topic>.dlq`, which must exist. */
  readonly appender: RecordAppender;
  readonly logger?: MessagingLogger;
  readonly metrics?: MessagingMetrics;
  /** Delay before the second try; doubled up to the maximum. Milliseconds. */
  readonly initialDelayMs?: number;
  readonly delayMsMax?: number;
}

const INITIAL_DELAY_MS = 200;
const DELAY_MS_MAX = 15_000;

/** Keeps records that nobody can do anything with, so that those behind them can go on. */
export class DeadLetters {
  readonly #logger: MessagingLogger;
  readonly #metrics: MessagingMetrics;

  constructor(private readonly options: DeadLettersOptions) {
    this.#logger = options.logger ?? silentLogger;
    this.#metrics = options.metrics ?? noMetrics;
  }

  /**
   * Resolves with true once the record is kept, with its original bytes unless they do not fit; with false when the partition
   * was taken away before that. Tries for as long as it takes: the log is away, and so is everything else a consumer could do.
   * @throws UnknownTopicError when there is no topic to keep it in
   */
  async setAside(
    record: ReceivedRecord,
    error: unknown,
    attempts: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const letter = deadLetter(record, error, attempts);
    let delayMs = this.options.initialDelayMs ?? INITIAL_DELAY_MS;
    for (;;) {
      try {
        await this.#keep(letter);
        this.#metrics.deadLettered?.(record.topic, nameOf(error));
        this.#logger.error({ ...whereOf(record), attempts, error: nameOf(error) }, 'a record was set aside');
        return true;
      } catch (failure) {
        if (failure instanceof UnknownTopicError) throw failure;
        this.#logger.warn(
          { ...whereOf(record), error: nameOf(failure) },
          'a dead letter could not be written yet',
        );
      }
      if (!(await waited(delayMs, signal))) return false;
      delayMs = Math.min(delayMs * 2, this.options.delayMsMax ?? DELAY_MS_MAX);
    }
  }

  async #keep(letter: OutgoingRecord): Promise<void> {
    try {
      await this.options.appender.append([letter]);
    } catch (error) {
      if (!(error instanceof RecordTooLargeError)) throw error;
      await this.options.appender.append([withoutValue(letter)]);
    }
  }
}

/** False when the partition was taken away meanwhile. */
export async function waited(delayMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(delayMs, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

/** Where a record is, for a log line. */
export function whereOf({ topic, partition, offset }: ReceivedRecord): object {
  return { topic, partition, offset: String(offset) };
}

/** The class of what was thrown: its message may quote what must not be logged. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
