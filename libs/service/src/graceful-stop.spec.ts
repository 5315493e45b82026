import { describe, expect, it } from '@jest/globals';
import { createLogger } from './create-logger.js';
import { GracefulStop, leaveReadiness, stopPhases } from './graceful-stop.js';

import { HealthRegistry } from './health-registry.js';

const logger = createLogger({ service: 'spec', level: 'silent' });

describe('a graceful stop', () => {
  it('runs phase after phase whatever the order of registration, and steps of a phase side by side', async () => {
    const stop = new GracefulStop(logger);
    const order: string[] = [];
    for (const phase of [...stopPhases].reverse()) {
      for (const name of ['one', 'two']) {
        stop.add({
          phase,
          name,
          run: async () => {
            order.push(`${phase} ${name} begins`);
            await new Promise(setImmediate);
            order.push(`${phase} ${name} ends`);
          },
        });
      }
    }
    expect(await stop.stop()).toEqual([]);
    expect(order).toEqual(
      stopPhases.flatMap((phase) => [
        `${phase} one begins`,
        `${phase} two begins`,
        `${phase} one ends`,
        `${phase} two ends`,
      ]),
    );
  });

  it('goes on past a step that fails or hangs, and says so', async () => {
    const stop = new GracefulStop(logger);
    let flushed = false;
    stop.add({ phase: 'accept', name: 'listener', run: () => Promise.reject(new Error('no')) });
    stop.add({
      phase: 'accept',
      name: 'consumer',
      run: () => {
        throw new Error('no');
      },
    });
    stop.add({ phase: 'drain', name: 'applier', deadlineMs: 10, run: () => new Promise(() => undefined) });
    stop.add({ phase: 'flush', name: 'traces', run: () => void (flushed = true) });
    expect(await stop.stop()).toEqual([
      { phase: 'accept', step: 'listener', reason: 'failed' },
      { phase: 'accept', step: 'consumer', reason: 'failed' },
      { phase: 'drain', step: 'applier', reason: 'deadline' },
    ]);
    expect(flushed).toBe(true);
  });

  it('lets the probes notice before anything is refused', async () => {
    const health = new HealthRegistry();
    const stop = new GracefulStop(logger);
    const seen: boolean[] = [];
    const startedAt = performance.now();
    stop.add({
      phase: 'accept',
      name: 'listener',
      run: async () => void seen.push((await health.report()).ready),
    });
    stop.add(leaveReadiness(health, 30));
    expect(await stop.stop()).toEqual([]);
    expect(seen).toEqual([false]);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(29);
  });

  it('happens once', async () => {
    const stop = new GracefulStop(logger);
    let runs = 0;
    stop.add({ phase: 'drain', name: 'counted', run: () => void (runs += 1) });
    await Promise.all([stop.stop(), stop.stop()]);
    await stop.stop();
    expect(runs).toBe(1);
  });
});
