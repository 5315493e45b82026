import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest that a long piece of work keeps the event loop to itself. Milliseconds. */
const TURN_MS_MAX = 100;

/** Lets everything else of the process have its turn from time to time, in work that may be long. */
export class Breath {
  private since = performance.now();

  async take(): Promise<void> {
    if (performance.now() - this.since < TURN_MS_MAX) return;
    await nextTurn();
    this.since = performance.now();
  }
}
