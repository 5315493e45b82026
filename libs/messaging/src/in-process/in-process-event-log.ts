import { AppenderClosedError } from '../ports/errors.js';
import {
  FencedError,
  type AppendReceipt,
  type EventLog,
  type FencedAppender,
  type InboxOptions,
  type OutgoingRecord,
  type RecordAppender,
  type SubscribeOptions,
  type Subscription,
  type TopicDefinition,
} from '../ports/event-log.js';
import { noMetrics, type MessagingMetrics } from '../ports/metrics.js';
import { InProcessInbox } from './in-process-inbox.js';
import { InProcessStore } from './in-process-store.js';
import { InProcessSubscription } from './in-process-subscription.js';

export interface InProcessEventLogOptions {
  /** Where the records live; several logs may share one. Default: a store of its own. */
  readonly store?: InProcessStore;
  readonly metrics?: MessagingMetrics;
}

class InProcessAppender implements RecordAppender {
  #isClosed = false;

  constructor(protected readonly store: InProcessStore) {}

  async append(records: readonly OutgoingRecord[]): Promise<AppendReceipt> {
    if (this.#isClosed) throw new AppenderClosedError('the appender is closed');
    return this.store.append(records);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}

class InProcessFencedAppender extends InProcessAppender implements FencedAppender {
  readonly #epoch: number;

  constructor(
    store: InProcessStore,
    readonly transactionalId: string,
  ) {
    super(store);
    this.#epoch = store.nextEpoch(transactionalId);
  }

  override async append(records: readonly OutgoingRecord[]): Promise<AppendReceipt> {
    if (!this.store.isCurrentEpoch(this.transactionalId, this.#epoch)) {
      throw new FencedError(`a newer appender took over ${this.transactionalId}`);
    }
    return super.append(records);
  }
}

/**
 * The event log in the memory of one process, for tests and for running everything in one process without Kafka. It keeps
 * Kafka's promises except one: nothing survives the process.
 */
export class InProcessEventLog implements EventLog {
  readonly #store: InProcessStore;
  readonly #metrics: MessagingMetrics;
  readonly #opened = new Set<{ close(): Promise<void> }>();
  #closed: Promise<void> | undefined;

  constructor(options: InProcessEventLogOptions = {}) {
    this.#store = options.store ?? new InProcessStore();
    this.#metrics = options.metrics ?? noMetrics;
  }

  async createTopics(topics: readonly TopicDefinition[]): Promise<void> {
    this.#assertOpen();
    for (const topic of topics) this.#store.createTopic(topic);
  }

  async openAppender(_options: { readonly name: string }): Promise<RecordAppender> {
    return this.#remember(new InProcessAppender(this.#store));
  }

  async openFencedAppender({
    transactionalId,
  }: {
    readonly transactionalId: string;
  }): Promise<FencedAppender> {
    return this.#remember(new InProcessFencedAppender(this.#store, transactionalId));
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    const subscription = this.#remember(new InProcessSubscription(this.#store, options, this.#metrics));
    await subscription.start();
    return subscription;
  }

  async openInbox(options: InboxOptions): Promise<Subscription> {
    const inbox = this.#remember(new InProcessInbox(this.#store, options));
    inbox.start();
    return inbox;
  }

  async ping(): Promise<void> {
    this.#assertOpen();
  }

  close(): Promise<void> {
    this.#closed ??= Promise.all([...this.#opened].map((each) => each.close())).then(() => undefined);
    return this.#closed;
  }

  #remember<Opened extends { close(): Promise<void> }>(opened: Opened): Opened {
    this.#assertOpen();
    this.#opened.add(opened);
    return opened;
  }

  #assertOpen(): void {
    if (this.#closed !== undefined) throw new Error('the event log is closed');
  }
}

/** See `InProcessEventLog`. */
export function openInProcessEventLog(options?: InProcessEventLogOptions): InProcessEventLog {
  return new InProcessEventLog(options);
}
