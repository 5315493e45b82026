import {
  type Consumer,
  type EachBatchPayload,
  type PartitionAssigner,
  type TopicPartitionOffset,
} from 'kafkajs';
import { SubscriptionDeathError } from '../ports/errors.js';
import { type MessagingLogger } from '../ports/logger.js';
import { CONNECT_RETRY, CONSUMER_RETRY, type KafkaClientFactory } from './kafka-client.js';
import { errorLabel, isHopeless, isMembershipLost, isUnknownTopic } from './kafka-errors.js';
import { LivenessWatch } from './liveness-watch.js';
import { withinMs } from './within-ms.js';
import { Membership, type Assignment } from '../groups/membership.js';

export interface GroupConsumerOptions {
  readonly client: KafkaClientFactory;
  readonly logger: MessagingLogger;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly startFrom: 'earliest' | 'latest';
  readonly assigner?: PartitionAssigner;
  /** Partitions handled side by side; at least as many as may be assigned, or one slow partition holds up the others. */
  readonly concurrency: number;
  /** Resolves when the log answers: tells a stuck consumer from a Kafka that is away. */
  readonly probe: () => Promise<void>;
  /** Takes one batch of one partition. A throw while the stay lasts is the end of the consumer. */
  readonly onBatch: (payload: EachBatchPayload, membership: Membership) => Promise<void>;
  readonly onJoined: (membership: Membership) => void;
  /** The last moment for commits in the name of this stay. Must be quick. */
  readonly onLeaving: (membership: Membership) => Promise<void>;
  /** Called once, after a successful start. */
  readonly onDeath: (error: Error) => void;
  readonly silenceMsMax?: number;
}

/** Below the deadline of a command (8 s): when a member vanishes its partitions must have an owner again before that. */
export const SESSION_TIMEOUT_MS = 6_000;
const REBALANCE_TIMEOUT_MS = 6_000;
const HEARTBEAT_INTERVAL_MS = 1_000;
/** Twice as often as due: kafkajs skips a beat that comes a moment too early. */
const HEARTBEAT_TIMER_MS = 500;
/** Bounds how late an idle consumer notices a rebalance or a stop; new records arrive at once anyway. */
const FETCH_WAIT_MS_MAX = 200;
const REQUEST_TIMEOUT_MS = 10_000;
/** Enough for a rebalance of a group with a stuck member; whoever starts may try again. */
const START_TIMEOUT_MS = 12_000;
const SILENCE_MS_MAX = 30_000;
const ALIVE_SILENCE_MS_MAX = 10_000;
const RELAUNCH_PAUSE_MS = 100;
const RELAUNCH_PAUSE_MS_MAX = 2_000;
/** Crashes soon after a join, one after the other: not an outage, something that happens again and again. */
const EARLY_CRASHES_MAX = 6;
const EARLY_CRASH_MS = 30_000;
const DRAIN_MS_MAX = 8_000;
const DISCONNECT_MS_MAX = 5_000;

type State = 'starting' | 'running' | 'closing' | 'dead';

/**
 * A member of a consumer group that outlives kafkajs's consumers. It adds what they lack: heartbeats from a timer while a
 * handler holds a batch, an end of the stay that handlers hear of, replacement of a crashed consumer, and a death that is told.
 */
export class GroupConsumer {
  readonly #watch: LivenessWatch;
  readonly #heartbeatTimer: NodeJS.Timeout;
  readonly #started = Promise.withResolvers<undefined>();
  #state: State = 'starting';
  #consumer: Consumer | undefined;
  #membership: Membership | undefined;
  #heartbeat: (() => Promise<void>) | undefined;
  #heartbeatAtMs = 0;
  #joinedAtMs = 0;
  #batchesHeld = 0;
  #released: (() => void) | undefined;
  /** Brokers of which a fetch is under way. */
  readonly #fetching = new Set<number>();
  #relaunchPauseMs = RELAUNCH_PAUSE_MS;
  #relaunchTimer: NodeJS.Timeout | undefined;
  #earlyCrashes = 0;
  #closed: Promise<void> | undefined;

