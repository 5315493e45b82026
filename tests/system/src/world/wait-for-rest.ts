import { setTimeout as delay } from 'node:timers/promises';
import { checkHistory } from '../history/check-history.js';
import { type FinalState } from '../history/final-state.js';
import { readFinalState } from './read-final-state.js';
import { type SystemWorld, type TestTenant } from './system-world.js';

/** Invariant I7: within this time of a fault's end nothing waits any more. Milliseconds. */
const REST_TIMEOUT_MS = 30_000;
const LOOK_EVERY_MS = 100;

/**
 * Resolves with the final state once everything that was under way has ended: all commands decided, the outbox empty, log
 * and database telling the same, every failure mailed. After the timeout with the state as it is then, for the checker to
 * say what is wrong with it.
 */
export async function waitForRest(world: SystemWorld, tenant: TestTenant): Promise<FinalState> {
  const deadline = performance.now() + REST_TIMEOUT_MS;
  for (;;) {
    const state = await readFinalState(world, tenant).catch((error: unknown) => error as Error);
    const isLate = performance.now() > deadline;
    if (state instanceof Error) {
      if (isLate) throw state;
    } else if (isLate || isAtRest(state)) return state;
    await delay(LOOK_EVERY_MS);
  }
}

const WAITING = new Set([
  'command-undecided',
  'outbox-not-empty',
  'failure-not-mailed',
  'fact-missing',
  'state-stale',
  'members-differ',
]);

/** The part of the checks that needs no history and that time alone can mend. */
function isAtRest(state: FinalState): boolean {
  return checkHistory([], state).every(({ rule }) => !WAITING.has(rule));
}
