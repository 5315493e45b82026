import { setTimeout as pause } from 'node:timers/promises';
import { type MessagingLogger } from '../ports/logger.js';

/** One thing to do before a service is connected to the log. Done again from its beginning after a failure. */
export interface ConnectionStep {
  readonly name: string;
  readonly run: (signal: AbortSignal) => Promise<void>;
}

export interface EventLogConnectionOptions {
  /** In this order, each once the one before has succeeded. */
  readonly steps: readonly ConnectionStep[];
  readonly logger: MessagingLogger;
  /** How long to wait after the first failure of a step; doubled up to the maximum. Milliseconds. */
  readonly retryDelayMs?: number;
  readonly retryDelayMsMax?: number;
}

const RETRY_DELAY_MS = 500;
const RETRY_DELAY_MS_MAX = 10_000;

/**
 * Joins the event log in the background and goes on trying: a service that starts before its brokers do answers what it can
 * without them and says that it is not ready, instead of dying in a loop. Later interruptions are the adapter's to mend.
 */
export class EventLogConnection {
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #isConnected = false;

  constructor(private readonly options: EventLogConnectionOptions) {}

  /** Whether every step has succeeded once. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  start(): void {
    this.#running = this.#connect();
  }

  /** Stops trying; resolves when no step is under way. What the steps opened is the caller's to close. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #connect(): Promise<void> {
    for (const step of this.options.steps) await this.#untilDone(step);
    this.#isConnected = !this.#stopping.signal.aborted;
  }

  async #untilDone({ name, run }: ConnectionStep): Promise<void> {
    const { signal } = this.#stopping;
    let delayMs = this.options.retryDelayMs ?? RETRY_DELAY_MS;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await run(signal);
        return;
      } catch (err) {
        this.options.logger.warn({ step: name, err, attempt }, 'the event log cannot be joined yet');
        await pause(delayMs, undefined, { signal }).catch(() => undefined);
        delayMs = Math.min(delayMs * 2, this.options.retryDelayMsMax ?? RETRY_DELAY_MS_MAX);
      }
    }
  }
}
