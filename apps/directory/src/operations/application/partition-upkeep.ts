import type { PartitionStore } from './operation-store.js';

export interface PartitionUpkeepOptions {
  readonly store: PartitionStore;
  /** Activity is kept for so many days. */
  readonly retentionDays: number;
  readonly onDone: (result: { readonly made: number; readonly dropped: number }) => void;
  readonly onProblem: (error: unknown) => void;
  /** Default 6 hours. */
  readonly intervalMs?: number;
  /** After a failure. Default 60,000. */
  readonly retryMs?: number;
}

/** A week without upkeep does no harm; what comes after it lands in the default partition and is found there all the same. */
const DAYS_AHEAD = 7;
const INTERVAL_MS = 6 * 3_600_000;
const RETRY_MS = 60_000;

/** Makes the partitions of the days to come and drops those whose time is over: at the start and several times a day. */
export class PartitionUpkeep {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly options: PartitionUpkeepOptions) {}

  /** Runs now, then by the clock. Never rejects: writes go on without a partition of their own. */
  start(): Promise<void> {
    this.running = this.run();
    return this.running;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    let nextMs = this.options.intervalMs ?? INTERVAL_MS;
    try {
      const made = await this.options.store.ensure(DAYS_AHEAD);
      const dropped = await this.options.store.dropOlderThan(this.options.retentionDays);
      this.options.onDone({ made, dropped });
    } catch (error) {
      nextMs = this.options.retryMs ?? RETRY_MS;
      this.options.onProblem(error);
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.start(), nextMs);
    this.timer.unref();
  }
}
