import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Outcome } from '@muster/contracts';
import { createMetrics } from '@muster/telemetry';
import { ManualClock } from '../testing/manual-clock.js';
import { sampleCreate } from '../testing/sample-commands.js';
import { ScriptedCommandDirectory } from '../testing/scripted-command-directory.js';
import { OutcomeRecovery } from './outcome-recovery.js';
import { PendingCommands } from './pending-commands.js';
import { Withdrawals } from './withdrawals.js';

const times = { lookUpAfterMs: 1_000, deadlineMs: 8_000, tickMs: 100 };
const rejected: Outcome = { status: 'rejected', cause: 'duplicate_username', detail: 'taken' };

describe('waiting for an outcome', () => {
  let clock: ManualClock;
  let directory: ScriptedCommandDirectory;
  let pending: PendingCommands;
  let withdrawals: Withdrawals;
  let recovery: OutcomeRecovery;

  beforeEach(() => {
    const metrics = createMetrics('test', { processMetrics: false });
    clock = new ManualClock();
    directory = new ScriptedCommandDirectory();
    pending = new PendingCommands(512, clock.now);
    withdrawals = new Withdrawals(directory, pending, metrics);
    recovery = new OutcomeRecovery(directory, pending, withdrawals, metrics, times, clock.now);
  });

  it('asks for nothing while replies come in time', () => {
    void pending.add(sampleCreate());
    clock.advance(999);
    recovery.tick();
    expect(directory.lookUps).toHaveLength(0);
  });

  it('looks up everything that waits in one call once something has waited for a second, and again each second', async () => {
    const late = sampleCreate();
    const end = pending.add(late);
    clock.advance(900);
    const young = sampleCreate();
    void pending.add(young);
    clock.advance(100);
    recovery.tick();
    recovery.tick();
    expect(directory.lookUps).toEqual([
      { commands: [late, young].map(({ commandId, tenantId }) => ({ commandId, tenantId })) },
    ]);
    await turn();
    directory.outcomes.set(late.commandId, rejected);
    clock.advance(1_000);
    recovery.tick();
    expect(await end).toEqual({ kind: 'decided', outcome: rejected });
    expect(pending.size).toBe(1);
  });

  it('looks up after every join, also when nothing is late yet', async () => {
    const command = sampleCreate();
    directory.outcomes.set(command.commandId, rejected);
    const end = pending.add(command);
    recovery.onInboxJoined();
    expect(await end).toEqual({ kind: 'decided', outcome: rejected });
  });

  it('looks up once more for a join during a look-up', async () => {
    void pending.add(sampleCreate());
    recovery.onInboxJoined();
    recovery.onInboxJoined();
    recovery.onInboxJoined();
    await turn();
    expect(directory.lookUps).toHaveLength(2);
  });

  it('goes on when a look-up fails', async () => {
    const command = sampleCreate();
    const end = pending.add(command);
    directory.reachable = false;
    clock.advance(1_000);
    recovery.tick();
    await turn();
    directory.reachable = true;
    directory.outcomes.set(command.commandId, rejected);
    clock.advance(1_000);
    recovery.tick();
    expect(await end).toEqual({ kind: 'decided', outcome: rejected });
  });

  describe('at the deadline', () => {
    it('withdraws what is not decided: no effect', async () => {
      const end = pending.add(sampleCreate());
      clock.advance(8_000);
      recovery.tick();
      expect(await end).toEqual({ kind: 'withdrawn', because: 'deadline' });
    });

    it('takes the stored outcome when the command was decided before', async () => {
      const command = sampleCreate();
      directory.outcomes.set(command.commandId, rejected);
      const end = pending.add(command);
      withdrawals.withdraw(pending.get(command.commandId)!, 'deadline');
      expect(await end).toEqual({ kind: 'decided', outcome: rejected });
    });

    it('ends as unknown when the directory cannot be asked', async () => {
      directory.reachable = false;
      const end = pending.add(sampleCreate());
      clock.advance(8_000);
      recovery.tick();
      expect(await end).toEqual({ kind: 'unknown' });
    });

    it('asks for many in one call and for each of them once', async () => {
      const commands = Array.from({ length: 30 }, () => sampleCreate());
      const ends = commands.map((command) => pending.add(command));
      clock.advance(8_000);
      recovery.tick();
      recovery.tick();
      await Promise.all(ends);
      expect(directory.cancels.map((cancel) => cancel.commands.map(({ commandId }) => commandId))).toEqual([
        commands.map(({ commandId }) => commandId),
      ]);
    });

    it('lets a reply that comes during the withdrawal win', async () => {
      const command = sampleCreate();
      const end = pending.add(command);
      withdrawals.withdraw(pending.get(command.commandId)!, 'deadline');
      pending.settle(command.commandId, { kind: 'decided', outcome: rejected });
      await turn();
      expect(await end).toEqual({ kind: 'decided', outcome: rejected });
    });
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
