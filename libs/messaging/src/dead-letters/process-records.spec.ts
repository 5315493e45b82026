import { describe, expect, it } from '@jest/globals';
import { openInProcessEventLog } from '../in-process/in-process-event-log.js';
import { RecordTooLargeError, UnknownTopicError } from '../ports/errors.js';
import { type OutgoingRecord, type ReceivedRecord, type RecordAppender } from '../ports/event-log.js';
import { openReader, textOf, textRecord, until } from '../testing/contract-world.js';
import { deadLetter, deadLetterHeaders } from './dead-letter.js';
import { processRecords, type ProcessRecordsOptions } from './process-records.js';
import { RetryableError } from './retryable-error.js';

const quickly = { attemptsMax: 3, initialDelayMs: 1, delayMsMax: 2 };

function received(text: string, offset: bigint): ReceivedRecord {
  const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tenant: 't1' };
  return { topic: 'mail', partition: 3, offset, key: 'k', value: Buffer.from(text), headers, timestampMs: 0 };
}

class RecordingAppender implements RecordAppender {
  readonly appended: OutgoingRecord[] = [];
  failures: Error[] = [];

  async append(records: readonly OutgoingRecord[]): Promise<{ brokerTimeMs: null }> {
    const failure = this.failures.shift();
    if (failure) throw failure;
    this.appended.push(...records);
    return { brokerTimeMs: null };
  }

  async close(): Promise<void> {
    // Nothing is held.
  }
}

interface Run {
  readonly handled: readonly string[];
  readonly finished: readonly bigint[];
  readonly letters: readonly OutgoingRecord[];
}

async function run(
  texts: readonly string[],
  options: Partial<ProcessRecordsOptions<string>> = {},
  appender = new RecordingAppender(),
  signal = new AbortController().signal,
): Promise<Run> {
  const handled: string[] = [];
  const finished: bigint[] = [];
  const handler = processRecords<string>({
    decode: (record) => {
      const text = textOf(record);
      if (text.startsWith('?')) throw new SyntaxError('not a message');
      return text;
    },
    appender,
    retry: quickly,
    ...options,
    handle: async (message, context) => {
      handled.push(message);
      await options.handle?.(message, context);
    },
  });
  const records = texts.map((text, index) => received(text, BigInt(index)));
  await handler(
    { topic: 'mail', partition: 3, records, highWatermark: BigInt(texts.length) },
    { signal, finished: (offset) => finished.push(offset) },
  );
  return { handled, finished, letters: appender.appended };
}

