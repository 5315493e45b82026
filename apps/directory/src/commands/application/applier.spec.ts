import { afterEach, describe, expect, it } from '@jest/globals';
import type { Command, CommandId, Outcome, ResourceId, TenantId } from '@muster/contracts';
import { createMetrics } from '@muster/telemetry';
import { Applier } from './applier.js';
import type { BatchStore } from './batch-transaction.js';
import type { QueuedCommand } from './queued-command.js';

/** What happens to each transaction, by the commands in it; null: it goes through. */
type Script = (lane: string, names: readonly string[]) => Error | null;

class Locked extends Error {}
class Broken extends Error {}

const appliers: Applier[] = [];
afterEach(async () => {
  for (const applier of appliers.splice(0)) await applier.stop();
});

/** An applier over a store that plays a script: which transactions ran, in which lane, with which commands. */
function scripted(script: Script) {
  const applied: string[] = [];
  const store: BatchStore = {
    readMemberCounts: () => Promise.resolve(new Map()),
    classify: () => 'isolate',
    isContention: (error) => error instanceof Locked,
    transaction: async (lane, _tenants, work) => {
      let current: readonly string[] = [];
      const claimed = await work({
        claim: (commands: readonly QueuedCommand[]) => {
          current = commands.map(({ command }) => command.requestId);
          const failure = script(lane, current);
          if (failure !== null) throw failure;
          const outcome: Outcome = { status: 'cancelled' };
          return Promise.resolve(new Map(commands.map(({ command }) => [command.commandId, outcome])));
        },
        readAdmission: () => Promise.resolve({ tenants: new Map(), aliveTokens: new Set() }),
        write: () => undefined,
      } as unknown as Parameters<typeof work>[0]);
      applied.push(`${lane}: ${current.join(' ')}`);
      return claimed;
    },
  };
  const applier = new Applier({
    store,
    clock: { nowMs: () => 0, brokerNowMs: () => 0 },
    onDecided: () => undefined,
    metrics: createMetrics('directory', { processMetrics: false }),
    warn: () => undefined,
  });
  appliers.push(applier);
  return { applier, applied };
}

function command(name: string, resourceId: string) {
  const end = Promise.withResolvers<string>();
  const queued: QueuedCommand = {
    command: {
      commandId: `c-${name}` as CommandId,
      tenantId: 't' as TenantId,
      type: 'user.delete.requested',
      resourceId: resourceId as ResourceId,
      requestId: name,
    } as Command,
    queuedAtMs: 0,
    intent: null,
    traceparent: null,
    bytes: 0,
    settle: () => end.resolve('settled'),
    abandon: () => end.resolve('abandoned'),
  };
  return { queued, end: end.promise };
}

describe('Applier', () => {
  it('keeps the order of a resource when its batch is taken apart and the first command has to wait', async () => {
    let isLocked = true;
    const { applier, applied } = scripted((lane, names) => {
      if (!names.includes('A1') || !isLocked || lane !== 'main') return null;
      // Locked for the batch and for A1 alone, free by the time that A2 would have its turn.
      if (names.length === 1) isLocked = false;
      return new Locked();
    });
    const commands = [command('A1', 'a'), command('B', 'b'), command('A2', 'a')];
    applier.accept(commands.map(({ queued }) => queued));
    expect(await Promise.all(commands.map(({ end }) => end))).toEqual(['settled', 'settled', 'settled']);
    const order = applied.join(', ');
    expect(order.indexOf('A1')).toBeLessThan(order.indexOf('A2'));
    expect(applied).toContain('heavy: A1');
  });

  it('abandons a command of which not even the refusal can be stored, and goes on', async () => {
    const { applier } = scripted((_lane, names) => (names.includes('poison') ? new Broken() : null));
    const commands = [command('good', 'a'), command('poison', 'b'), command('after', 'c')];
    applier.accept(commands.map(({ queued }) => queued));
    expect(await Promise.all(commands.map(({ end }) => end))).toEqual(['settled', 'abandoned', 'settled']);
  });

  it('lets in no more than there is room for, however many wait', async () => {
    const { applier } = scripted(() => null);
    const huge = { ...command('huge', 'a').queued, bytes: Number.MAX_SAFE_INTEGER };
    applier.accept([huge]);
    const read: string[] = [];
    const { signal } = new AbortController();
    const waiting = ['x', 'y'].map((name) =>
      applier.take(() => {
        read.push(name);
        return [{ ...command(name, name).queued, bytes: Number.MAX_SAFE_INTEGER }];
      }, signal),
    );
    await Promise.all(waiting);
    expect(read).toEqual(['x', 'y']);
  });

  it('reads nothing for a partition that was taken away', async () => {
    const { applier } = scripted(() => null);
    const stay = new AbortController();
    stay.abort();
    let isRead = false;
    await applier.take(() => {
      isRead = true;
      return [];
    }, stay.signal);
    expect(isRead).toBe(false);
  });
});
