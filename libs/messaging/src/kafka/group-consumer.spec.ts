import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type EachBatchPayload, type Kafka } from 'kafkajs';
import { type Membership } from '../groups/membership.js';
import { silentLogger } from '../ports/logger.js';
import { GroupConsumer, SESSION_TIMEOUT_MS } from './group-consumer.js';

const EVENTS = {
  GROUP_JOIN: 'join',
  REBALANCING: 'rebalancing',
  FETCH_START: 'fetch-start',
  FETCH: 'fetch',
  HEARTBEAT: 'heartbeat',
  CRASH: 'crash',
} as const;

type Listener = (event: { readonly payload: unknown }) => void;

/** What `GroupConsumer` uses of a kafkajs consumer; the test plays kafkajs. */
class FakeConsumer {
  readonly events = EVENTS;
  readonly #listeners = new Map<string, Listener>();
  eachBatch: ((payload: EachBatchPayload) => Promise<void>) | undefined;
  isDisconnected = false;
  connectError: Error | undefined;

  on(name: string, listener: Listener): void {
    this.#listeners.set(name, listener);
  }

  emit(name: (typeof EVENTS)[keyof typeof EVENTS], payload: unknown = {}): void {
    this.#listeners.get(name)?.({ payload });
  }

  join(): void {
    this.emit(EVENTS.GROUP_JOIN, { memberAssignment: { t: [0] } });
  }

  crash(error: Error): void {
    this.emit(EVENTS.CRASH, { error });
  }

  async connect(): Promise<void> {
    if (this.connectError) throw this.connectError;
  }

  async subscribe(): Promise<void> {
    // Topics are of no interest to the fake.
  }

  async run({ eachBatch }: { eachBatch: (payload: EachBatchPayload) => Promise<void> }): Promise<void> {
    this.eachBatch = eachBatch;
  }

  pause(): void {
    // Nothing is fetched anyway.
  }

  async disconnect(): Promise<void> {
    this.isDisconnected = true;
  }
}

function protocolError(type: string): Error {
  return Object.assign(new Error(type), { type });
}

