import { describe, expect, it } from '@jest/globals';
import { openInProcessEventLog, type EventLog } from '@muster/messaging';
import { createLogger } from '@muster/service';
import { eventually } from './testing/directory-world.js';
import { WritePathConnection } from './write-path-connection.js';

const logger = createLogger({ service: 'directory', level: 'silent' });
const consumer = { onBatch: () => Promise.resolve() };

/** A log that cannot be reached at first. */
function lateLog(failures: number): EventLog {
  const log = openInProcessEventLog();
  let left = failures;
  return Object.assign(Object.create(log) as EventLog, {
    createTopics: async (...args: Parameters<EventLog['createTopics']>) => {
      left -= 1;
      if (left >= 0) throw new Error('no broker');
      return log.createTopics(...args);
    },
    subscribe: (...args: Parameters<EventLog['subscribe']>) => log.subscribe(...args),
    close: () => log.close(),
  });
}

describe('WritePathConnection', () => {
  it('keeps trying, is joined then, and closes what it opened once', async () => {
    const eventLog = lateLog(1);
    let [opened, closed] = [0, 0];
    const connection = new WritePathConnection({
      eventLog,
      open: async () => {
        opened += 1;
        return { consumer, close: async () => void (closed += 1) };
      },
      logger,
      onDeath: () => undefined,
    });
    connection.start();
    expect(() => connection.assertJoined()).toThrow('not joined');
    await eventually('the log is joined', async () => {
      try {
        connection.assertJoined();
        return true;
      } catch {
        return false;
      }
    });
    await connection.leave();
    await connection.close();
    await eventLog.close();
    expect([opened, closed]).toEqual([1, 1]);
  });

  it('can be stopped while it still tries', async () => {
    const eventLog = lateLog(Infinity);
    const connection = new WritePathConnection({
      eventLog,
      open: () => Promise.reject(new Error('never asked')),
      logger,
      onDeath: () => undefined,
    });
    connection.start();
    await connection.leave();
    await connection.close();
    await eventLog.close();
    expect(() => connection.assertJoined()).toThrow('not joined');
  });
});
