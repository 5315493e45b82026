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

  /** Takes one token and returns 0, or takes none and returns the milliseconds until there is one. */
  take(nowMs: number): number {
    const elapsedMs = Math.max(0, nowMs - this.filledAtMs);
    this.tokens = Math.min(this.burstMax, this.tokens + (elapsedMs * this.perSecond) / 1_000);
    this.filledAtMs = nowMs;
    if (this.tokens >= 1) {
      this.tokens -= 1;
      return 0;
    }
    return ((1 - this.tokens) * 1_000) / this.perSecond;
  }

  /** Whether the bucket was made for these numbers: a tenant's settings may change while it is in use. */
  fits(perSecond: number, burstMax: number): boolean {
    return this.perSecond === perSecond && this.burstMax === burstMax;
  }
}
