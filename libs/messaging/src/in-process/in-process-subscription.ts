import { type Membership } from '../groups/membership.js';
import { SubscriptionDeathError } from '../ports/errors.js';
import {
  type BatchContext,
  type ReceivedRecord,
  type SubscribeOptions,
  type Subscription,
} from '../ports/event-log.js';
import { type MessagingMetrics } from '../ports/metrics.js';
import { PartitionProgress } from '../progress/partition-progress.js';
import { partitionId, type GroupMember, type InProcessGroup } from './in-process-group.js';
import { type InProcessStore } from './in-process-store.js';

const RECORDS_PER_BATCH_MAX = 500;
const HANDLER_GRACE_MS = 3_000;

/** A member of a group in this process. */
export class InProcessSubscription implements Subscription, GroupMember {
  readonly topics: readonly string[];
  readonly startFrom: 'earliest' | 'latest';
  readonly #group: InProcessGroup;
  #readers: Promise<void>[] = [];
  #isMember = false;
  /** Its stay is over and nobody else has its partitions yet: what still finishes counts. */
  #isLeaving = false;
  #closed: Promise<void> | undefined;

  constructor(
    private readonly store: InProcessStore,
    private readonly options: SubscribeOptions,
    private readonly metrics: MessagingMetrics,
  ) {
    this.topics = options.topics;
    this.startFrom = options.startFrom;
    this.#group = store.group(options.groupId);
  }

  async start(): Promise<void> {
    for (const topic of this.topics) this.store.partitionsOf(topic);
    await this.#group.join(this);
  }

  isAlive(): boolean {
    return this.#isMember;
  }

  close(): Promise<void> {
    this.#closed ??= this.#leave();
    return this.#closed;
  }

  startStay(membership: Membership): void {
    this.#isMember = true;
    this.metrics.groupJoined?.(this.options.groupId);
    this.options.onJoined?.(membership.assigned);
    this.#readers = [...membership.assigned].flatMap(([topic, partitions]) =>
      partitions.map((partition) => this.#readUntilEnd(topic, partition, membership)),
    );
  }

  async drained(): Promise<void> {
    await Promise.all(this.#readers);
  }

  async #leave(): Promise<void> {
    this.#isMember = false;
    this.#isLeaving = true;
    this.#group.endStay(this);
    await this.drained();
    this.#isLeaving = false;
    await this.#group.leave(this);
  }

  #die(cause: unknown): void {
    if (this.#closed !== undefined) return;
    this.#isMember = false;
    this.#closed = this.#leave();
    this.metrics.consumerDied?.(this.options.groupId);
    this.options.onDeath(new SubscriptionDeathError('a batch handler threw', { cause }));
  }

  async #readUntilEnd(topic: string, partition: number, membership: Membership): Promise<void> {
    const id = partitionId(topic, partition);
    // A handler of an earlier stay that would not stop comes first.
    await membership.awaitWork(this.#group.handlers.get(id) ?? Promise.resolve(), 0);
    const source = this.store.partition(topic, partition);
    const progress = new PartitionProgress();
    const context = this.#contextFor(topic, partition, membership, progress);
    let position = this.#group.positionOf(topic, partition, this.startFrom);
    while (!membership.hasEnded) {
      const records = source.read(position, RECORDS_PER_BATCH_MAX);
      const last = records.at(-1);
      if (last === undefined) {
        await membership.awaitWork(
          source.appended.then(() => undefined),
          0,
        );
        continue;
      }
      position = last.offset + 1n;
      progress.begin(
        records.map(({ offset }) => offset),
        position,
      );
      const at = { groupId: this.options.groupId, topic, partition };
      this.metrics.batchReceived?.(at, records.length);
      const lag = source.length - source.countBefore(progress.position ?? position);
      this.metrics.consumerLag?.(at, lag, Math.max(0, Date.now() - (records[0]?.timestampMs ?? Date.now())));
      await this.#handOut(records, context, membership);
    }
  }

  #contextFor(
    topic: string,
    partition: number,
    membership: Membership,
    progress: PartitionProgress,
  ): BatchContext {
    return {
      signal: membership.signal,
      finished: (offset) => {
        if (membership.hasEnded && !this.#isLeaving) return;
        progress.finish(offset);
        if (progress.position !== undefined) this.#group.commit(topic, partition, progress.position);
        this.store.trim(topic);
      },
    };
  }

  async #handOut(
    records: readonly ReceivedRecord[],
    context: BatchContext,
    membership: Membership,
  ): Promise<void> {
    const [first] = records;
    if (first === undefined) return;
    const { topic, partition } = first;
    const id = partitionId(topic, partition);
    const highWatermark = this.store.partition(topic, partition).next;
    const handler = (async () => {
      await this.options.onBatch({ topic, partition, records, highWatermark }, context);
    })();
    const settled = handler
      .catch(() => undefined)
      .then(() => {
        if (this.#group.handlers.get(id) === settled) this.#group.handlers.delete(id);
      });
    this.#group.handlers.set(id, settled);
    try {
      await membership.awaitWork(handler, HANDLER_GRACE_MS);
    } catch (error) {
      if (!membership.hasEnded) this.#die(error);
    }
  }
}
