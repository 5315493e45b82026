import type { CancelCommandsResponse, CommandId } from '@muster/contracts';
import { classifyDatabaseError } from '@muster/persistence';
import type { CancellableCommand, OperationStore } from './operation-store.js';

type Result = CancelCommandsResponse['results'][number];

/** How long all of a call wait together for a transaction that is deciding one of them. */
const LOCK_TIMEOUT_MS = 1_000;
/** How long each waits when they are tried apart, and how many at once. */
const LOCK_TIMEOUT_APART_MS = 50;
const APART_AT_ONCE = 4;
/** The gateway has its client waiting: what could not be tried by then is unknown. */
const APART_BUDGET_MS = 1_000;

/**
 * Withdraws commands whose time is up. All go in one statement; only when one of them is locked by the transaction that is
 * deciding it are they tried apart, so that the contended ones alone are `unknown`.
 *
 * Guarantee: `cancelled` means that the command is never applied; `decided` carries what became of it for ever.
 */
export async function cancelCommands(
  store: OperationStore,
  commands: readonly CancellableCommand[],
  now: Date,
  monotonicMs: () => number = () => performance.now(),
): Promise<CancelCommandsResponse> {
  const distinct = [...new Map(commands.map((command) => [command.commandId, command])).values()];
  if (distinct.length === 0) return { results: [] };
  const together = await attempt(store, distinct, now, LOCK_TIMEOUT_MS);
  if (together !== null) return { results: together };
  if (distinct.length === 1) return { results: distinct.map(unknown) };
  const results: Result[] = [];
  const giveUpAtMs = monotonicMs() + APART_BUDGET_MS;
  for (let start = 0; start < distinct.length; start += APART_AT_ONCE) {
    const some = distinct.slice(start, start + APART_AT_ONCE);
    const apart = await Promise.all(
      some.map(async (command) => {
        const tried =
          monotonicMs() < giveUpAtMs ? await attempt(store, [command], now, LOCK_TIMEOUT_APART_MS) : null;
        return tried ?? [unknown(command)];
      }),
    );
    results.push(...apart.flat());
  }
  return { results };
}

/** Null: a lock was not to be had in time, nothing is known. */
async function attempt(
  store: OperationStore,
  commands: readonly CancellableCommand[],
  now: Date,
  lockTimeoutMs: number,
): Promise<Result[] | null> {
  try {
    const cancelled = await store.cancel(commands, now, lockTimeoutMs);
    const others = commands.filter(({ commandId }) => !cancelled.has(commandId));
    // A later statement than the insert: it sees what whoever was first has committed.
    const outcomes = others.length === 0 ? new Map<CommandId, never>() : await store.outcomes(others);
    return commands.map(({ commandId }): Result => {
      if (cancelled.has(commandId)) return { commandId, result: 'cancelled' };
      const outcome = outcomes.get(commandId);
      return outcome === undefined
        ? { commandId, result: 'unknown' }
        : { commandId, result: 'decided', outcome };
    });
  } catch (error) {
    if (classifyDatabaseError(error) === 'lock-timeout') return null;
    throw error;
  }
}

function unknown({ commandId }: CancellableCommand): Result {
  return { commandId, result: 'unknown' };
}
