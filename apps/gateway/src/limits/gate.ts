import { Refusal } from '../refusals/refusal.js';

const RETRY_AFTER_SECONDS = 2;

/** Lets in so many units (requests, bytes) at a time and refuses the rest with 503: memory and latency stay bounded. */
export class Gate {
  private held = 0;

  constructor(private readonly unitsMax: number) {}

  get inUse(): number {
    return this.held;
  }

  /** Takes the units or throws 503 `overloaded`; whoever took them gives them back exactly once. */
  enter(units: number): void {
    if (this.held + units > this.unitsMax)
      throw new Refusal('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    this.held += units;
  }

  leave(units: number): void {
    this.held -= units;
  }
}
