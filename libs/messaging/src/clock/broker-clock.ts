import { type AppendReceipt } from '../ports/event-log.js';

/** One exchange with the broker: local times around it and the broker's own time within it. Milliseconds since the epoch. */
export interface ClockSample {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly brokerTimeMs: number;
}

export interface BrokerClockOptions {
  /** The local clock, in milliseconds since the epoch. Default: one that never steps. */
  readonly localNow?: () => number;
  /** How many samples are remembered; the one with the shortest round trip decides. */
  readonly samplesMax?: number;
  /** How long a sample is remembered. Clocks drift: an old sample says little, however short its round trip was. */
  readonly sampleAgeMsMax?: number;
}

interface Estimate {
  readonly receivedAtMs: number;
  readonly roundTripMs: number;
  readonly offsetMs: number;
}

const SAMPLES_MAX = 64;
const SAMPLE_AGE_MS_MAX = 300_000;
/** Two samples that contradict each other by more than this mean a jump; less may be drift, or two brokers of a cluster. */
const JUMP_MS = 1_000;

/** Wall-clock time at the start of the process plus what has passed since: a step of the wall clock does not move it. */
function steadyNow(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * Estimates the broker's clock from local time. Deadlines that are checked against a record's `LogAppendTime` must be set
 * by this clock, not by the local one. The error is at most half the shortest round trip remembered, plus what the clocks
 * drifted since. A step of the local wall clock does not matter; a jump of the broker's, and a machine that was suspended, are
 * followed at the next sample. Until the first sample it is the local clock.
 */
export class BrokerClock {
  readonly #localNow: () => number;
  readonly #samplesMax: number;
  readonly #sampleAgeMsMax: number;
  #samples: Estimate[] = [];
  #best: Estimate | undefined;

  constructor(options: BrokerClockOptions = {}) {
    this.#localNow = options.localNow ?? steadyNow;
    this.#samplesMax = options.samplesMax ?? SAMPLES_MAX;
    this.#sampleAgeMsMax = options.sampleAgeMsMax ?? SAMPLE_AGE_MS_MAX;
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
    const latest: Estimate = { receivedAtMs: sample.receivedAtMs, roundTripMs, offsetMs };
    const oldestMs = sample.receivedAtMs - this.#sampleAgeMsMax;
    const remembered =
      this.#best && contradict(this.#best, latest)
        ? []
        : this.#samples.filter((each) => each.receivedAtMs >= oldestMs);
    this.#samples = [...remembered, latest].slice(-this.#samplesMax);
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

/** A sample pins the offset down to half its round trip either way; two that leave no common offset cannot both be of one clock. */
function contradict(one: Estimate, other: Estimate): boolean {
  const apartMs = Math.abs(one.offsetMs - other.offsetMs);
  return apartMs - (one.roundTripMs + other.roundTripMs) / 2 > JUMP_MS;
}
