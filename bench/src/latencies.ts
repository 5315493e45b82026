/** Durations of one run, milliseconds. */
export class Latencies {
  private readonly values: number[] = [];

  record(ms: number): void {
    this.values.push(ms);
  }

  get count(): number {
    return this.values.length;
  }

  /** The nearest-rank percentiles; NaN for an empty run. */
  percentiles(...shares: readonly number[]): number[] {
    const sorted = Float64Array.from(this.values).sort();
    return shares.map((share) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN);
  }
}
