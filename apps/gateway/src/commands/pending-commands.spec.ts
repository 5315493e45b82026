import { describe, expect, it } from '@jest/globals';
import type { CommandId } from '@muster/contracts';
import { ManualClock } from '../testing/manual-clock.js';
import { sampleCreate } from '../testing/sample-commands.js';
import { PendingCommands } from './pending-commands.js';

describe('PendingCommands', () => {
  it('settles a command once; whatever comes later finds nobody', async () => {
    const pending = new PendingCommands(10, new ManualClock().now);
    const command = sampleCreate();
    const end = pending.add(command);
    expect(pending.settle(command.commandId, { kind: 'unknown' })).toBe(true);
    expect(pending.settle(command.commandId, { kind: 'withdrawn', because: 'deadline' })).toBe(false);
    expect(await end).toEqual({ kind: 'unknown' });
    expect(pending.size).toBe(0);
  });

  it('ignores commands of others', () => {
    const pending = new PendingCommands(10, new ManualClock().now);
    expect(pending.settle('0192f5c4-0000-7000-8000-0000000000ff' as CommandId, { kind: 'unknown' })).toBe(
      false,
    );
  });

  it('refuses more than it may hold, with 503', () => {
    const pending = new PendingCommands(1, new ManualClock().now);
    void pending.add(sampleCreate());
    expect(() => pending.add(sampleCreate())).toThrow(
      expect.objectContaining({ causeKey: 'overloaded', status: 503 }),
    );
  });

  it('tells who has waited for how long, oldest first', () => {
    const clock = new ManualClock();
    const pending = new PendingCommands(10, clock.now);
    const commands = [sampleCreate(), sampleCreate(), sampleCreate()];
    for (const command of commands) {
      void pending.add(command);
      clock.advance(500);
    }
    expect(pending.waitingFor(1_000).map(({ command }) => command)).toEqual(commands.slice(0, 2));
    expect(pending.all()).toHaveLength(3);
  });
});