describe('processRecords', () => {
  it('handles record after record and finishes each', async () => {
    const result = await run(['a', 'b', 'c']);
    expect(result).toEqual({ handled: ['a', 'b', 'c'], finished: [0n, 1n, 2n], letters: [] });
  });

  it('sets aside what it cannot decode, with the original bytes, and goes on', async () => {
    const { handled, finished, letters } = await run(['a', '?garbage', 'c']);
    expect(handled).toEqual(['a', 'c']);
    expect(finished).toEqual([0n, 1n, 2n]);
    expect(letters).toHaveLength(1);
    expect(letters[0]?.topic).toBe('mail.dlq');
    expect(letters[0]?.value?.toString()).toBe('?garbage');
    expect({ ...letters[0]?.headers }).toEqual({
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tenant: 't1',
      'x-orig-topic': 'mail',
      'x-orig-partition': '3',
      'x-orig-offset': '1',
      'x-error': 'SyntaxError: not a message',
      'x-attempts': '0',
    });
  });

  it('tries a retryable failure again, in place', async () => {
    const { handled, finished, letters } = await run(['a', 'b'], {
      handle: async (message, { attempt }) => {
        if (message === 'a' && attempt < 3) throw new RetryableError('not yet');
      },
    });
    expect(handled).toEqual(['a', 'a', 'a', 'b']);
    expect(finished).toEqual([0n, 1n]);
    expect(letters).toEqual([]);
  });

  it('sets aside what failed too often, and what fails for good at once', async () => {
    const { handled, finished, letters } = await run(['later', 'never', 'c'], {
      isRetryable: (error) => error instanceof Error && error.message === 'later',
      handle: async (message) => {
        if (message !== 'c') throw new Error(message);
      },
    });
    expect(handled).toEqual(['later', 'later', 'later', 'never', 'c']);
    expect(finished).toEqual([0n, 1n, 2n]);
    expect(letters.map(({ headers }) => headers[deadLetterHeaders.attempts])).toEqual(['3', '1']);
  });

  it('stops without finishing a record whose partition was taken away between two tries', async () => {
    const controller = new AbortController();
    const { handled, finished, letters } = await run(
      ['a', 'b'],
      {
        retry: { ...quickly, initialDelayMs: 60_000, delayMsMax: 60_000 },
        handle: async () => {
          setImmediate(() => {
            controller.abort();
          });
          throw new RetryableError('not yet');
        },
      },
      new RecordingAppender(),
      controller.signal,
    );
    expect(handled).toEqual(['a']);
    expect(finished).toEqual([]);
    expect(letters).toEqual([]);
  });

  it('does not go on before the dead letter is kept', async () => {
    const appender = new RecordingAppender();
    appender.failures = [new Error('the log is away'), new Error('still away')];
    const { finished, letters } = await run(['?x', 'b'], {}, appender);
    expect(letters).toHaveLength(1);
    expect(finished).toEqual([0n, 1n]);
  });

  it('keeps a dead letter without its value when it would not fit with it', async () => {
    const appender = new RecordingAppender();
    appender.failures = [new RecordTooLargeError('too large')];
    const { finished, letters } = await run(['?x'], {}, appender);
    expect(letters[0]?.value).toHaveLength(0);
    expect(letters[0]?.headers[deadLetterHeaders.withoutValue]).toBe('true');
    expect(finished).toEqual([0n]);
  });

  it('throws when there is no topic for dead letters: a fault of the installation, not of a record', async () => {
    const appender = new RecordingAppender();
    appender.failures = [new UnknownTopicError('no mail.dlq')];
    await expect(run(['?x'], {}, appender)).rejects.toBeInstanceOf(UnknownTopicError);
  });

  it('works as the handler of a subscription', async () => {
    const log = openInProcessEventLog();
    await log.createTopics(['mail', 'mail.dlq'].map((topic) => ({ topic, partitions: 2, config: {} })));
    const appender = await log.openAppender({ name: 'test' });
    const handled: string[] = [];
    const consumer = await openReader(log, {
      topics: ['mail'],
      onBatch: processRecords<string>({
        decode: (record) => {
          if (record.value === null) throw new TypeError('a tombstone is no mail');
          return textOf(record);
        },
        handle: async (text) => {
          handled.push(text);
        },
        appender,
      }),
    });
    const letters = await openReader(log, { topics: ['mail.dlq'] });
    await appender.append([
      textRecord('mail', 'a', 'one'),
      { topic: 'mail', key: 'a', value: null, headers: {} },
      textRecord('mail', 'a', 'two'),
    ]);
    await until('all is handled', () => handled.length === 2 && letters.records.length === 1);
    expect(handled).toEqual(['one', 'two']);
    expect(letters.records[0]?.value).toBeNull();
    expect(consumer.deaths).toEqual([]);
    await log.close();
  });
});

describe('deadLetter', () => {
  it('makes any reason fit for a header', () => {
    const letter = deadLetter(received('x', 0n), new Error(`line\r\nx-injected: 1 ${'y'.repeat(2_000)}`), 1);
    const text = letter.headers[deadLetterHeaders.error] ?? '';
    expect(text).toHaveLength(500);
    expect(text).not.toMatch(/[\r\n]/);
    expect(deadLetter(received('x', 0n), 'plain', 1).headers[deadLetterHeaders.error]).toBe('plain');
  });
});
