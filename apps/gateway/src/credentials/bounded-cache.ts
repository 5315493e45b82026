interface Entry<Value> {
  readonly value: Value;
  readonly expiresAtMs: number;
}

/**
 * Keeps at most `entriesMax` values, each until its own moment; the one that was longest unused goes first. Nothing is ever
 * served past its moment, and what nobody asks for any more does not stay in memory long after it.
 */
export class BoundedCache<Value> {
  private readonly entries = new Map<string, Entry<Value>>();

  constructor(private readonly entriesMax: number) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: string, nowMs: number): Value | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    if (entry.expiresAtMs <= nowMs) return undefined;
    // A map remembers insertion order: putting it back makes it the youngest.
    this.entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: Value, expiresAtMs: number, nowMs: number): void {
    this.entries.delete(key);
    this.entries.set(key, { value, expiresAtMs });
    for (const [oldest, entry] of this.entries) {
      if (this.entries.size <= this.entriesMax && entry.expiresAtMs > nowMs) return;
      this.entries.delete(oldest);
    }
  }
}
