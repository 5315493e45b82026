import type { CommandId, CommandMessage, Outcome } from '@muster/contracts';
import { Refusal } from '../refusals/refusal.js';

/** How waiting for a command ended. */
export type CommandEnd =
  | { readonly kind: 'decided'; readonly outcome: Outcome }
  /** Withdrawn before it was applied: no effect. `publish_failed`: it never surely got into the log. */
  | { readonly kind: 'withdrawn'; readonly because: WithdrawalReason }
  /** The directory could not be asked in time: it may or may not have an effect. */
  | { readonly kind: 'unknown' };

export type WithdrawalReason = 'deadline' | 'publish_failed';

export interface PendingCommand {
  readonly command: CommandMessage;
  /** By the clock that the registry was made with; milliseconds. */
  readonly sinceMs: number;
  /** Set once a withdrawal is under way, so that it is asked for once. */
  withdrawing: boolean;
}

interface Waiter extends PendingCommand {
  readonly settle: (end: CommandEnd) => void;
}

const RETRY_AFTER_SECONDS = 2;

/**
 * The commands whose outcome this process waits for, oldest first. Each is settled once; whatever comes later (a second
 * reply, a reply after a look-up, a reply meant for another process) finds nobody and is ignored.
 */
export class PendingCommands {
  private readonly waiters = new Map<CommandId, Waiter>();

  constructor(
    private readonly commandsMax: number,
    private readonly nowMs: () => number,
  ) {}

  get size(): number {
    return this.waiters.size;
  }

  /** Throws 503 `overloaded` when as many wait as may. */
  add(command: CommandMessage): Promise<CommandEnd> {
    if (this.waiters.size >= this.commandsMax) {
      throw new Refusal('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    return new Promise((settle) => {
      this.waiters.set(command.commandId, { command, sinceMs: this.nowMs(), withdrawing: false, settle });
    });
  }

  /** False when nobody waits for this command here. */
  settle(commandId: CommandId, end: CommandEnd): boolean {
    const waiter = this.waiters.get(commandId);
    if (waiter === undefined) return false;
    this.waiters.delete(commandId);
    waiter.settle(end);
    return true;
  }

  get(commandId: CommandId): PendingCommand | undefined {
    return this.waiters.get(commandId);
  }

  /** Those that have waited for at least so long, oldest first. */
  waitingFor(milliseconds: number): PendingCommand[] {
    const before = this.nowMs() - milliseconds;
    const result: PendingCommand[] = [];
    for (const waiter of this.waiters.values()) {
      // Insertion order is time order: the rest is younger.
      if (waiter.sinceMs > before) break;
      result.push(waiter);
    }
    return result;
  }

  all(): PendingCommand[] {
    return [...this.waiters.values()];
  }
}
