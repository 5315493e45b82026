import { SubscriptionDeathError } from '../ports/errors.js';
import { type InboxOptions, type Subscription } from '../ports/event-log.js';
import { type InProcessStore, type ReadPosition } from './in-process-store.js';

const RECORDS_PER_READ_MAX = 500;

/** Reads one partition from its end. There is no moment between asking for the end and reading on, so it never misses a record. */
export class InProcessInbox implements Subscription {
  readonly #closing = Promise.withResolvers<undefined>();
  readonly #readPosition: ReadPosition;
  #position: bigint;
  #isOpen = true;
  #reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: InProcessStore,
    private readonly options: InboxOptions,
  ) {
    const { topic, partition } = options;
    this.#position = store.partition(topic, partition).next;
    this.#readPosition = { topic, partition, isLiving: () => this.#isOpen, position: () => this.#position };
    store.addPosition(this.#readPosition);
  }

  start(): void {
    this.#reading = this.#readOn();
    this.options.onJoined();
  }

  isAlive(): boolean {
    return this.#isOpen;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#closing.resolve(undefined);
    this.store.removePosition(this.#readPosition);
    await this.#reading;
  }

  async #readOn(): Promise<void> {
    const source = this.store.partition(this.options.topic, this.options.partition);
    try {
      while (this.#isOpen) {
        const records = source.read(this.#position, RECORDS_PER_READ_MAX);
        const last = records.at(-1);
        if (last === undefined) {
          await Promise.race([source.appended, this.#closing.promise]);
          continue;
        }
        this.#position = last.offset + 1n;
        this.options.onRecords(records);
      }
    } catch (cause) {
      this.#isOpen = false;
      this.store.removePosition(this.#readPosition);
      this.options.onDeath(new SubscriptionDeathError('an inbox handler threw', { cause }));
    }
  }
}
