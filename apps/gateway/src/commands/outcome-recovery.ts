import { OUTCOME_LOOKUP_MAX } from '@muster/contracts';
import { spanNames, tracer, type CounterOf, type Metrics } from '@muster/telemetry';
import type { CommandDirectory } from './command-directory.js';
import type { PendingCommands } from './pending-commands.js';
import type { Withdrawals } from './withdrawals.js';

export interface RecoveryTimes {
  /** A command that waits longer than this is looked up, and again each time it passes. Milliseconds. */
  readonly lookUpAfterMs: number;
  /** A command that waits longer than this is withdrawn. Milliseconds. */
  readonly deadlineMs: number;
  /** How often waiting commands are looked at. Milliseconds. */
  readonly tickMs: number;
}

/**
 * Replies can be lost: the inbox begins at the end of its partition after every join. So the directory is asked for the
 * outcomes of everything that waits, after every join and whenever something has waited for too long; and what is not
 * decided at the deadline is withdrawn.
 */
export class OutcomeRecovery {
  private timer: NodeJS.Timeout | undefined;
  private lookedUpAtMs = Number.NEGATIVE_INFINITY;
  private lookingUp = false;
  private lookUpAgain = false;
  private readonly recovered: CounterOf<'replies_recovered_total'>;

  constructor(
    private readonly directory: CommandDirectory,
    private readonly pending: PendingCommands,
    private readonly withdrawals: Withdrawals,
    metrics: Metrics,
    private readonly times: RecoveryTimes,
    private readonly nowMs: () => number,
  ) {
    this.recovered = metrics.counter('replies_recovered_total');
  }

  start(): void {
    this.timer = setInterval(() => this.tick(), this.times.tickMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** The reply inbox (re)joined: whatever was replied meanwhile may have been missed. */
  onInboxJoined(): void {
    void this.lookUpPending();
  }

  tick(): void {
    for (const late of this.pending.waitingFor(this.times.deadlineMs))
      this.withdrawals.withdraw(late, 'deadline');
    if (this.nowMs() - this.lookedUpAtMs < this.times.lookUpAfterMs) return;
    if (this.pending.waitingFor(this.times.lookUpAfterMs).length > 0) void this.lookUpPending();
  }

  /** One look-up at a time; a join meanwhile asks for one more. */
  private async lookUpPending(): Promise<void> {
    if (this.lookingUp) {
      this.lookUpAgain = true;
      return;
    }
    this.lookingUp = true;
    do {
      this.lookUpAgain = false;
      this.lookedUpAtMs = this.nowMs();
      await this.lookUpOnce();
    } while (this.lookUpAgain);
    this.lookingUp = false;
  }

  private async lookUpOnce(): Promise<void> {
    const commands = this.pending
      .all()
      .slice(0, OUTCOME_LOOKUP_MAX)
      .map(({ command }) => ({ commandId: command.commandId, tenantId: command.tenantId }));
    if (commands.length === 0) return;
    try {
      const outcomes = await tracer.withSpan(spanNames.recoverOutcomes, { kind: 'client' }, () =>
        this.directory.lookUp({ commands }),
      );
      for (const { commandId, outcome } of outcomes) {
        if (this.pending.settle(commandId, { kind: 'decided', outcome })) this.recovered.inc();
      }
    } catch {
      // Not reachable: the next tick asks again, and the deadline ends it.
    }
  }
}
