/**
 * How far the records of one partition are finished, while they finish in any order. Pure: no clock, no I/O.
 * Guarantee: `position` never passes a record that was begun and not finished.
 */
export class PartitionProgress {
  /** Offsets handed out and not yet passed, ascending; everything before `head` is passed. */
  #begun: bigint[] = [];
  #head = 0;
  readonly #finished = new Set<bigint>();
  #next: bigint | undefined;

  /**
   * Registers records that are being handed out. `next` is the offset after the last of them, counting what readers never
   * see (transaction markers). Offsets below those already known mean that the log was cut back or re-read: it starts over.
   */
  begin(offsets: readonly bigint[], next: bigint): void {
    const first = offsets[0];
    if (this.#next !== undefined && first !== undefined && first < this.#next) {
      this.#begun = [];
      this.#head = 0;
      this.#finished.clear();
    }
    for (const offset of offsets) this.#begun.push(offset);
    this.#next = next;
  }

  /** Marks one record as finished. Unknown and repeated offsets are ignored. */
  finish(offset: bigint): void {
    const lowest = this.#begun[this.#head];
    if (lowest === undefined || offset < lowest || this.#next === undefined || offset >= this.#next) return;
    this.#finished.add(offset);
    this.#passFinished();
  }

  /** The lowest unfinished offset, or the offset after the last record when all are finished. Undefined before any record. */
  get position(): bigint | undefined {
    return this.#begun[this.#head] ?? this.#next;
  }

  /** Records begun and not yet finished. */
  get unfinished(): number {
    return this.#begun.length - this.#head - this.#finished.size;
  }

  #passFinished(): void {
    for (let lowest = this.#begun[this.#head]; lowest !== undefined; lowest = this.#begun[this.#head]) {
      if (!this.#finished.delete(lowest)) break;
      this.#head += 1;
    }
    // Dropping the passed half at a time keeps `finish` constant on average.
    if (this.#head > 1_024 && this.#head * 2 > this.#begun.length) {
      this.#begun = this.#begun.slice(this.#head);
      this.#head = 0;
    }
  }
}
