/** Header values as UTF-8 text. */
export type Headers = Readonly<Record<string, string>>;

/** What a decoder needs of a record that was read. */
export interface EncodedRecord {
  readonly value: Buffer | null;
  readonly headers: Headers;
}

/** A record ready for the log; the key decides the partition. `value: null` is a tombstone. */
export interface KeyedRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: Record<string, string>;
}
