import { readFileSync, readdirSync } from 'node:fs';
import type { EncodedRecord } from '../cloud-events/record.js';

/** A record as some version of the platform wrote it once. */
export interface SampleRecord extends EncodedRecord {
  readonly topic: string;
  /** File name without its ending. */
  readonly name: string;
  /** Null where the producer names the partition instead. */
  readonly key: string | null;
}

interface SampleFile {
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: unknown;
}

// Two levels up from here in `src` and in `dist` alike.
const folder = new URL('../../samples/', import.meta.url);

/** Topics that have golden samples. */
export function sampledTopics(): readonly string[] {
  return readdirSync(folder).sort();
}

/**
 * The golden samples of a topic: every later version has to accept them as they are, so a file is added, never changed. A
 * consumer may test its handler with them.
 */
export function readSamples(topic: string): readonly SampleRecord[] {
  const files = readdirSync(new URL(`${topic}/`, folder)).sort();
  return files.map((file) => {
    const sample = JSON.parse(readFileSync(new URL(`${topic}/${file}`, folder), 'utf8')) as SampleFile;
    return {
      topic,
      name: file.replace(/\.json$/, ''),
      key: sample.key,
      headers: sample.headers,
      value: sample.value === null ? null : Buffer.from(JSON.stringify(sample.value)),
    };
  });
}
