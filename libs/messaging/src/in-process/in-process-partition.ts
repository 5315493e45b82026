import { type OutgoingRecord, type ReceivedRecord } from '../ports/event-log.js';

/** One partition in memory. Offsets ascend; after compaction they have gaps, as in Kafka. */
export class InProcessPartition {
  #records: ReceivedRecord[] = [];
  #next = 0n;
  #wake = Promise.withResolvers<undefined>();
  #lengthAfterTrim = 0;

  constructor(
    private readonly topic: string,
    private readonly partition: number,
  ) {}

  /** The offset that the next record will get. */
  get next(): bigint {
    return this.#next;
  }

  get earliest(): bigint {
    return this.#records[0]?.offset ?? this.#next;
  }

  get length(): number {
    return this.#records.length;
  }

  append(record: OutgoingRecord, timestampMs: number): void {
    const headers = Object.assign(Object.create(null) as Record<string, string>, record.headers);
    const { topic, partition } = this;
    const { key, value } = record;
    this.#records.push(
      Object.freeze({ topic, partition, offset: this.#next, key, value, headers, timestampMs }),
    );
    this.#next += 1n;
  }

  /** Wakes whoever waits for records. Apart from `append`, so that all of one append is there when readers look. */
  wakeReaders(): void {
    this.#wake.resolve(undefined);
    this.#wake = Promise.withResolvers<undefined>();
  }

  /** Resolves with the next append. */
  get appended(): Promise<undefined> {
    return this.#wake.promise;
  }

  read(from: bigint, recordsMax: number): ReceivedRecord[] {
    const start = this.#indexOf(from);
    return this.#records.slice(start, start + recordsMax);
  }

  /** How many records lie before this offset. */
  countBefore(offset: bigint): number {
    return this.#indexOf(offset);
  }

  /** Drops the oldest records before `finishedTo` until `retainedMax` are left. */
  dropFinished(finishedTo: bigint, retainedMax: number): void {
    const surplus = this.#records.length - retainedMax;
    if (surplus > 0) this.#records.splice(0, Math.min(surplus, this.#indexOf(finishedTo)));
  }

  /** Drops what is finished and superseded by a later record of its key, and tombstones. Waits until it is worth the walk. */
  compactFinished(finishedTo: bigint, retainedMax: number): void {
    if (this.#records.length <= Math.max(retainedMax, this.#lengthAfterTrim * 2)) return;
    const end = this.#indexOf(finishedTo);
    const latest = new Map<string | null, bigint>();
    for (const { key, offset } of this.#records) latest.set(key, offset);
    const isKept = (record: ReceivedRecord, index: number): boolean =>
      index >= end || (record.value !== null && latest.get(record.key) === record.offset);
    this.#records = this.#records.filter(isKept);
    this.#lengthAfterTrim = this.#records.length;
  }

  /** Index of the first record at or after the offset. */
  #indexOf(offset: bigint): number {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#records[middle]?.offset ?? offset) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
