/** Tokens that come back at a steady rate, up to a burst. Time is milliseconds of any clock that never goes back. */
export class TokenBucket {
  private tokens: number;
  private filledAtMs: number;

  constructor(
    private readonly perSecond: number,
    private readonly burstMax: number,
    nowMs: number,
  ) {
    this.tokens = burstMax;
    this.filledAtMs = nowMs;
  }

  /** Takes `count` tokens, at most the burst, and returns 0; or takes none and returns the milliseconds until there are as many. */
  take(nowMs: number, count = 1): number {
    const elapsedMs = Math.max(0, nowMs - this.filledAtMs);
    this.tokens = Math.min(this.burstMax, this.tokens + (elapsedMs * this.perSecond) / 1_000);
    this.filledAtMs = nowMs;
    if (this.tokens >= count) {
      this.tokens -= count;
      return 0;
    }
    return ((count - this.tokens) * 1_000) / this.perSecond;
  }

  /** Whether the bucket was made for these numbers: a tenant's settings may change while it is in use. */
  fits(perSecond: number, burstMax: number): boolean {
    return this.perSecond === perSecond && this.burstMax === burstMax;
  }
}
