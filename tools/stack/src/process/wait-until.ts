import { setTimeout as delay } from 'node:timers/promises';
import { type Child, describeEnd, lastLines, NotReadyError, StartError } from './child-process.js';

export interface ReadinessOptions {
  readonly child: Child;
  /** Infinity: as long as the program lives. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** True when the program answers; errors count as "not yet". */
  readonly answers: () => Promise<boolean>;
}

/** Waits until a program answers. Fails with the end of its log when it ends first or takes too long; rejects with the signal's reason when aborted. */
export async function waitUntilReady(options: ReadinessOptions): Promise<void> {
  const { child, signal } = options;
  const deadline = Date.now() + options.timeoutMs;
  const aborted = new Promise<false>((resolve) =>
    signal?.addEventListener('abort', () => resolve(false), { once: true }),
  );
  for (;;) {
    signal?.throwIfAborted();
    const end = child.end();
    if (end !== undefined) {
      throw new StartError(
        `${child.name} ended before it was ready (${describeEnd(end)})\n${lastLines(child.logPath)}`,
      );
    }
    if (await Promise.race([options.answers().catch(() => false), aborted])) return;
    signal?.throwIfAborted();
    if (Date.now() >= deadline) {
      throw new NotReadyError(
        `${child.name} was not ready after ${options.timeoutMs} ms\n${lastLines(child.logPath)}`,
      );
    }
    await Promise.race([delay(50), child.ended, aborted]);
  }
}
