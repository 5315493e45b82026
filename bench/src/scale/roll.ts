const NAMED_MAX = 3;

/** Calls the roll: everybody who is to be seen, each of them once. */
export class Roll {
  private readonly missing: Set<string>;
  private readonly known: ReadonlySet<string>;
  private readonly repeated: string[] = [];
  private readonly strangers: string[] = [];
  private seen = 0;

  constructor(ids: readonly string[]) {
    this.known = new Set(ids);
    this.missing = new Set(ids);
  }

  /** How many were seen, repetitions included. */
  get count(): number {
    return this.seen;
  }

  see(ids: readonly string[]): void {
    this.seen += ids.length;
    for (const id of ids) {
      if (this.missing.delete(id)) continue;
      (this.known.has(id) ? this.repeated : this.strangers).push(id);
    }
  }

  /** Empty when everybody was seen once and nobody else. */
  problems(): string[] {
    return [
      described([...this.missing], 'not seen'),
      described(this.repeated, 'seen more than once'),
      described(this.strangers, 'seen, and not of this directory'),
    ].filter((problem) => problem !== '');
  }
}

function described(ids: readonly string[], what: string): string {
  return ids.length === 0 ? '' : `${ids.length} ${what}, the first: ${ids.slice(0, NAMED_MAX).join(', ')}`;
}