  constructor(private readonly options: GroupConsumerOptions) {
    this.#watch = new LivenessWatch({
      silenceMsMax: options.silenceMsMax ?? SILENCE_MS_MAX,
      probe: options.probe,
      onSilent: (silentMs) => {
        this.#die(
          new SubscriptionDeathError(
            `no sign of life for ${String(Math.round(silentMs))} ms, though Kafka answers`,
          ),
        );
      },
    });
    this.#heartbeatTimer = setInterval(() => void this.#beat(), HEARTBEAT_TIMER_MS);
    // Whoever does not wait for the start learns of its failure otherwise.
    this.#started.promise.catch(() => undefined);
  }

  /** Resolves after the first join; rejects when that is impossible or takes too long. */
  async start(): Promise<void> {
    const timer = setTimeout(() => {
      this.#die(new SubscriptionDeathError(`${this.options.groupId} could not be joined in time`));
    }, START_TIMEOUT_MS);
    void this.#launch();
    try {
      await this.#started.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  isAlive(): boolean {
    const isMember = this.#state === 'running' && this.#membership !== undefined;
    return isMember && this.#watch.silentMs < ALIVE_SILENCE_MS_MAX;
  }

  get membership(): Membership | undefined {
    return this.#membership;
  }

  async commit(offsets: TopicPartitionOffset[]): Promise<void> {
    try {
      await this.#consumer?.commitOffsets(offsets);
      this.#watch.sign();
    } catch (error) {
      if (error instanceof Error && isMembershipLost(error)) this.#membership?.end(error);
      throw error;
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown('closing');
    this.#started.reject(new Error('closed before the group was joined'));
    return this.#closed;
  }

  async #shutDown(state: 'closing' | 'dead'): Promise<void> {
    this.#state = state;
    this.#watch.stop();
    clearTimeout(this.#relaunchTimer);
    const membership = this.#membership;
    membership?.end(new Error('the subscription closes'));
    this.#pause();
    await this.#drained();
    clearInterval(this.#heartbeatTimer);
    if (membership) await this.options.onLeaving(membership);
    const consumer = this.#consumer;
    this.#consumer = undefined;
    if (consumer) await this.#disconnect(consumer);
  }

  /** Batches that return unread are fetched again at once unless fetching is paused. */
  #pause(): void {
    try {
      this.#consumer?.pause(this.options.topics.map((topic) => ({ topic })));
    } catch (error) {
      this.options.logger.debug(
        { error: errorLabel(error) },
        'nothing to pause: the consumer is not running',
      );
    }
  }

  async #drained(): Promise<void> {
    if (this.#batchesHeld === 0) return;
    const released = new Promise<void>((resolve) => {
      this.#released = resolve;
    });
    await withinMs(released, DRAIN_MS_MAX);
  }

  async #disconnect(consumer: Consumer): Promise<void> {
    const left = consumer.disconnect().catch((error: unknown) => {
      this.options.logger.debug({ error: errorLabel(error) }, 'a consumer did not disconnect cleanly');
    });
    await withinMs(left, DISCONNECT_MS_MAX);
  }

  #die(error: Error): void {
    if (this.#state === 'dead' || this.#state === 'closing') return;
    const wasRunning = this.#state === 'running';
    this.options.logger.error(
      { groupId: this.options.groupId, error: errorLabel(error) },
      'the subscription is dead',
    );
    this.#closed = this.#shutDown('dead');
    this.#started.reject(error);
    if (wasRunning) this.options.onDeath(error);
  }

  async #launch(): Promise<void> {
    const { client, groupId, topics, startFrom, assigner, concurrency } = this.options;
    const consumer = client({ retry: CONNECT_RETRY, requestTimeoutMs: REQUEST_TIMEOUT_MS }).consumer({
      groupId,
      ...(assigner ? { partitionAssigners: [assigner] } : {}),
      sessionTimeout: SESSION_TIMEOUT_MS,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      minBytes: 1,
      maxWaitTimeInMs: FETCH_WAIT_MS_MAX,
      allowAutoTopicCreation: false,
      retry: CONSUMER_RETRY,
    });
    this.#consumer = consumer;
    this.#fetching.clear();
    this.#listenTo(consumer);
    const steps = [
      () => consumer.connect(),
      () => consumer.subscribe({ topics: [...topics], fromBeginning: startFrom === 'earliest' }),
      () =>
        consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: concurrency,
          eachBatch: (payload) => this.#takeBatch(payload),
        }),
    ];
    try {
      for (const step of steps) {
        await step();
        // Closed meanwhile: a consumer that went on would join the group and never leave it.
        if (this.#consumer !== consumer) return await this.#disconnect(consumer);
      }
    } catch (error) {
      await this.#disconnect(consumer);
      this.#onCrash(consumer, error);
    }
  }

  #listenTo(consumer: Consumer): void {
    const whenCurrent = <Event>(listener: (event: Event) => void) => {
      return (event: Event): void => {
        if (this.#consumer === consumer) listener(event);
      };
    };
    const { events } = consumer;
    consumer.on(
      events.GROUP_JOIN,
      whenCurrent(({ payload }) => {
        this.#join(consumer, payload.memberAssignment);
      }),
    );
    consumer.on(
      events.REBALANCING,
      whenCurrent(() => {
        this.#leave(new Error('the group rebalances'));
      }),
    );
    consumer.on(
      events.FETCH_START,
      whenCurrent(({ payload }) => {
        this.#fetching.add(payload.nodeId);
      }),
    );
    consumer.on(
      events.FETCH,
      whenCurrent(({ payload }) => {
        this.#fetching.delete(payload.nodeId);
        this.#watch.sign();
      }),
    );
    consumer.on(
      events.HEARTBEAT,
      whenCurrent(() => {
        this.#heartbeatAtMs = performance.now();
        this.#watch.sign();
      }),
    );
    consumer.on(events.CRASH, ({ payload }) => {
      this.#onCrash(consumer, payload.error);
    });
  }

  #join(consumer: Consumer, memberAssignment: Readonly<Record<string, readonly number[]>>): void {
    const assigned: Assignment = new Map(Object.entries(memberAssignment));
    const isTornJoin = this.#batchesHeld > 0 || this.#fetching.size > 1;
    this.#membership?.end(new Error('the group was joined anew'));
    if (isTornJoin) {
      // Stale metadata makes one broker's fetch loop join again while the others' go on: they would deliver from positions
      // of the old stay, and offsets committed on top of that would skip records. A new consumer starts from what is committed.
      this.options.logger.info(
        { groupId: this.options.groupId },
        'joined in the middle of other fetches: starting over',
      );
      this.#consumer = undefined;
      this.#membership = undefined;
      void this.#disconnect(consumer).then(() => this.#launchUnlessClosed());
      return;
    }
    this.#membership = new Membership(assigned);
    this.#joinedAtMs = performance.now();
    this.#heartbeatAtMs = this.#joinedAtMs;
    this.#relaunchPauseMs = RELAUNCH_PAUSE_MS;
    this.#watch.sign();
    if (this.#state === 'starting') this.#state = 'running';
    this.options.onJoined(this.#membership);
    this.#started.resolve(undefined);
  }

  #leave(reason: Error): void {
    this.#fetching.clear();
    const membership = this.#membership;
    if (membership === undefined) return;
    membership.end(reason);
    // Sent before the join request on the same connection; the coordinator still takes commits of the stay that ends.
    void this.options.onLeaving(membership);
  }

  async #takeBatch(payload: EachBatchPayload): Promise<void> {
    const membership = this.#membership;
    if (membership === undefined || membership.hasEnded) {
      if (this.#state === 'closing' || this.#state === 'dead') return;
      throw membership?.endedBy ?? new Error('not a member of the group');
    }
    this.#heartbeat = () => payload.heartbeat();
    this.#batchesHeld += 1;
    try {
      await this.options.onBatch(payload, membership);
    } catch (cause) {
      if (!membership.hasEnded) {
        this.#die(new SubscriptionDeathError('a batch handler threw', { cause }));
        throw cause;
      }
      this.options.logger.warn(
        { error: errorLabel(cause) },
        'a batch handler threw after its partitions were taken away',
      );
    } finally {
      this.#release();
    }
    await this.#rejoinIfEnded(membership);
  }

  #release(): void {
    this.#batchesHeld -= 1;
    if (this.#batchesHeld === 0) this.#released?.();
  }

  async #rejoinIfEnded(membership: Membership): Promise<void> {
    if (!membership.hasEnded || this.#state !== 'running') return;
    if (this.#batchesHeld === 0) await this.options.onLeaving(membership);
    throw membership.endedBy ?? new Error('the stay in the group is over');
  }

  async #beat(): Promise<void> {
    if (this.#batchesHeld === 0 || this.#membership === undefined || this.#membership.hasEnded) return;
    const membership = this.#membership;
    try {
      await this.#heartbeat?.();
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      const isExpired = performance.now() - this.#heartbeatAtMs > SESSION_TIMEOUT_MS;
      if (isExpired || isMembershipLost(error)) membership.end(error);
    }
  }

  #onCrash(consumer: Consumer, cause: unknown): void {
    if (this.#consumer !== consumer) return;
    const error = cause instanceof Error ? cause : new Error(String(cause));
    this.#consumer = undefined;
    const hadJoined = this.#membership !== undefined;
    this.#membership?.end(error);
    this.#membership = undefined;
    if (this.#state !== 'starting' && this.#state !== 'running') return;
    const { groupId, logger } = this.options;
    logger.warn({ groupId, error: errorLabel(error) }, 'a consumer crashed; another takes its place');
    if (isHopeless(error) || (this.#state === 'starting' && isUnknownTopic(error))) {
      this.#die(error);
      return;
    }
    if (hadJoined) {
      const isEarly = performance.now() - this.#joinedAtMs < EARLY_CRASH_MS;
      this.#earlyCrashes = isEarly ? this.#earlyCrashes + 1 : 1;
      if (this.#earlyCrashes >= EARLY_CRASHES_MAX) {
        this.#die(new SubscriptionDeathError('the consumer crashed again and again', { cause: error }));
        return;
      }
    }
    this.#relaunchTimer = setTimeout(() => {
      this.#launchUnlessClosed();
    }, this.#relaunchPauseMs);
    this.#relaunchPauseMs = Math.min(this.#relaunchPauseMs * 2, RELAUNCH_PAUSE_MS_MAX);
  }

  #launchUnlessClosed(): void {
    if (this.#state === 'starting' || this.#state === 'running') void this.#launch();
  }
}
