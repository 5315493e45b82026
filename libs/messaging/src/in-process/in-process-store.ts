import { recordSizeBytes } from '../appending/record-size.js';
import { partitionOfKey } from '../partitioning/murmur2.js';
import { AppenderOverloadedError, RecordTooLargeError, UnknownTopicError } from '../ports/errors.js';
import { type AppendReceipt, type OutgoingRecord, type TopicDefinition } from '../ports/event-log.js';
import { InProcessGroup } from './in-process-group.js';
import { InProcessPartition } from './in-process-partition.js';

export interface InProcessStoreOptions {
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Finished records kept per partition, for groups that begin at the earliest. */
  readonly recordsRetainedMax?: number;
  /** Records per partition that living readers have not finished; beyond it appends are rejected. */
  readonly recordsUnfinishedMax?: number;
}

/** Kafka's default for `max.message.bytes`. */
const RECORD_BYTES_MAX = 1_048_588;

interface Topic {
  readonly partitions: readonly InProcessPartition[];
  readonly recordBytesMax: number;
  readonly keepsAppendTime: boolean;
  readonly isCompacted: boolean;
  turn: number;
}

/** A reader's place in one partition; records from there on are not dropped while it lives. */
export interface ReadPosition {
  readonly topic: string;
  readonly partition: number;
  readonly isLiving: () => boolean;
  readonly position: () => bigint;
}

/** Topics, groups and fences in the memory of one process. Everything is lost with the process. */
export class InProcessStore {
  readonly #topics = new Map<string, Topic>();
  readonly #groups = new Map<string, InProcessGroup>();
  readonly #positions = new Set<ReadPosition>();
  readonly #epochs = new Map<string, number>();
  readonly #options: Required<InProcessStoreOptions>;

  constructor(options: InProcessStoreOptions = {}) {
    this.#options = { now: Date.now, recordsRetainedMax: 10_000, recordsUnfinishedMax: 100_000, ...options };
  }

  createTopic({ topic, partitions, config }: TopicDefinition): void {
    if (this.#topics.has(topic)) return;
    this.#topics.set(topic, {
      partitions: Array.from(
        { length: partitions },
        (_, partition) => new InProcessPartition(topic, partition),
      ),
      recordBytesMax: Number(config['max.message.bytes'] ?? RECORD_BYTES_MAX),
      keepsAppendTime: config['message.timestamp.type'] === 'LogAppendTime',
      isCompacted: (config['cleanup.policy'] ?? '').includes('compact'),
      turn: 0,
    });
  }

  partitionsOf(topic: string): readonly InProcessPartition[] {
    return this.#topic(topic).partitions;
  }

  partition(topic: string, partition: number): InProcessPartition {
    const found = this.#topic(topic).partitions[partition];
    if (found === undefined) throw new UnknownTopicError(`${topic} has no partition ${String(partition)}`);
    return found;
  }

  group(groupId: string): InProcessGroup {
    let group = this.#groups.get(groupId);
    if (group === undefined) {
      group = new InProcessGroup(this);
      this.#groups.set(groupId, group);
    }
    return group;
  }

  /** All or nothing: every record is looked at before the first one is kept. */
  append(records: readonly OutgoingRecord[]): AppendReceipt {
    const placed = records.map((record) => this.#place(record));
    const timestampMs = this.#options.now();
    let brokerTimeMs: number | null = null;
    const touched = new Set<InProcessPartition>();
    records.forEach((record, index) => {
      const { partition, topic } = placed[index] ?? this.#place(record);
      partition.append(record, timestampMs);
      touched.add(partition);
      if (topic.keepsAppendTime) brokerTimeMs = timestampMs;
    });
    for (const partition of touched) partition.wakeReaders();
    for (const { topic } of new Set(records)) this.trim(topic);
    return { brokerTimeMs };
  }

  addPosition(position: ReadPosition): void {
    this.#positions.add(position);
  }

  removePosition(position: ReadPosition): void {
    this.#positions.delete(position);
  }

  /** Registers a new owner of the id, which fences the former one. */
  nextEpoch(transactionalId: string): number {
    const epoch = (this.#epochs.get(transactionalId) ?? 0) + 1;
    this.#epochs.set(transactionalId, epoch);
    return epoch;
  }

  isCurrentEpoch(transactionalId: string, epoch: number): boolean {
    return this.#epochs.get(transactionalId) === epoch;
  }

  trim(topic: string): void {
    const { partitions, isCompacted } = this.#topic(topic);
    partitions.forEach((partition, index) => {
      if (partition.length <= this.#options.recordsRetainedMax) return;
      const finishedTo = this.#finishedTo(topic, index, partition);
      if (isCompacted) partition.compactFinished(finishedTo, this.#options.recordsRetainedMax);
      else partition.dropFinished(finishedTo, this.#options.recordsRetainedMax);
    });
  }

  #topic(topic: string): Topic {
    const found = this.#topics.get(topic);
    if (found === undefined) throw new UnknownTopicError(`the log has no topic ${topic}`);
    return found;
  }

  #place(record: OutgoingRecord): { readonly topic: Topic; readonly partition: InProcessPartition } {
    const topic = this.#topic(record.topic);
    if (recordSizeBytes(record) > topic.recordBytesMax) {
      throw new RecordTooLargeError(`a record is larger than ${record.topic} takes`);
    }
    const index = record.partition ?? this.#partitionFor(topic, record.key);
    const partition = this.partition(record.topic, index);
    const finishedTo = this.#finishedTo(record.topic, index, partition);
    if (partition.length - partition.countBefore(finishedTo) >= this.#options.recordsUnfinishedMax) {
      throw new AppenderOverloadedError(`the readers of ${record.topic} are too far behind`);
    }
    return { topic, partition };
  }

  #partitionFor(topic: Topic, key: string | null): number {
    if (key !== null) return partitionOfKey(key, topic.partitions.length);
    topic.turn = (topic.turn + 1) % topic.partitions.length;
    return topic.turn;
  }

  /**
   * The offset before which every living reader has finished. A group without members holds records back only as far as the
   * bound: like Kafka's retention, the memory of this process does not wait for ever.
   */
  #finishedTo(topic: string, index: number, partition: InProcessPartition): bigint {
    let living = partition.next;
    let all = partition.next;
    for (const each of this.#positions) {
      if (each.topic !== topic || each.partition !== index) continue;
      const position = each.position();
      if (position < all) all = position;
      if (position < living && each.isLiving()) living = position;
    }
    const isOverfull = partition.length - partition.countBefore(all) >= this.#options.recordsUnfinishedMax;
    return isOverfull ? living : all;
  }
}
