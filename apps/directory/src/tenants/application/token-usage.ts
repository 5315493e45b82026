import type { TokenId } from '@muster/contracts';
import type { TokenUsageStore } from './tenant-registry.js';

export interface TokenUsageOptions {
  readonly store: TokenUsageStore;
  /** A token's row is written at most this often. Default 60,000. */
  readonly intervalMs?: number;
  /** Tokens remembered at once; more wait for their next use. Default 10,000. */
  readonly tokensMax?: number;
  readonly onProblem: (error: unknown) => void;
}

const TOKENS_PER_WRITE_MAX = 1_000;

/**
 * Remembers when tokens were used and writes it behind the requests, once a minute for all of them together. A crash
 * loses a minute of it: the time is for people who wonder whether a token is still in use.
 */
export class TokenUsage {
  private readonly usedAt = new Map<TokenId, Date>();
  private readonly timer: NodeJS.Timeout;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: TokenUsageOptions) {
    this.timer = setInterval(() => void this.flush(), options.intervalMs ?? 60_000);
    this.timer.unref();
  }

  note(tokenId: TokenId, now: Date): void {
    if (this.usedAt.has(tokenId) || this.usedAt.size < (this.options.tokensMax ?? 10_000))
      this.usedAt.set(tokenId, now);
  }

  /** Writes what was noted until now. Never throws; what could not be written is dropped. */
  flush(): Promise<void> {
    this.writing = this.writing.then(() => this.writeAll());
    return this.writing;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  private async writeAll(): Promise<void> {
    const uses = [...this.usedAt].map(([tokenId, usedAt]) => ({ tokenId, usedAt }));
    this.usedAt.clear();
    try {
      for (let start = 0; start < uses.length; start += TOKENS_PER_WRITE_MAX) {
        await this.options.store.touch(uses.slice(start, start + TOKENS_PER_WRITE_MAX));
      }
    } catch (error) {
      this.options.onProblem(error);
    }
  }
}
