/** A fact or a failure on its way to the log, as the relay reads it. */
export interface OutboxRow {
  readonly seq: number;
  readonly kind: OutboxKind;
  /** Rendered JSON of a `Fact` or a `ProvisioningFailure`. */
  readonly payload: string;
  readonly traceparent: string | null;
  readonly createdAtMs: number;
}

export type OutboxKind = 'fact' | 'failure';

/** One of `of` parts of the outbox; a resource is always in the same one. */
export interface OutboxShard {
  readonly index: number;
  readonly of: number;
}

export interface OutboxMeasure {
  /** Rows. */
  readonly depth: number;
  /** Age of the oldest of them. */
  readonly oldestMs: number | null;
}

export interface OutboxStore {
  /** The oldest rows of a shard, in the order in which they were written. */
  read(shard: OutboxShard, kinds: readonly OutboxKind[], rowsMax: number): Promise<readonly OutboxRow[]>;
  /** Forgets rows that are in the log. */
  remove(seqs: readonly number[]): Promise<void>;
  /** Sets a row aside that the log will never take, so that those behind it can go on. */
  park(seq: number, reason: string): Promise<void>;
  /** What is still to be moved, of the kinds that are moved. */
  measure(kinds: readonly OutboxKind[]): Promise<OutboxMeasure>;
}

/** What makes sure that one relay at a time reads a shard. It is not a fence: the log is. */
export interface RelayLock {
  tryAcquire(): Promise<boolean>;
  readonly held: boolean;
  release(): Promise<void>;
}
