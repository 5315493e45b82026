/**
 * The port to an ordered, partitioned, durable log (Apache Kafka, or the in-process stand-in).
 * Nothing outside this library knows which of the two it talks to; both pass the same contract suite.
 */

/** A topic as the log must hold it. `config` uses Kafka's own topic configuration names. */
export interface TopicDefinition {
  readonly topic: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

/** A record on its way into the log. `value: null` is a tombstone. Without `partition` the key decides. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly partition?: number;
}

/** A record as read. Header values are UTF-8 text; a header that occurs twice keeps its last value. */
export interface ReceivedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch; by the broker's clock where the topic says `LogAppendTime`. */
  readonly timestampMs: number;
}

/** What the log said of an accepted append. */
export interface AppendReceipt {
  /** The broker's clock at the append (topics with `LogAppendTime`), else null. Milliseconds since the epoch. */
  readonly brokerTimeMs: number | null;
}

/**
 * Guarantee: a resolved `append` is durable on all in-sync replicas (acks=all). A rejected one may or may not be in the
 * log: the reader must tolerate duplicates. Not promised: order between two appends under way at the same time.
 */
export interface RecordAppender {
  append(records: readonly OutgoingRecord[]): Promise<AppendReceipt>;
  close(): Promise<void>;
}

/**
 * An appender of which one at a time is alive per `transactionalId`: opening it fences every older one.
 * `append` is all or nothing for readers that read committed records, and rejects with `FencedError` once a newer one exists.
 */
export interface FencedAppender extends RecordAppender {
  readonly transactionalId: string;
}

export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly ReceivedRecord[];
  /** Offset that the next appended record of the partition will get. */
  readonly highWatermark: bigint;
}

/** What a batch handler may do with the partition it was handed. */
export interface BatchContext {
  /** Aborted when the partition is taken away or the subscription closes: drop what was not begun. */
  readonly signal: AbortSignal;
  /**
   * Marks one record as finished. The lowest unfinished offset of the partition is committed from time to time and at
   * close, so finishing out of order is fine, and a record that is never finished is delivered again after a restart.
   */
  finished(offset: bigint): void;
}

/**
 * Takes a batch and may return before its records are finished (it then calls `context.finished` later). The next batch of
 * the partition is handed out after it returns: not returning is the back-pressure. Heartbeats go on meanwhile.
 * It must not throw for a bad record: that is what the dead-letter topic is for. A throw stops the subscription for good.
 */
export type BatchHandler = (batch: RecordBatch, context: BatchContext) => Promise<void>;

export interface SubscribeOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Where a group without committed offsets begins. */
  readonly startFrom: 'earliest' | 'latest';
  readonly onBatch: BatchHandler;
  /** Called once if the subscription died and will not come back by itself; the process must end. */
  readonly onDeath: (error: Error) => void;
  /** Called after every (re)join with the partitions now owned, by topic. */
  readonly onJoined?: (assigned: ReadonlyMap<string, readonly number[]>) => void;
}

export interface Subscription {
  /** Stops fetching, waits for handlers, commits progress, leaves the group. */
  close(): Promise<void>;
  /** True while the subscription is a member of its group and hears from the log. */
  isAlive(): boolean;
}

/** A reader of exactly one partition, at its end, without offsets: how replies come back to one process. */
export interface InboxOptions {
  readonly topic: string;
  readonly partition: number;
  /** Unique per process: names the group, so that no two processes share one. */
  readonly instanceId: string;
  readonly onRecords: (records: readonly ReceivedRecord[]) => void;
  /** Called after every (re)join: records appended meanwhile may have been missed, so look up what is pending. */
  readonly onJoined: () => void;
  readonly onDeath: (error: Error) => void;
}

export interface EventLog {
  /** Creates what is missing; never deletes or shrinks. Resolves once every partition has a leader. */
  createTopics(topics: readonly TopicDefinition[]): Promise<void>;
  openAppender(options: { readonly name: string }): Promise<RecordAppender>;
  openFencedAppender(options: { readonly transactionalId: string }): Promise<FencedAppender>;
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  openInbox(options: InboxOptions): Promise<Subscription>;
  /** One metadata round trip; rejects when the log cannot be reached. For readiness checks. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A newer appender with the same `transactionalId` is alive; this one must stop. Never retry. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}