describe('GroupConsumer', () => {
  let consumers: FakeConsumer[];
  let connectErrors: Error[];
  let memberships: Membership[];
  let deaths: Error[];
  let onBatch: (payload: EachBatchPayload, membership: Membership) => Promise<void>;
  let consumer: GroupConsumer;

  function latest(): FakeConsumer {
    const last = consumers.at(-1);
    if (last === undefined) throw new Error('no consumer was made');
    return last;
  }

  function payload(heartbeat: () => Promise<void> = async () => undefined): EachBatchPayload {
    return { heartbeat } as EachBatchPayload;
  }

  async function started(): Promise<void> {
    const starting = consumer.start();
    await jest.advanceTimersByTimeAsync(0);
    latest().join();
    await starting;
  }

  beforeEach(() => {
    jest.useFakeTimers();
    consumers = [];
    connectErrors = [];
    memberships = [];
    deaths = [];
    onBatch = async () => undefined;
    const newConsumer = (): FakeConsumer => {
      const fake = new FakeConsumer();
      fake.connectError = connectErrors.shift();
      consumers.push(fake);
      return fake;
    };
    consumer = new GroupConsumer({
      client: () => ({ consumer: newConsumer }) as unknown as Kafka,
      logger: silentLogger,
      groupId: 'g',
      topics: ['t'],
      startFrom: 'earliest',
      concurrency: 1,
      probe: async () => undefined,
      onBatch: (batch, membership) => onBatch(batch, membership),
      onJoined: (membership) => memberships.push(membership),
      onLeaving: async () => undefined,
      onDeath: (error) => deaths.push(error),
    });
  });

  afterEach(async () => {
    const closing = consumer.close();
    await jest.advanceTimersByTimeAsync(20_000);
    await closing;
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  it('replaces a consumer that crashed, and ends the stay of its handlers', async () => {
    await started();
    expect(consumer.isAlive()).toBe(true);
    latest().crash(new Error('connection lost'));
    expect(memberships[0]?.hasEnded).toBe(true);
    expect(consumer.isAlive()).toBe(false);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(consumers).toHaveLength(2);
    latest().join();
    expect(consumer.isAlive()).toBe(true);
    expect(deaths).toEqual([]);
  });

  it('goes on trying while no consumer can connect', async () => {
    await started();
    connectErrors = Array.from({ length: 20 }, () => new Error('refused'));
    latest().crash(new Error('connection lost'));
    await jest.advanceTimersByTimeAsync(25_000);
    expect(consumers.length).toBeGreaterThan(5);
    expect(deaths).toEqual([]);
  });

  it.each(['TOPIC_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED'])(
    'dies of %s at once',
    async (type) => {
      await started();
      latest().crash(protocolError(type));
      await jest.advanceTimersByTimeAsync(10_000);
      expect(deaths).toHaveLength(1);
      expect(consumers).toHaveLength(1);
    },
  );

  it('dies of a crash that happens again and again soon after a join', async () => {
    await started();
    for (let crash = 0; crash < 20 && deaths.length === 0; crash += 1) {
      latest().crash(new RangeError('a record that cannot be decoded'));
      await jest.advanceTimersByTimeAsync(3_000);
      latest().join();
    }
    expect(deaths).toHaveLength(1);
    expect(consumers.length).toBeLessThan(10);
  });

  it('starts over when the group is joined in the middle of fetches of other brokers', async () => {
    await started();
    latest().emit(EVENTS.FETCH_START, { nodeId: 1 });
    latest().emit(EVENTS.FETCH_START, { nodeId: 2 });
    latest().join();
    expect(memberships).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(consumers.map(({ isDisconnected }) => isDisconnected)).toEqual([true, false]);
    latest().join();
    expect(memberships).toHaveLength(2);
    expect(consumer.isAlive()).toBe(true);
  });

  it('ends the stay when the heart beats while a handler holds a batch and the group has moved on', async () => {
    await started();
    let beats = 0;
    const signalled: boolean[] = [];
    onBatch = async (_, membership) => {
      await new Promise<void>((resolve) => {
        membership.signal.addEventListener('abort', () => {
          signalled.push(true);
          resolve();
        });
      });
    };
    const batch = latest().eachBatch?.(
      payload(async () => {
        beats += 1;
        if (beats === 3) throw protocolError('REBALANCE_IN_PROGRESS');
      }),
    );
    const rejoining = expect(batch).rejects.toThrow('REBALANCE_IN_PROGRESS');
    await jest.advanceTimersByTimeAsync(5_000);
    await rejoining;
    expect(signalled).toEqual([true]);
    expect(beats).toBe(3);
  });

  it('bears lost connections as long as the session may last, and no longer', async () => {
    await started();
    onBatch = (_, membership) =>
      new Promise((resolve) => {
        membership.signal.addEventListener('abort', () => {
          resolve();
        });
      });
    const batch = latest().eachBatch?.(
      payload(async () => {
        throw new Error('connection lost');
      }),
    );
    const rejoining = expect(batch).rejects.toThrow('connection lost');
    await jest.advanceTimersByTimeAsync(SESSION_TIMEOUT_MS - 1_000);
    expect(memberships[0]?.hasEnded).toBe(false);
    await jest.advanceTimersByTimeAsync(3_000);
    await rejoining;
    expect(memberships[0]?.hasEnded).toBe(true);
  });

  it('dies of a handler that throws, but not after its partitions were taken away', async () => {
    await started();
    onBatch = async (_, membership) => {
      membership.end(new Error('the group rebalances'));
      throw new Error('interrupted');
    };
    await expect(latest().eachBatch?.(payload())).rejects.toThrow('the group rebalances');
    expect(deaths).toEqual([]);
    latest().join();
    onBatch = async () => {
      throw new Error('a bug');
    };
    await expect(latest().eachBatch?.(payload())).rejects.toThrow('a bug');
    expect(deaths.map((death) => death.cause)).toEqual([new Error('a bug')]);
  });

  it('dies of silence while Kafka answers', async () => {
    await started();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(deaths).toHaveLength(1);
    expect(deaths[0]?.message).toContain('no sign of life');
  });

  it('can be closed while it starts', async () => {
    const starting = expect(consumer.start()).rejects.toThrow('closed before');
    await consumer.close();
    await starting;
    await jest.advanceTimersByTimeAsync(1_000);
    expect(deaths).toEqual([]);
    expect(consumers.map(({ isDisconnected, eachBatch }) => [isDisconnected, eachBatch])).toEqual([
      [true, undefined],
    ]);
  });

  it('rejects its start when the topic does not exist', async () => {
    connectErrors = [protocolError('UNKNOWN_TOPIC_OR_PARTITION')];
    await expect(consumer.start()).rejects.toThrow('UNKNOWN_TOPIC_OR_PARTITION');
    expect(deaths).toEqual([]);
  });
});
