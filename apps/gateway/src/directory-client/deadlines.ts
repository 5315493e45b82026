/** One thing that has to end in time. */
export interface Deadline {
  /** Aborted when the time is up. */
  readonly signal: AbortSignal;
  /** It has ended by itself. */
  done(): void;
}

interface Entry extends Deadline {
  readonly abort: AbortController;
  readonly endsAtMs: number;
}

const SWEEP_INTERVAL_MS = 50;

/**
 * Deadlines that are all equally long, under one timer: at thousands a second a timer for each would cost more than the
 * sweep. Exact to 50 ms.
 */
export class Deadlines {
  private readonly entries = new Set<Entry>();
  private timer: NodeJS.Timeout | undefined;

  /** Aborts carry this reason. */
  constructor(
    private readonly lengthMs: number,
    private readonly reason: Error,
  ) {}

  begin(): Deadline {
    const abort = new AbortController();
    const entry: Entry = {
      abort,
      signal: abort.signal,
      endsAtMs: performance.now() + this.lengthMs,
      done: () => this.entries.delete(entry),
    };
    this.entries.add(entry);
    this.timer ??= setInterval(() => this.sweep(), SWEEP_INTERVAL_MS).unref();
    return entry;
  }

  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private sweep(): void {
    const nowMs = performance.now();
    for (const entry of this.entries) {
      // Insertion order is the order of the ends: the rest has time.
      if (entry.endsAtMs > nowMs) return;
      this.entries.delete(entry);
      entry.abort.abort(this.reason);
    }
    if (this.entries.size === 0) this.close();
  }
}
