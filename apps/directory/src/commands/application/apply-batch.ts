import type { CommandId, Outcome } from '@muster/contracts';
import { admit, type BatchClock } from './admit.js';
import type { BatchTransaction } from './batch-transaction.js';
import { BatchDecisions } from './batch-decisions.js';
import { lockRows } from './locked-rows.js';
import { reserveNames } from './reserved-names.js';
import type { QueuedCommand } from './queued-command.js';

/**
 * Applies a batch of commands inside one transaction and returns the outcome of each. Read top to bottom this is the life of
 * a write in the directory: claim, check again, lock, reserve names, decide, write. The caller commits.
 *
 * Guarantee: once the transaction is committed every command has exactly one outcome, for ever, and its effects, its facts
 * and that outcome are there together. Not promised: that a command is applied at all; it may be refused, cancelled or expired.
 */
export async function applyBatch(
  tx: BatchTransaction,
  batch: readonly QueuedCommand[],
  clock: BatchClock,
): Promise<ReadonlyMap<CommandId, Outcome>> {
  const nowMs = clock.nowMs();
  const commands = withoutRepeats(batch);
  const [outcomes, admission] = await Promise.all([
    tx.claim(commands, nowMs),
    tx.readAdmission(
      [...new Set(commands.map(({ command }) => command.tenantId))],
      [...new Set(commands.map(({ command }) => command.tokenId))],
    ),
  ]);
  const claimed = commands.filter(({ command }) => !outcomes.has(command.commandId));
  const decisions = new BatchDecisions(admission, nowMs);
  const admitted = admit(claimed, admission, clock, decisions);
  const rows = await lockRows(tx, admitted);
  const reserved = await reserveNames(tx, admitted, admission);
  decideAll(admitted, (queued) => decisions.decide(queued, rows, reserved));
  tx.write(decisions.effects(rows, reserved));
  return new Map([...outcomes, ...decisions.outcomes()]);
}

/** The log may hold a command twice; the second is answered with the outcome of the first. */
function withoutRepeats(batch: readonly QueuedCommand[]): QueuedCommand[] {
  const byId = new Map<CommandId, QueuedCommand>();
  for (const queued of batch)
    if (!byId.has(queued.command.commandId)) byId.set(queued.command.commandId, queued);
  return [...byId.values()];
}

/**
 * Decisions hold up the whole process: beyond this time the rest of the batch is put off. Far above what 500 ordinary commands
 * need (about 100 ms), far below what makes a consumer look dead. Milliseconds.
 */
const DECISIONS_MS_MAX = 500;

/** The decisions of a batch take too long together: they are to be made apart, with a breath between them. */
export class BatchTooSlowError extends Error {
  override readonly name = 'BatchTooSlowError';
}

function decideAll(commands: readonly QueuedCommand[], decide: (queued: QueuedCommand) => void): void {
  const startedAt = performance.now();
  for (const [index, queued] of commands.entries()) {
    if (index > 0 && performance.now() - startedAt > DECISIONS_MS_MAX)
      throw new BatchTooSlowError(`only ${index} of ${commands.length} commands could be decided in time`);
    decide(queued);
  }
}
