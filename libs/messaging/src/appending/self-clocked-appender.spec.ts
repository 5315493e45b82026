import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { AppenderClosedError, AppenderOverloadedError, AppendTimeoutError } from '../ports/errors.js';
import { type AppendReceipt, type OutgoingRecord } from '../ports/event-log.js';
import { recordSizeBytes } from './record-size.js';
import { SelfClockedAppender, type SelfClockedAppenderOptions } from './self-clocked-appender.js';

class RecordFault extends Error {}

/** A transport whose requests return when the test says so. */
class HeldTransport {
  readonly requests: {
    readonly names: readonly string[];
    readonly succeed: (brokerTimeMs?: number) => void;
    readonly fail: (error: Error) => void;
  }[] = [];

  readonly send = (records: readonly OutgoingRecord[]): Promise<AppendReceipt> =>
    new Promise((resolve, reject) => {
      this.requests.push({
        names: records.map((record) => record.value?.toString() ?? ''),
        succeed: (brokerTimeMs) => {
          resolve({ brokerTimeMs: brokerTimeMs ?? null });
        },
        fail: reject,
      });
    });

  request(index: number): HeldTransport['requests'][number] {
    const request = this.requests[index];
    if (request === undefined) throw new Error(`only ${String(this.requests.length)} requests were sent`);
    return request;
  }
}

function record(name: string): OutgoingRecord {
  return { topic: 't', key: 'k', value: Buffer.from(name), headers: {} };
}

