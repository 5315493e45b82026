import { type Consumer, type EachBatchPayload } from 'kafkajs';
import { type BatchContext, type SubscribeOptions, type Subscription } from '../ports/event-log.js';
import { type MessagingLogger } from '../ports/logger.js';
import { type MessagingMetrics } from '../ports/metrics.js';
import { PartitionProgress } from '../progress/partition-progress.js';
import { GroupConsumer } from './group-consumer.js';
import { type KafkaClientFactory } from './kafka-client.js';
import { errorLabel } from './kafka-errors.js';
import { type Membership } from '../groups/membership.js';
import { receivedRecordOf } from './record-codec.js';
import { withinMs } from './within-ms.js';

export interface KafkaSubscriptionDependencies {
  readonly client: KafkaClientFactory;
  readonly logger: MessagingLogger;
  readonly metrics: MessagingMetrics;
  /** Partitions of all topics subscribed to. */
  readonly partitions: number;
  readonly probe: () => Promise<void>;
}

const COMMIT_INTERVAL_MS = 1_000;
/** How long a handler may take to return after its partition was taken away; with the join it must fit into the rebalance timeout. */
const HANDLER_GRACE_MS = 3_000;
const LEAVING_COMMIT_MS_MAX = 2_000;
/** At a close: how long to wait for records that still finish, and how long none may finish before that ends. */
const UNFINISHED_MS_MAX = 2_000;
const UNFINISHED_PAUSE_MS = 100;

/** What one stay knows of one partition. */
interface TrackedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly progress: PartitionProgress;
  highWatermark: bigint;
  /** Batches handed out and not yet finished, oldest first: the offset after each, and the time of its first record. */
  batches: { readonly next: bigint; readonly firstTimestampMs: number }[];
  /** The last position known to be committed in this stay. */
  committed: bigint | undefined;
}

interface Commit {
  readonly tracked: TrackedPartition;
  readonly position: bigint;
}

type CommitOffsets = Parameters<Consumer['commitOffsets']>[0];

/** A member of a group that hands out batches and commits the lowest unfinished offset of each partition. */
export class KafkaSubscription implements Subscription {
  readonly #consumer: GroupConsumer;
  readonly #commitTimer: NodeJS.Timeout;
  /** Progress belongs to a stay: a `finished` that comes after it counts for nothing, as the records are delivered again. */
  #tracked = new Map<string, TrackedPartition>();
  /** Handlers that have not returned, also those of earlier stays: two handlers never work on one partition. */
  readonly #handlers = new Map<string, Promise<void>>();
  #committing: Promise<void> = Promise.resolve();
  #isClosing = false;

