import { OUTCOME_LOOKUP_MAX, type CancelCommandsResponse } from '@muster/contracts';
import { spanNames, tracer, type CounterOf, type Metrics } from '@muster/telemetry';
import type { CommandDirectory } from './command-directory.js';
import type { CommandEnd, PendingCommand, PendingCommands, WithdrawalReason } from './pending-commands.js';

type CancelResult = CancelCommandsResponse['results'][number];

interface Withdrawal {
  readonly pending: PendingCommand;
  readonly because: WithdrawalReason;
}

/**
 * Ends the wait for commands that took too long or could not be published. Only the directory can say what became of such a
 * command, and its answer has three ends: withdrawn for good, decided before, or not known. All that are asked for in one
 * turn of the event loop go in one call.
 */
export class Withdrawals {
  private queue: Withdrawal[] = [];
  private readonly results: CounterOf<'cancellations_total'>;

  constructor(
    private readonly directory: CommandDirectory,
    private readonly pendingCommands: PendingCommands,
    metrics: Metrics,
  ) {
    this.results = metrics.counter('cancellations_total');
  }

  /** Asks once per command; later calls for the same command do nothing. */
  withdraw(pending: PendingCommand, because: WithdrawalReason): void {
    if (pending.withdrawing) return;
    pending.withdrawing = true;
    this.queue.push({ pending, because });
    if (this.queue.length === 1) setImmediate(() => this.flush());
  }

  private flush(): void {
    const waiting = this.queue;
    this.queue = [];
    for (let start = 0; start < waiting.length; start += OUTCOME_LOOKUP_MAX) {
      void this.cancel(waiting.slice(start, start + OUTCOME_LOOKUP_MAX));
    }
  }

  private async cancel(withdrawals: readonly Withdrawal[]): Promise<void> {
    const commands = withdrawals.map(({ pending: { command } }) => ({
      commandId: command.commandId,
      tenantId: command.tenantId,
      tokenId: command.tokenId,
      resourceId: command.resourceId,
      type: command.type,
      ...('resourceType' in command ? { resourceType: command.resourceType } : {}),
      requestId: command.requestId,
    }));
    let results: readonly CancelResult[] = [];
    try {
      results = (
        await tracer.withSpan(spanNames.cancelCommand, { kind: 'client' }, () =>
          this.directory.cancel({ commands }),
        )
      ).results;
    } catch {
      // Nothing is known of any of them; the loop below says so.
    }
    const byId = new Map(results.map((result) => [result.commandId, result]));
    for (const { pending, because } of withdrawals) {
      const end = endOf(byId.get(pending.command.commandId), because);
      if (this.pendingCommands.settle(pending.command.commandId, end)) this.results.inc({ result: end.kind });
    }
  }
}

function endOf(result: CancelResult | undefined, because: WithdrawalReason): CommandEnd {
  switch (result?.result) {
    case 'cancelled':
      return { kind: 'withdrawn', because };
    case 'decided':
      return { kind: 'decided', outcome: result.outcome };
    case 'unknown':
    case undefined:
      return { kind: 'unknown' };
  }
}
