export interface LivenessWatchOptions {
  /** How long silence may last while the log answers others. */
  readonly silenceMsMax: number;
  /** Resolves when the log answers; rejects when it does not. */
  readonly probe: () => Promise<void>;
  /** Called once. */
  readonly onSilent: (silentMs: number) => void;
  readonly now?: () => number;
  readonly checkIntervalMs?: number;
}

const CHECK_INTERVAL_MS = 2_000;
/** A check that comes later than this many intervals after the one before tells that the process itself stood still. */
const LATE_INTERVALS = 2;

/**
 * Notices a consumer that is stuck though Kafka is well: no sign of life for too long while a probe is answered. A Kafka
 * that is away silences everybody; waiting for it is not death, so an unanswered probe starts the count anew. So does a
 * standstill of this process (SIGSTOP, a suspended machine, a blocked event loop): it could not have heard anything meanwhile.
 */
export class LivenessWatch {
  readonly #options: Required<LivenessWatchOptions>;
  readonly #timer: NodeJS.Timeout;
  #lastSignMs: number;
  #countingFromMs: number;
  #checkedAtMs: number;
  #probing = false;
  #stopped = false;

  constructor(options: LivenessWatchOptions) {
    this.#options = { now: () => performance.now(), checkIntervalMs: CHECK_INTERVAL_MS, ...options };
    this.#lastSignMs = this.#options.now();
    this.#countingFromMs = this.#lastSignMs;
    this.#checkedAtMs = this.#lastSignMs;
    this.#timer = setInterval(() => void this.#check(), this.#options.checkIntervalMs);
  }

  sign(): void {
    this.#lastSignMs = this.#options.now();
    this.#countingFromMs = this.#lastSignMs;
  }

  /** Milliseconds since the last sign of life. */
  get silentMs(): number {
    return this.#options.now() - this.#lastSignMs;
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    const { silenceMsMax, checkIntervalMs, now, probe, onSilent } = this.#options;
    this.#allowForStandstill();
    this.#checkedAtMs = now();
    if (this.#probing || now() - this.#countingFromMs < checkIntervalMs * 2) return;
    this.#probing = true;
    const askedAtMs = now();
    try {
      await probe();
      // An answer that arrived during a standstill is read before the next check is due.
      this.#allowForStandstill();
      if (this.#stopped || now() - this.#countingFromMs < silenceMsMax) return;
      this.stop();
      onSilent(this.silentMs);
    } catch {
      this.#countingFromMs = Math.max(this.#countingFromMs, askedAtMs);
    } finally {
      this.#probing = false;
    }
  }

  #allowForStandstill(): void {
    const { checkIntervalMs, now } = this.#options;
    if (now() - this.#checkedAtMs > checkIntervalMs * LATE_INTERVALS) this.#countingFromMs = now();
  }
}
