import { AppenderClosedError, AppenderOverloadedError, AppendTimeoutError } from '../ports/errors.js';
import { type AppendReceipt, type OutgoingRecord, type RecordAppender } from '../ports/event-log.js';
import { recordSizeBytes } from './record-size.js';

export interface SelfClockedAppenderOptions {
  /** Sends records in one request; resolves once they are durable. */
  readonly send: (records: readonly OutgoingRecord[]) => Promise<AppendReceipt>;
  /** True when the error is the fault of one record (too large, unknown topic), so that its neighbours deserve another try. */
  readonly isRecordFault: (error: unknown) => boolean;
  /** Called once everything queued before `close` has been settled. */
  readonly onClosed?: () => Promise<void>;
  readonly onQueueChanged?: (recordsQueued: number) => void;
  readonly recordsPerSendMax?: number;
  /** A single larger record is sent alone. */
  readonly bytesPerSendMax?: number;
  readonly recordsQueuedMax?: number;
  readonly bytesQueuedMax?: number;
  /** How long an append may take in all, waiting in the queue included. */
  readonly appendTimeoutMsMax?: number;
  readonly now?: () => number;
}

export const SELF_CLOCKED_DEFAULTS = {
  recordsPerSendMax: 500,
  bytesPerSendMax: 512 * 1_024,
  recordsQueuedMax: 10_000,
  bytesQueuedMax: 64 * 1_024 * 1_024,
  appendTimeoutMsMax: 5_500,
} as const;

const SWEEP_INTERVAL_MS = 100;

interface PendingAppend {
  readonly records: readonly OutgoingRecord[];
  readonly sizes: readonly number[];
  readonly deadlineMs: number;
  readonly resolve: (receipt: AppendReceipt) => void;
  readonly reject: (error: unknown) => void;
  /** Records taken out of the queue so far. */
  taken: number;
  /** Records known to be durable. */
  durable: number;
  brokerTimeMs: number | null;
  settled: boolean;
}

/** The part of one append that travels in one request. */
interface Slice {
  readonly append: PendingAppend;
  readonly records: readonly OutgoingRecord[];
}

/**
 * Coalesces appends without a timer: when nothing is in flight an append is sent at once; otherwise it waits until the send
 * returns, and then everything that waits goes out together. No latency is added when idle, batches form by themselves
 * under load, and one request in flight keeps the order of everything appended here.
 */
export class SelfClockedAppender implements RecordAppender {
  readonly #options: SelfClockedAppenderOptions &
    Required<Omit<SelfClockedAppenderOptions, 'onClosed' | 'onQueueChanged'>>;
  #queue: PendingAppend[] = [];
  #recordsQueued = 0;
  #bytesQueued = 0;
  #inFlight: readonly Slice[] | undefined;
  #sweeper: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;
  #drained: (() => void) | undefined;

  constructor(options: SelfClockedAppenderOptions) {
    this.#options = { ...SELF_CLOCKED_DEFAULTS, now: () => performance.now(), ...options };
  }

  append(records: readonly OutgoingRecord[]): Promise<AppendReceipt> {
    if (this.#closing !== undefined) return Promise.reject(new AppenderClosedError('the appender is closed'));
    if (records.length === 0) return Promise.resolve({ brokerTimeMs: null });
    const sizes = records.map(recordSizeBytes);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    if (this.#isOverloadedBy(records.length, bytes)) {
      const waiting = `${String(this.#recordsQueued)} records (${String(this.#bytesQueued)} bytes) wait already`;
      return Promise.reject(new AppenderOverloadedError(waiting));
    }
    return new Promise((resolve, reject) => {
      const deadlineMs = this.#options.now() + this.#options.appendTimeoutMsMax;
      this.#queue.push({
        records,
        sizes,
        deadlineMs,
        resolve,
        reject,
        taken: 0,
        durable: 0,
        brokerTimeMs: null,
        settled: false,
      });
      this.#countQueued(records.length, bytes);
      this.#watchDeadlines();
      this.#sendNext();
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  async #drain(): Promise<void> {
    if (this.#inFlight !== undefined || this.#queue.length > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    clearInterval(this.#sweeper);
    await this.#options.onClosed?.();
  }

  /** An append larger than the whole queue is let in when nothing waits: otherwise it could never be sent at all. */
  #isOverloadedBy(records: number, bytes: number): boolean {
    if (this.#recordsQueued === 0) return false;
    return (
      this.#recordsQueued + records > this.#options.recordsQueuedMax ||
      this.#bytesQueued + bytes > this.#options.bytesQueuedMax
    );
  }

  #countQueued(records: number, bytes: number): void {
    this.#recordsQueued += records;
    this.#bytesQueued += bytes;
    this.#options.onQueueChanged?.(this.#recordsQueued);
  }

  #sendNext(): void {
    if (this.#inFlight !== undefined) return;
    const slices = this.#takeSlices();
    if (slices.length === 0) {
      clearInterval(this.#sweeper);
      this.#sweeper = undefined;
      this.#tellIfDrained();
      return;
    }
    this.#inFlight = slices;
    void this.#sendSlices(slices).finally(() => {
      this.#inFlight = undefined;
      this.#sendNext();
    });
  }