  constructor(
    private readonly options: SubscribeOptions,
    private readonly dependencies: KafkaSubscriptionDependencies,
  ) {
    this.#consumer = new GroupConsumer({
      client: dependencies.client,
      logger: dependencies.logger,
      groupId: options.groupId,
      topics: options.topics,
      startFrom: options.startFrom,
      concurrency: dependencies.partitions,
      probe: dependencies.probe,
      onBatch: (payload, membership) => this.#handOut(payload, membership),
      onJoined: (membership) => {
        this.#startStay(membership);
      },
      onLeaving: () => this.#commitBeforeLeaving(),
      onDeath: (error) => {
        clearInterval(this.#commitTimer);
        dependencies.metrics.consumerDied?.(options.groupId);
        options.onDeath(error);
      },
    });
    this.#commitTimer = setInterval(() => {
      this.#reportLag();
      void this.#commit();
    }, COMMIT_INTERVAL_MS);
  }

  async start(): Promise<void> {
    try {
      await this.#consumer.start();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  isAlive(): boolean {
    return this.#consumer.isAlive();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#commitTimer);
    await this.#consumer.close();
    this.#forgetPartitions();
  }

  #startStay(membership: Membership): void {
    this.#forgetPartitions();
    this.dependencies.metrics.groupJoined?.(this.options.groupId);
    this.options.onJoined?.(membership.assigned);
  }

  #forgetPartitions(): void {
    for (const { topic, partition } of this.#tracked.values()) {
      this.dependencies.metrics.consumerLag?.({ groupId: this.options.groupId, topic, partition }, null, 0);
    }
    this.#tracked = new Map();
  }

  async #handOut(payload: EachBatchPayload, membership: Membership): Promise<void> {
    const { batch } = payload;
    const { topic, partition } = batch;
    const id = `${topic}/${String(partition)}`;
    // A handler of an earlier stay that would not stop comes first.
    await membership.awaitWork(this.#handlers.get(id) ?? Promise.resolve(), 0);
    const last = batch.messages.at(-1);
    if (membership.hasEnded || last === undefined) return;

    const records = batch.messages.map((message) => receivedRecordOf(topic, partition, message));
    const tracked = this.#track(id, topic, partition);
    tracked.highWatermark = BigInt(batch.highWatermark);
    const next = BigInt(batch.lastOffset()) + 1n;
    tracked.progress.begin(
      records.map((record) => record.offset),
      next,
    );
    tracked.batches.push({ next, firstTimestampMs: records[0]?.timestampMs ?? Date.now() });
    const context: BatchContext = {
      signal: membership.signal,
      finished: (offset) => {
        tracked.progress.finish(offset);
      },
    };
    const received = { topic, partition, records, highWatermark: tracked.highWatermark };
    this.dependencies.metrics.batchReceived?.(
      { groupId: this.options.groupId, topic, partition },
      records.length,
    );
    const handler = (async () => {
      await this.options.onBatch(received, context);
    })();
    this.#remember(id, handler);
    await membership.awaitWork(handler, HANDLER_GRACE_MS);
    // After the stay the offset would be taken for a position of the next one.
    if (!membership.hasEnded) payload.resolveOffset(last.offset);
  }

  #remember(id: string, handler: Promise<void>): void {
    const settled = handler
      .catch(() => undefined)
      .then(() => {
        if (this.#handlers.get(id) === settled) this.#handlers.delete(id);
      });
    this.#handlers.set(id, settled);
  }

  #track(id: string, topic: string, partition: number): TrackedPartition {
    const known = this.#tracked.get(id);
    if (known) return known;
    const tracked: TrackedPartition = {
      topic,
      partition,
      progress: new PartitionProgress(),
      highWatermark: 0n,
      batches: [],
      committed: undefined,
    };
    this.#tracked.set(id, tracked);
    return tracked;
  }

  #reportLag(): void {
    const { metrics } = this.dependencies;
    for (const tracked of this.#tracked.values()) {
      const { topic, partition, progress, highWatermark } = tracked;
      const position = progress.position ?? highWatermark;
      tracked.batches = tracked.batches.filter(({ next }) => next > position);
      const records = highWatermark > position ? Number(highWatermark - position) : 0;
      const oldest = tracked.batches[0]?.firstTimestampMs;
      const ageMs = oldest === undefined ? 0 : Math.max(0, Date.now() - oldest);
      metrics.consumerLag?.({ groupId: this.options.groupId, topic, partition }, records, ageMs);
    }
  }

  /** One commit at a time: an older one that arrives later would take the position back. */
  #commit(): Promise<void> {
    this.#committing = this.#committing.then(() => this.#commitNow());
    return this.#committing;
  }

  async #commitNow(): Promise<void> {
    const commits: Commit[] = [];
    for (const tracked of this.#tracked.values()) {
      const position = tracked.progress.position;
      if (position !== undefined && position !== tracked.committed) commits.push({ tracked, position });
    }
    if (commits.length === 0) return;
    const offsets: CommitOffsets = commits.map(({ tracked: { topic, partition }, position }) => ({
      topic,
      partition,
      offset: position.toString(),
    }));
    try {
      await this.#consumer.commit(offsets);
      for (const { tracked, position } of commits) tracked.committed = position;
    } catch (error) {
      const { groupId } = this.options;
      this.dependencies.logger.debug(
        { groupId, error: errorLabel(error) },
        'progress could not be committed',
      );
    }
  }

  /** Best effort: what is not committed here is delivered again. */
  async #commitBeforeLeaving(): Promise<void> {
    if (this.#isClosing) await this.#untilFinishedOrStill();
    await withinMs(this.#commit(), LEAVING_COMMIT_MS_MAX);
  }

  /** Records that were handed out may still finish after their handler returned: worth a moment, as they are not repeated then. */
  async #untilFinishedOrStill(): Promise<void> {
    const deadlineMs = performance.now() + UNFINISHED_MS_MAX;
    let unfinished = Number.POSITIVE_INFINITY;
    for (let now = this.#unfinished(); now > 0 && now < unfinished; now = this.#unfinished()) {
      if (performance.now() > deadlineMs) return;
      unfinished = now;
      await new Promise((resolve) => setTimeout(resolve, UNFINISHED_PAUSE_MS));
    }
  }

  #unfinished(): number {
    return [...this.#tracked.values()].reduce((sum, { progress }) => sum + progress.unfinished, 0);
  }
}
