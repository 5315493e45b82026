import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../ports/logger.js';
import { until } from '../testing/contract-world.js';
import { EventLogConnection } from './event-log-connection.js';

/** Fails so often, then succeeds. */
function reluctant(failures: number, log: string[], name: string) {
  let left = failures;
  return {
    name,
    run: async (): Promise<void> => {
      left -= 1;
      log.push(`${name}${left >= 0 ? ' failed' : ''}`);
      if (left >= 0) throw new Error('no broker');
    },
  };
}

describe('EventLogConnection', () => {
  it('takes its steps in order, each until it succeeds, and is connected then', async () => {
    const log: string[] = [];
    const steps = [reluctant(2, log, 'topics'), reluctant(0, log, 'appender'), reluctant(1, log, 'consumer')];
    const connection = new EventLogConnection({ steps, logger: silentLogger, retryDelayMs: 1 });
    connection.start();
    expect(connection.isConnected).toBe(false);
    await until('it is connected', () => connection.isConnected);
    expect(log).toEqual([
      'topics failed',
      'topics failed',
      'topics',
      'appender',
      'consumer failed',
      'consumer',
    ]);
    await connection.close();
  });

  it('can be closed while it still tries, and begins no further step', async () => {
    const log: string[] = [];
    const steps = [reluctant(Infinity, log, 'topics'), reluctant(0, log, 'consumer')];
    const connection = new EventLogConnection({ steps, logger: silentLogger, retryDelayMs: 1 });
    connection.start();
    await until('it has tried', () => log.length > 2);
    await connection.close();
    expect(connection.isConnected).toBe(false);
    expect(log).not.toContain('consumer');
  });

  it('tells a step that it is to stop', async () => {
    const begun = Promise.withResolvers<void>();
    const step = {
      name: 'slow',
      run: (signal: AbortSignal) => {
        begun.resolve();
        return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    };
    const connection = new EventLogConnection({ steps: [step], logger: silentLogger });
    connection.start();
    await begun.promise;
    await connection.close();
    expect(connection.isConnected).toBe(false);
  });
});
