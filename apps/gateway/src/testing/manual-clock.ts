/** A clock that stands still until it is moved. */
export class ManualClock {
  private atMs = 1_000_000;

  readonly now = (): number => this.atMs;

  advance(milliseconds: number): void {
    this.atMs += milliseconds;
  }
}
