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

  /**
   * Takes `count` tokens and returns 0, or takes none and returns the milliseconds until there are as many. More than the
   * bucket can hold would never be there: they cost a full bucket.
   */
  take(nowMs: number, count = 1): number {
    const wanted = Math.min(count, this.burstMax);
    const elapsedMs = Math.max(0, nowMs - this.filledAtMs);
    this.tokens = Math.min(this.burstMax, this.tokens + (elapsedMs * this.perSecond) / 1_000);
    this.filledAtMs = nowMs;
    if (this.tokens >= wanted) {
      this.tokens -= wanted;
      return 0;
    }
    return ((wanted - this.tokens) * 1_000) / this.perSecond;
  }

  /** Whether the bucket was made for these numbers: a tenant's settings may change while it is in use. */
  fits(perSecond: number, burstMax: number): boolean {
    return this.perSecond === perSecond && this.burstMax === burstMax;
  }
}
