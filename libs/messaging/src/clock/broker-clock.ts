import { type AppendReceipt } from '../ports/event-log.js';

/** One exchange with the broker: local times around it and the broker's own time within it. Milliseconds since the epoch. */
export interface ClockSample {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly brokerTimeMs: number;
}

export interface BrokerClockOptions {
  /** The local clock. */
  readonly localNow?: () => number;
  /** How many samples are remembered; the one with the shortest round trip decides. */
  readonly samplesMax?: number;
}

interface Estimate {
  readonly roundTripMs: number;
  readonly offsetMs: number;
}

/**
 * Estimates the broker's clock from local time. Deadlines that are checked against a record's `LogAppendTime` must be set
 * by this clock, not by the local one. The error is at most half the shortest round trip remembered; a clock that jumps is
 * followed once the old samples have been forgotten. Until the first sample it is the local clock.
 */
export class BrokerClock {
  readonly #localNow: () => number;
  readonly #samplesMax: number;
  #samples: Estimate[] = [];
  #best: Estimate | undefined;

  constructor(options: BrokerClockOptions = {}) {
    this.#localNow = options.localNow ?? Date.now;
    this.#samplesMax = options.samplesMax ?? 64;
  }

  /** Milliseconds since the epoch, by the broker's clock as far as it is known. */
  now(): number {
    return this.#localNow() + this.offsetMs;
  }

  /** What to add to local time. Zero until the first sample. */
  get offsetMs(): number {
    return this.#best?.offsetMs ?? 0;
  }

  get hasSample(): boolean {
    return this.#best !== undefined;
  }

  observe(sample: ClockSample): void {
    const roundTripMs = sample.receivedAtMs - sample.sentAtMs;
    // A negative round trip means that the local clock jumped in between: such a sample says nothing.
    if (!(roundTripMs >= 0) || !Number.isFinite(sample.brokerTimeMs)) return;
    const offsetMs = sample.brokerTimeMs - (sample.sentAtMs + roundTripMs / 2);
    this.#samples.push({ roundTripMs, offsetMs });
    if (this.#samples.length > this.#samplesMax) this.#samples = this.#samples.slice(-this.#samplesMax);
    this.#best = this.#samples.reduce((best, each) => (each.roundTripMs <= best.roundTripMs ? each : best));
  }

  /** Runs one append and learns from its receipt. */
  async measure(append: () => Promise<AppendReceipt>): Promise<AppendReceipt> {
    const sentAtMs = this.#localNow();
    const receipt = await append();
    if (receipt.brokerTimeMs !== null) {
      this.observe({ sentAtMs, receivedAtMs: this.#localNow(), brokerTimeMs: receipt.brokerTimeMs });
    }
    return receipt;
  }
}
