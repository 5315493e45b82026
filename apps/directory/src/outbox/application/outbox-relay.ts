import { setTimeout as delay } from 'node:timers/promises';
import { FAILURES_TOPIC, validateFactRecord, validateFailureRecord } from '@muster/contracts';
import {
  AppenderReopenedError,
  FencedError,
  RecordTooLargeError,
  type FencedAppender,
  type OutgoingRecord,
} from '@muster/messaging';
import { failpointAsync } from '@muster/service';
import type { Metrics } from '@muster/telemetry';
import { outboxRecords } from './outbox-records.js';
import type { OutboxKind, OutboxRow, OutboxShard, OutboxStore, RelayLock } from './outbox-store.js';

export interface OutboxRelayOptions {
  readonly shard: OutboxShard;
  readonly kinds: readonly OutboxKind[];
  readonly store: OutboxStore;
  readonly lock: RelayLock;
  /** Opens the one appender of this shard; whoever held it before is fenced from then on. */
  readonly openAppender: () => Promise<FencedAppender>;
  readonly metrics: Metrics;
  readonly warn: (message: string, error: unknown) => void;
  /** For what somebody has to see to: nobody else will. */
  readonly alarm: (message: string, error: unknown) => void;
  /** How often a quiet outbox is looked at, for rows that another process wrote. */
  readonly pollMs?: number;
}

/** Rows of one transaction of the log at the most. */
const ROWS_MAX = 500;
const POLL_MS = 100;
/**
 * The least time from one transaction of the log to the next. A transaction costs the same few requests, and a marker in every
 * partition it touched, for one row as for hundreds; consumers of facts do not notice 25 ms.
 */
const GATHER_MS = 25;
/** How often somebody without the lock asks for it, and how long a failed relay rests. */
const RETRY_MS = 500;

/**
 * Moves rows from the outbox to the log, in the order in which they were written: read, append, delete. No database
 * transaction is open meanwhile.
 *
 * Guarantee: at least once, and per resource in the order of its versions, because every change locks its resource before it
 * writes its row and one relay at a time serves a shard. A relay that lost its lock without noticing cannot write an old state
 * over a new one: its appender is fenced as soon as the next one opens. Not promised: exactly once (`ce_id` tells repeats).
 */
export class OutboxRelay {
  private readonly stopping = new AbortController();
  private wakeUp: (() => void) | null = null;
  private pending = false;
  private readonly running: Promise<void>;

  constructor(private readonly options: OutboxRelayOptions) {
    this.running = this.run();
  }

  /** There is something new: do not wait for the next look. */
  wake(): void {
    this.pending = true;
    this.wakeUp?.();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.wakeUp?.();
    await this.running;
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        if (await this.options.lock.tryAcquire()) await this.lead();
        else await this.rest();
      } catch (error) {
        this.options.warn(
          error instanceof FencedError ? 'another relay took over' : 'the relay starts again',
          error,
        );
        await this.rest();
      }
    }
    await this.options.lock.release();
  }

  /** Serves the shard until the lock, the log or the database goes away. */
  private async lead(): Promise<void> {
    const { lock, metrics, shard } = this.options;
    const leading = metrics.gauge('relay_leading');
    try {
      const appender = await this.options.openAppender();
      leading.set({ shard: shard.index }, 1);
      try {
        while (!this.stopped && lock.held) {
          this.pending = false;
          const rows = await this.options.store.read(shard, this.options.kinds, ROWS_MAX);
          if (rows.length === 0) await this.untilWoken();
          else {
            const gathered = rows.length < ROWS_MAX ? delay(GATHER_MS) : undefined;
            await this.publish(appender, rows).catch(readAgainIfReopened);
            await gathered;
          }
        }
      } finally {
        await appender
          .close()
          .catch((error: unknown) => this.options.warn('the relay could not close its appender', error));
      }
    } finally {
      leading.set({ shard: shard.index }, 0);
      await lock.release();
    }
  }

  private async publish(appender: FencedAppender, rows: readonly OutboxRow[]): Promise<void> {
    const { metrics, store } = this.options;
    const startedAt = performance.now();
    await failpointAsync('directory.before-publish');
    const published = await this.append(appender, rows);
    await failpointAsync('directory.after-publish');
    await store.remove(published.map((row) => row.seq));
    metrics.histogram('relay_publish_seconds').observe((performance.now() - startedAt) / 1000);
    metrics.histogram('relay_batch_size').observe(rows.length);
    const now = Date.now();
    const delays = metrics.histogram('event_publish_delay_seconds');
    for (const row of published) delays.observe(Math.max(0, now - row.createdAtMs) / 1000);
  }

  private async append(appender: FencedAppender, rows: readonly OutboxRow[]): Promise<readonly OutboxRow[]> {
    const records = rows.flatMap(outboxRecords);
    for (const record of records) this.checkSchema(record);
    try {
      await appender.append(records);
    } catch (error) {
      if (!(error instanceof RecordTooLargeError)) throw error;
      return this.appendApart(appender, rows);
    }
    const counter = this.options.metrics.counter('outbox_published_total');
    for (const { topic } of records) counter.inc({ topic });
    return rows;
  }

  /** A record that breaks its schema is a bug of ours; the fact happened all the same, so it is published and the bug is told. */
  private checkSchema(record: OutgoingRecord): void {
    const problems =
      record.topic === FAILURES_TOPIC ? validateFailureRecord(record) : validateFactRecord(record);
    if (problems.length === 0) return;
    this.options.metrics.counter('records_invalid_total').inc({ topic: record.topic });
    this.options.warn(`a record breaks the schema of its topic: ${problems.join('; ')}`, null);
  }

  /** One of the rows is larger than the log takes: it is set aside, the others go on in their order. */
  private async appendApart(
    appender: FencedAppender,
    rows: readonly OutboxRow[],
  ): Promise<readonly OutboxRow[]> {
    const published: OutboxRow[] = [];
    for (const row of rows) {
      const records = outboxRecords(row);
      try {
        await appender.append(records);
        published.push(row);
      } catch (error) {
        if (!(error instanceof RecordTooLargeError)) throw error;
        await this.options.store.park(row.seq, error.message);
        this.options.metrics.counter('outbox_parked_total').inc({ topic: records[0]?.topic ?? '' });
        this.options.alarm('an outbox row is too large for its topic and was set aside', error);
      }
    }
    return published;
  }

  private async untilWoken(): Promise<void> {
    if (this.pending || this.stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.options.pollMs ?? POLL_MS);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeUp = null;
  }

  private async rest(): Promise<void> {
    await delay(RETRY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

/** Nothing of the append is visible; what was read before it may be stale, so the next round reads again. */
function readAgainIfReopened(error: unknown): void {
  if (!(error instanceof AppenderReopenedError)) throw error;
}
