import { afterEach, describe, expect, it } from '@jest/globals';
import type { TokenId } from '@muster/contracts';
import type { TokenUsageStore } from './tenant-registry.js';
import { TokenUsage } from './token-usage.js';

const tokenId = (n: number): TokenId => `0192f0c1-0000-7000-8000-${String(n).padStart(12, '0')}` as TokenId;
const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

class RecordingStore implements TokenUsageStore {
  readonly writes: (readonly { readonly tokenId: TokenId; readonly usedAt: Date }[])[] = [];
  isBroken = false;

  async touch(uses: readonly { readonly tokenId: TokenId; readonly usedAt: Date }[]): Promise<void> {
    if (this.isBroken) throw new Error('the database is away');
    this.writes.push(uses);
  }
}

describe('TokenUsage', () => {
  const opened: TokenUsage[] = [];
  const open = (
    store: TokenUsageStore,
    more: { tokensMax?: number; onProblem?: (error: unknown) => void } = {},
  ) => {
    const usage = new TokenUsage({ store, onProblem: () => undefined, ...more });
    opened.push(usage);
    return usage;
  };

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((usage) => usage.close()));
  });

  it('writes the last use of each token once, however often it was used', async () => {
    const store = new RecordingStore();
    const usage = open(store);
    for (let second = 0; second < 50; second += 1) usage.note(tokenId(1), at(second));
    usage.note(tokenId(2), at(7));
    await usage.flush();
    await usage.flush();
    expect(store.writes).toEqual([
      [
        { tokenId: tokenId(1), usedAt: at(49) },
        { tokenId: tokenId(2), usedAt: at(7) },
      ],
    ]);
  });

  it('writes many in several statements, and remembers no more than told', async () => {
    const store = new RecordingStore();
    const usage = open(store, { tokensMax: 1_500 });
    for (let n = 0; n < 3_000; n += 1) usage.note(tokenId(n), at(1));
    usage.note(tokenId(0), at(2));
    await usage.flush();
    expect(store.writes.map((write) => write.length)).toEqual([1_000, 500]);
    expect(store.writes[0]?.[0]).toEqual({ tokenId: tokenId(0), usedAt: at(2) });
  });

  it('reports a failed write, drops it, and goes on', async () => {
    const store = new RecordingStore();
    const problems: unknown[] = [];
    const usage = open(store, { onProblem: (error) => problems.push(error) });
    store.isBroken = true;
    usage.note(tokenId(1), at(1));
    await usage.flush();
    store.isBroken = false;
    usage.note(tokenId(2), at(2));
    await usage.close();
    expect(problems).toHaveLength(1);
    expect(store.writes).toEqual([[{ tokenId: tokenId(2), usedAt: at(2) }]]);
  });
});