  #takeSlices(): Slice[] {
    const { recordsPerSendMax, bytesPerSendMax } = this.#options;
    const slices: Slice[] = [];
    let records = 0;
    let bytes = 0;
    let appendsDone = 0;
    let full = false;
    for (const append of this.#queue) {
      const from = append.taken;
      while (append.taken < append.records.length) {
        const size = append.sizes[append.taken] ?? 0;
        full = records >= recordsPerSendMax || (records > 0 && bytes + size > bytesPerSendMax);
        if (full) break;
        records += 1;
        bytes += size;
        append.taken += 1;
      }
      if (append.taken > from) slices.push({ append, records: append.records.slice(from, append.taken) });
      if (full) break;
      appendsDone += 1;
    }
    this.#queue = this.#queue.slice(appendsDone);
    this.#countQueued(-records, -bytes);
    return slices;
  }

  async #sendSlices(slices: readonly Slice[]): Promise<void> {
    try {
      const receipt = await this.#options.send(slices.flatMap((slice) => slice.records));
      for (const slice of slices) this.#succeed(slice, receipt);
    } catch (error) {
      if (slices.length > 1 && this.#options.isRecordFault(error)) {
        // One append's bad record must not cost the others their answer.
        for (const slice of slices) await this.#sendSlices([slice]);
        return;
      }
      for (const slice of slices) this.#fail(slice.append, error);
    }
  }

  #succeed({ append, records }: Slice, receipt: AppendReceipt): void {
    append.durable += records.length;
    if (receipt.brokerTimeMs !== null) {
      append.brokerTimeMs = Math.max(append.brokerTimeMs ?? 0, receipt.brokerTimeMs);
    }
    if (append.settled || append.durable < append.records.length) return;
    append.settled = true;
    append.resolve({ brokerTimeMs: append.brokerTimeMs });
  }

  /** Rejects an append and drops what of it still waits: sending later parts after a lost one would break its order. */
  #fail(append: PendingAppend, error: unknown): void {
    if (append.settled) return;
    append.settled = true;
    if (append.taken < append.records.length) {
      this.#queue = this.#queue.filter((each) => each !== append);
      const bytes = append.sizes.slice(append.taken).reduce((sum, size) => sum + size, 0);
      this.#countQueued(append.taken - append.records.length, -bytes);
    }
    append.reject(error);
  }

  #watchDeadlines(): void {
    this.#sweeper ??= setInterval(() => {
      this.#sweep();
    }, SWEEP_INTERVAL_MS);
  }

  #sweep(): void {
    const now = this.#options.now();
    for (const { append } of this.#inFlight ?? []) {
      if (append.deadlineMs <= now) {
        this.#fail(append, new AppendTimeoutError('the log did not confirm the append in time', 'unknown'));
      }
    }
    for (const append of [...this.#queue]) {
      if (append.deadlineMs > now) break;
      const outcome = append.taken === 0 ? 'not-appended' : 'unknown';
      this.#fail(append, new AppendTimeoutError('the append waited too long to be sent', outcome));
    }
    if (this.#inFlight === undefined && this.#queue.length === 0) this.#sendNext();
    this.#tellIfDrained();
  }

  /** A request that nobody waits for any more does not hold up a close. */
  #tellIfDrained(): void {
    const isSettled = (this.#inFlight ?? []).every(({ append }) => append.settled);
    if (this.#queue.length === 0 && isSettled) this.#drained?.();
  }
}
