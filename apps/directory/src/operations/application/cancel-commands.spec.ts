import { describe, expect, it } from '@jest/globals';
import type { CommandId, Outcome, ResourceId, TenantId, TokenId } from '@muster/contracts';
import { cancelCommands } from './cancel-commands.js';
import type { CancellableCommand, OperationStore } from './operation-store.js';

const NOW = new Date('2026-01-01T00:00:00Z');
const command = (n: number): CancellableCommand => ({
  commandId: `0192f0c1-0000-7000-8000-${String(n).padStart(12, '0')}` as CommandId,
  tenantId: '0192f0c1-0000-7000-8000-00000000000a' as TenantId,
  tokenId: '0192f0c1-0000-7000-8000-00000000000b' as TokenId,
  resourceId: '0192f0c1-0000-7000-8000-00000000000c' as ResourceId,
  type: 'user.patch.requested',
  requestId: 'r',
});

/** A store in which some commands are being decided by somebody who does not let go. */
class ContendedStore implements OperationStore {
  readonly calls: { readonly size: number; readonly lockTimeoutMs: number }[] = [];

  constructor(
    private readonly contended: ReadonlySet<CommandId>,
    private readonly onWait: (lockTimeoutMs: number) => void = () => undefined,
  ) {}

  async cancel(
    commands: readonly CancellableCommand[],
    _: Date,
    lockTimeoutMs: number,
  ): Promise<ReadonlySet<CommandId>> {
    this.calls.push({ size: commands.length, lockTimeoutMs });
    if (commands.some(({ commandId }) => this.contended.has(commandId))) {
      this.onWait(lockTimeoutMs);
      throw Object.assign(new Error('lock timeout'), { code: '55P03' });
    }
    return new Set(commands.map(({ commandId }) => commandId));
  }

  async outcomes(): Promise<ReadonlyMap<CommandId, Outcome>> {
    return new Map();
  }

  async markUndelivered(): Promise<void> {}
}

describe('cancelCommands', () => {
  it('takes one statement when nobody stands in the way', async () => {
    const store = new ContendedStore(new Set());
    const { results } = await cancelCommands(store, [1, 2, 3].map(command), NOW);
    expect(results.map(({ result }) => result)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(store.calls).toEqual([{ size: 3, lockTimeoutMs: 1_000 }]);
  });

  it('tells the contended ones from the others, in the order asked', async () => {
    const store = new ContendedStore(new Set([command(2).commandId, command(7).commandId]));
    const { results } = await cancelCommands(store, [1, 2, 3, 4, 5, 6, 7].map(command), NOW);
    expect(results.map(({ result }) => result)).toEqual([
      'cancelled',
      'unknown',
      'cancelled',
      'cancelled',
      'cancelled',
      'cancelled',
      'unknown',
    ]);
    expect(store.calls.slice(1).every(({ size, lockTimeoutMs }) => size === 1 && lockTimeoutMs === 50)).toBe(
      true,
    );
  });

  it('does not wait twice for a single one', async () => {
    const store = new ContendedStore(new Set([command(1).commandId]));
    expect((await cancelCommands(store, [command(1)], NOW)).results).toEqual([
      { commandId: command(1).commandId, result: 'unknown' },
    ]);
    expect(store.calls).toHaveLength(1);
  });

  it('gives up when its time is spent: what was not tried is unknown', async () => {
    let clockMs = 0;
    const commands = Array.from({ length: 400 }, (_, n) => command(n));
    const store = new ContendedStore(
      new Set(commands.map(({ commandId }) => commandId)),
      (waitedMs) => (clockMs += waitedMs),
    );
    const { results } = await cancelCommands(store, commands, NOW, () => clockMs);
    expect(results).toHaveLength(400);
    expect(results.every(({ result }) => result === 'unknown')).toBe(true);
    expect(store.calls.length).toBeLessThan(30);
  });

  it('lets every other failure through', async () => {
    const store = new ContendedStore(new Set());
    store.cancel = () => Promise.reject(new Error('bug'));
    await expect(cancelCommands(store, [command(1)], NOW)).rejects.toThrow('bug');
  });
});
