import { deadLetterTopic } from '@muster/contracts';
import { type OutgoingRecord, type ReceivedRecord } from '../ports/event-log.js';

/** Headers that a dead letter carries beside those of the original record. */
export const deadLetterHeaders = {
  topic: 'x-orig-topic',
  partition: 'x-orig-partition',
  offset: 'x-orig-offset',
  error: 'x-error',
  attempts: 'x-attempts',
  /** `true` when the value had to be left out because the dead-letter topic would not take it. */
  withoutValue: 'x-without-value',
} as const;

const ERROR_CHARACTERS_MAX = 500;

/** A reason fit for a header: one line of bounded length. */
function headerText(reason: unknown): string {
  const text = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, ERROR_CHARACTERS_MAX)
    .toWellFormed();
}

/**
 * The record as it is set aside: original key, bytes and headers (`traceparent` among them), and why. It goes to the
 * partition of its key, so the dead letters of one key keep their order.
 */
export function deadLetter(record: ReceivedRecord, reason: unknown, attempts: number): OutgoingRecord {
  const headers = Object.assign(Object.create(null) as Record<string, string>, record.headers, {
    [deadLetterHeaders.topic]: record.topic,
    [deadLetterHeaders.partition]: String(record.partition),
    [deadLetterHeaders.offset]: String(record.offset),
    [deadLetterHeaders.error]: headerText(reason),
    [deadLetterHeaders.attempts]: String(attempts),
  });
  return { topic: deadLetterTopic(record.topic), key: record.key, value: record.value, headers };
}

/** The same without its value: the last resort for a record that fills its topic's limit. The original is named by the headers. */
export function withoutValue(letter: OutgoingRecord): OutgoingRecord {
  return {
    ...letter,
    value: Buffer.alloc(0),
    headers: { ...letter.headers, [deadLetterHeaders.withoutValue]: 'true' },
  };
}
