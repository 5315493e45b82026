import { COMMAND_EXPIRY_MS, OUTCOME_LOOKUP_MAX, type CommandId, type TenantId } from '@muster/contracts';
import type { CounterOf, Metrics } from '@muster/telemetry';
import type { CommandDirectory } from './command-directory.js';

export interface UndeliveredCommand {
  readonly commandId: CommandId;
  readonly tenantId: TenantId;
}

interface Mark extends UndeliveredCommand {
  readonly notBeforeMs: number;
}

const MARKS_MAX = 10_000;
const RETRY_DELAY_MS_MIN = 250;
const RETRY_DELAY_MS_MAX = 5_000;

/**
 * Tells the directory of outcomes whose client never heard them, so that an identical repetition of a create gets its 201
 * again instead of 409. Best effort, bounded: kept in memory, repeated while the directory is away, the oldest dropped when
 * there are too many. A client of a lost mark gets 409 and finds its resource by filter.
 */
export class UndeliveredAnswers {
  private marks: Mark[] = [];
  private timer: NodeJS.Timeout | undefined;
  private retryDelayMs = RETRY_DELAY_MS_MIN;
  private sending: Promise<void> | undefined;
  private closed = false;
  private readonly total: CounterOf<'undelivered_total'>;

  constructor(
    private readonly directory: CommandDirectory,
    metrics: Metrics,
    private readonly nowMs: () => number,
  ) {
    this.total = metrics.counter('undelivered_total');
  }

  /** The outcome is known and stored, but the client was gone before it got it. */
  mark(command: UndeliveredCommand): void {
    this.total.inc();
    this.enqueue(command, 0);
    this.schedule(0);
  }

  /**
   * The client was told that nobody knows. The command may be applied already or until it expires: marked now, and again
   * when nothing can change any more.
   */
  markUnknown(command: UndeliveredCommand): void {
    this.mark(command);
    this.enqueue(command, COMMAND_EXPIRY_MS);
  }

  /** Sends what is due once more, then gives up. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.sending;
    this.marks = this.marks.map((mark) => ({ ...mark, notBeforeMs: 0 }));
    await this.send();
    this.marks = [];
  }

  private enqueue({ commandId, tenantId }: UndeliveredCommand, delayMs: number): void {
    if (this.marks.length >= MARKS_MAX) this.marks.shift();
    this.marks.push({ commandId, tenantId, notBeforeMs: this.nowMs() + delayMs });
  }

  private schedule(delayMs: number): void {
    if (this.closed || this.timer !== undefined || this.sending !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.sending = this.send().finally(() => {
        this.sending = undefined;
        if (this.marks.length > 0) this.schedule(this.retryDelayMs);
      });
    }, delayMs);
    this.timer.unref();
  }

  private async send(): Promise<void> {
    const nowMs = this.nowMs();
    const due = this.marks.filter((mark) => mark.notBeforeMs <= nowMs).slice(0, OUTCOME_LOOKUP_MAX);
    if (due.length === 0) return;
    const commands = due.map(({ commandId, tenantId }) => ({ commandId, tenantId }));
    try {
      await this.directory.markUndelivered({ commands });
      const sent = new Set(due);
      this.marks = this.marks.filter((mark) => !sent.has(mark));
      this.retryDelayMs = RETRY_DELAY_MS_MIN;
    } catch {
      this.retryDelayMs = Math.min(RETRY_DELAY_MS_MAX, this.retryDelayMs * 2);
    }
  }
}
