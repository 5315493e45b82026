import type { CancelCommandsRequest, CommandId, Outcome, TenantId } from '@muster/contracts';

/** A command, and the tenant whose it is. */
export interface CommandReference {
  readonly commandId: CommandId;
  readonly tenantId: TenantId;
}

/** A command with all that its row needs when cancelling makes it. */
export type CancellableCommand = CancelCommandsRequest['commands'][number];

/**
 * The rows of `operations`: what became of each command. The first insert of a command id decides; nobody decides again.
 * All methods are set-based and see the rows of the tenants they are asked about, never those of others.
 */
export interface OperationStore {
  /** Ids without an entry are not decided yet, or not of that tenant. */
  outcomes(commands: readonly CommandReference[]): Promise<ReadonlyMap<CommandId, Outcome>>;
  /**
   * Cancels what nobody has decided. Returns the ids that are cancelled now; the others were decided before.
   * Throws `DatabaseError` of kind `lock-timeout` when one of them is being decided and that takes longer than told.
   */
  cancel(
    commands: readonly CancellableCommand[],
    now: Date,
    lockTimeoutMs: number,
  ): Promise<ReadonlySet<CommandId>>;
  /** Notes that the answer to an applied create never reached its client. Other commands are left as they are. */
  markUndelivered(commands: readonly CommandReference[]): Promise<void>;
}

/** Partitions of `operations`: one a day, made ahead and dropped as a whole. */
export interface PartitionStore {
  ensure(daysAhead: number): Promise<number>;
  dropOlderThan(days: number): Promise<number>;
}
