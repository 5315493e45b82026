import { Refusal } from '../refusals/refusal.js';

const RETRY_AFTER_SECONDS = 2;

/** Lets in so many units (requests, bytes) at a time and refuses the rest with 503: memory and latency stay bounded. */
export class Gate {
  private held = 0;

  constructor(private readonly unitsMax: number) {}

  get inUse(): number {
    return this.held;
  }

  /** Takes the units, or returns the 503 `overloaded` to answer with. Whoever took units gives them back exactly once. */
  tryEnter(units: number): Refusal | undefined {
    if (this.held + units > this.unitsMax) {
      return new Refusal('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    this.held += units;
    return undefined;
  }

  /** Takes the units or throws the 503. */
  enter(units: number): void {
    const refusal = this.tryEnter(units);
    if (refusal !== undefined) throw refusal;
  }

  leave(units: number): void {
    this.held -= units;
  }
}
