import { setMaxListeners } from 'node:events';

/** The partitions of one stay, by topic. */
export type Assignment = ReadonlyMap<string, readonly number[]>;

/** One stay in a consumer group: from a join until the partitions are taken away. Kafka's eager protocol takes them all at once. */
export class Membership {
  readonly #controller = new AbortController();
  #endedBy: Error | undefined;

  constructor(readonly assigned: Assignment) {
    // One listener per partition at work, and those of the handlers: many, and no leak.
    setMaxListeners(0, this.#controller.signal);
  }

  /** Aborted when this stay is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get hasEnded(): boolean {
    return this.signal.aborted;
  }

  /** Why this stay is over; thrown to kafkajs, which then joins again. */
  get endedBy(): Error | undefined {
    return this.#endedBy;
  }

  /** Only the first reason counts. */
  end(reason: Error): void {
    if (this.hasEnded) return;
    this.#endedBy = reason;
    this.#controller.abort(reason);
  }

  /** Waits for the work, but not longer than the grace after this stay has ended. A failure of the work in time is thrown. */
  async awaitWork(work: Promise<void>, graceMs: number): Promise<void> {
    const settled = Promise.withResolvers<undefined>();
    let timer: NodeJS.Timeout | undefined;
    const onEnd = (): void => {
      timer = setTimeout(settled.resolve, graceMs, undefined);
    };
    if (this.hasEnded) onEnd();
    else this.signal.addEventListener('abort', onEnd, { once: true });
    work.then(() => {
      settled.resolve(undefined);
    }, settled.reject);
    try {
      await settled.promise;
    } finally {
      clearTimeout(timer);
      this.signal.removeEventListener('abort', onEnd);
    }
  }
}
