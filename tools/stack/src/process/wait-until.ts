import { setTimeout as delay } from 'node:timers/promises';
import { type Child, describeEnd, lastLines, StartError } from './child-process.js';

export interface ReadinessOptions {
  readonly child: Child;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** True when the program answers; errors count as "not yet". */
  readonly answers: () => Promise<boolean>;
}

/** Waits until a program answers. Fails with the end of its log when it ends first or takes too long; rejects with the signal's reason when aborted. */
export async function waitUntilReady(options: ReadinessOptions): Promise<void> {
  const { child } = options;
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const end = child.end();
    if (end !== undefined) {
      throw new StartError(`${child.name} ended before it was ready (${describeEnd(end)})\n${lastLines(child.logPath)}`);
    }
    if (await options.answers().catch(() => false)) return;
    if (Date.now() >= deadline) {
      throw new StartError(`${child.name} was not ready after ${options.timeoutMs} ms\n${lastLines(child.logPath)}`);
    }
    await Promise.race([delay(50), child.ended]);
  }
}