function setUp(options: Partial<SelfClockedAppenderOptions> = {}): {
  transport: HeldTransport;
  appender: SelfClockedAppender;
} {
  const transport = new HeldTransport();
  const appender = new SelfClockedAppender({
    send: transport.send,
    isRecordFault: (error) => error instanceof RecordFault,
    ...options,
  });
  return { transport, appender };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

describe('SelfClockedAppender', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('sends at once when nothing is in flight, and everything that waited in one request afterwards', async () => {
    const { transport, appender } = setUp();
    const first = appender.append([record('a')]);
    expect(transport.request(0).names).toEqual(['a']);
    const rest = ['b', 'c', 'd'].map((name) => appender.append([record(name)]));
    expect(transport.requests).toHaveLength(1);
    transport.request(0).succeed(7);
    await expect(first).resolves.toEqual({ brokerTimeMs: 7 });
    await settle();
    expect(transport.request(1).names).toEqual(['b', 'c', 'd']);
    transport.request(1).succeed(9);
    await expect(Promise.all(rest)).resolves.toEqual([
      { brokerTimeMs: 9 },
      { brokerTimeMs: 9 },
      { brokerTimeMs: 9 },
    ]);
    await appender.close();
  });

  it('cuts requests at the record limit and settles an append when its last part is durable', async () => {
    const { transport, appender } = setUp({ recordsPerSendMax: 2 });
    const append = appender.append(['a', 'b', 'c'].map(record));
    const next = appender.append([record('d')]);
    transport.request(0).succeed(1);
    await settle();
    expect(transport.requests.map((request) => request.names)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    transport.request(1).succeed(2);
    await expect(append).resolves.toEqual({ brokerTimeMs: 2 });
    await expect(next).resolves.toEqual({ brokerTimeMs: 2 });
    await appender.close();
  });

  it('cuts requests at the byte limit and sends a larger record alone', async () => {
    const small = recordSizeBytes(record('s'));
    const { transport, appender } = setUp({ bytesPerSendMax: small * 2 });
    const all = [record('s'), record('t'), record('x'.repeat(small * 5)), record('u')];
    const appends = all.map((each) => appender.append([each]));
    for (let index = 0; index < 3; index += 1) {
      transport.request(index).succeed();
      await settle();
    }
    expect(transport.requests.map((request) => request.names.map((name) => name[0]))).toEqual([
      ['s'],
      ['t'],
      ['x'],
      ['u'],
    ]);
    transport.request(3).succeed();
    await Promise.all(appends);
    await appender.close();
  });

  it('rejects what would overfill the queue, and takes more once it has drained', async () => {
    const { transport, appender } = setUp({ recordsQueuedMax: 2 });
    const accepted = [
      appender.append([record('a')]),
      appender.append([record('b')]),
      appender.append([record('c')]),
    ];
    await expect(appender.append([record('d')])).rejects.toBeInstanceOf(AppenderOverloadedError);
    transport.request(0).succeed();
    await settle();
    accepted.push(appender.append([record('e')]));
    transport.request(1).succeed();
    await settle();
    expect(transport.requests.map((request) => request.names)).toEqual([['a'], ['b', 'c'], ['e']]);
    transport.request(2).succeed();
    await Promise.all(accepted);
    await appender.close();
  });

  it('bounds the bytes that wait as well', async () => {
    const { transport, appender } = setUp({ bytesQueuedMax: recordSizeBytes(record('b')) });
    const accepted = [appender.append([record('a')]), appender.append([record('b')])];
    await expect(appender.append([record('c')])).rejects.toBeInstanceOf(AppenderOverloadedError);
    transport.request(0).succeed();
    await settle();
    transport.request(1).succeed();
    await Promise.all(accepted);
    await appender.close();
  });

  it('makes a bad record cost only its own append', async () => {
    const { transport, appender } = setUp();
    const first = appender.append([record('a')]);
    const good = appender.append([record('good')]);
    const bad = appender.append([record('bad')]);
    const badly = expect(bad).rejects.toBeInstanceOf(RecordFault);
    transport.request(0).succeed();
    await settle();
    transport.request(1).fail(new RecordFault());
    await settle();
    transport.request(2).succeed(3);
    await settle();
    transport.request(3).fail(new RecordFault());
    await badly;
    await expect(good).resolves.toEqual({ brokerTimeMs: 3 });
    await first;
    await appender.close();
  });

  it('does not send the rest of an append of which a part failed', async () => {
    const { transport, appender } = setUp({ recordsPerSendMax: 1 });
    const failed = expect(appender.append(['a', 'b'].map(record))).rejects.toThrow('down');
    const next = appender.append([record('c')]);
    transport.request(0).fail(new Error('down'));
    await failed;
    await settle();
    expect(transport.request(1).names).toEqual(['c']);
    transport.request(1).succeed();
    await next;
    await appender.close();
  });

  it('says of a late append whether it ever left the queue', async () => {
    jest.useFakeTimers();
    const { transport, appender } = setUp({ appendTimeoutMsMax: 1_000 });
    const outcomes: string[] = [];
    const note = (error: unknown): void => {
      outcomes.push(error instanceof AppendTimeoutError ? error.outcome : String(error));
    };
    const sent = appender.append([record('a')]).catch(note);
    const queued = appender.append([record('b')]).catch(note);
    await jest.advanceTimersByTimeAsync(1_200);
    await Promise.all([sent, queued]);
    expect(outcomes).toEqual(['unknown', 'not-appended']);
    transport.request(0).succeed();
    await jest.advanceTimersByTimeAsync(0);
    expect(transport.requests).toHaveLength(1);
    await appender.close();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not wait with its close for a request that was given up', async () => {
    jest.useFakeTimers();
    const { appender } = setUp({ appendTimeoutMsMax: 1_000 });
    const givenUp = expect(appender.append([record('a')])).rejects.toBeInstanceOf(AppendTimeoutError);
    let isClosed = false;
    void appender.close().then(() => (isClosed = true));
    await jest.advanceTimersByTimeAsync(500);
    expect(isClosed).toBe(false);
    await jest.advanceTimersByTimeAsync(700);
    expect(isClosed).toBe(true);
    await givenUp;
  });

  it('closes after everything that waits is settled, once, and takes nothing more', async () => {
    let closed = 0;
    const { transport, appender } = setUp({
      onClosed: async () => {
        closed += 1;
      },
    });
    const appends = [appender.append([record('a')]), appender.append([record('b')])];
    const closing = Promise.all([appender.close(), appender.close()]);
    await expect(appender.append([record('c')])).rejects.toBeInstanceOf(AppenderClosedError);
    transport.request(0).succeed();
    await settle();
    expect(closed).toBe(0);
    transport.request(1).succeed();
    await closing;
    await Promise.all(appends);
    expect(closed).toBe(1);
  });
});
