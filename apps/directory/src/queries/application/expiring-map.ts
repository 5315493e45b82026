export interface ExpiringMapOptions {
  readonly entriesMax: number;
  /** Since the last write of an entry. */
  readonly lifetimeMs: number;
  readonly now: () => number;
}

/** A bounded memory: what was not used for longest goes first, and nothing outlives its time. */
export class ExpiringMap<Value> {
  private readonly entries = new Map<string, { readonly value: Value; readonly expiresAt: number }>();

  constructor(private readonly options: ExpiringMapOptions) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: string): Value | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    if (entry.expiresAt <= this.options.now()) return undefined;
    this.entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: Value): void {
    this.entries.delete(key);
    if (this.entries.size >= this.options.entriesMax) {
      for (const oldest of this.entries.keys()) {
        this.entries.delete(oldest);
        break;
      }
    }
    this.entries.set(key, { value, expiresAt: this.options.now() + this.options.lifetimeMs });
  }
}
