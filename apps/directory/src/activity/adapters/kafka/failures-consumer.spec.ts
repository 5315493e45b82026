import { describe, expect, it } from '@jest/globals';
import { FAILURES_TOPIC, failureRecord, type ProvisioningFailure } from '@muster/contracts';
import type { BatchContext, ReceivedRecord, RecordBatch } from '@muster/messaging';
import { DatabaseError } from '@muster/persistence';
import { createLogger } from '@muster/service';
import { createMetrics } from '@muster/telemetry';
import { gatewayFailure } from '../../testing/gateway-failure.js';
import { FailuresConsumer } from './failures-consumer.js';

const connectionLost = new DatabaseError('gone', { kind: 'connection', statement: 'activity.enter-refused' });
const contradiction = new DatabaseError('bad', { kind: 'constraint', statement: 'activity.enter-refused' });

interface World {
  readonly consumer: FailuresConsumer;
  /** Ids by statement. */
  readonly entered: string[][];
  readonly setAside: bigint[];
  readonly finished: bigint[];
  readonly context: BatchContext;
  readonly taken: AbortController;
}

/** @param failing Called before each statement; what it throws is what the database says. */
function worldOf(failing: (ids: readonly string[], call: number) => void = () => undefined): World {
  const entered: string[][] = [];
  const setAside: bigint[] = [];
  const finished: bigint[] = [];
  const taken = new AbortController();
  let calls = 0;
  const consumer = new FailuresConsumer({
    requests: {
      enter: async (requests) => {
        const ids = requests.map(({ id }) => id);
        calls += 1;
        failing(ids, calls);
        entered.push(ids);
      },
    },
    deadLetters: {
      setAside: async ({ offset }) => {
        setAside.push(offset);
        return true;
      },
    },
    metrics: createMetrics('directory', { processMetrics: false }),
    logger: createLogger({ service: 'directory', level: 'silent' }),
  });
  const context = { signal: taken.signal, finished: (offset: bigint) => void finished.push(offset) };
  return { consumer, entered, setAside, finished, context, taken };
}

function batchOf(values: readonly (ProvisioningFailure | 'garbage')[]): RecordBatch {
  const records = values.map((value, index): ReceivedRecord => {
    const record = failureRecord(value === 'garbage' ? gatewayFailure() : value);
    return {
      ...record,
      value: value === 'garbage' ? Buffer.from('{') : record.value,
      partition: 0,
      offset: BigInt(index),
      timestampMs: 0,
    };
  });
  return { topic: FAILURES_TOPIC, partition: 0, records, highWatermark: BigInt(records.length) };
}

const failures = (count: number) => Array.from({ length: count }, () => gatewayFailure());
const idsOf = (some: readonly ProvisioningFailure[]) => some.map(({ failureId }) => failureId);
const sorted = (offsets: readonly bigint[]) => offsets.toSorted((a, b) => Number(a - b));

describe('FailuresConsumer', () => {
  it('enters at most 500 in one statement', async () => {
    const { consumer, entered, finished, context } = worldOf();
    await consumer.onBatch(batchOf(failures(1_201)), context);
    expect(entered.map(({ length }) => length)).toEqual([500, 500, 201]);
    expect(finished).toHaveLength(1_201);
  });

  it('is done with what the directory knows already, without asking the database', async () => {
    const { consumer, entered, finished, context } = worldOf();
    const own = gatewayFailure({ source: 'directory' });
    await consumer.onBatch(batchOf([own, gatewayFailure({ cause: 'outcome_unknown' })]), context);
    expect(entered).toEqual([]);
    expect(finished).toEqual([0n, 1n]);
  });

  it('sets aside what nobody can read, and enters the rest', async () => {
    const [one, other] = failures(2);
    const { consumer, entered, setAside, finished, context } = worldOf();
    await consumer.onBatch(batchOf([one!, 'garbage', other!]), context);
    expect(entered).toEqual([idsOf([one!, other!])]);
    expect(setAside).toEqual([1n]);
    expect(sorted(finished)).toEqual([0n, 1n, 2n]);
  });

  it('waits for a database that is away, and gives nothing up', async () => {
    const { consumer, entered, setAside, finished, context } = worldOf((_, call) => {
      if (call <= 2) throw connectionLost;
    });
    await consumer.onBatch(batchOf(failures(3)), context);
    expect(entered.map(({ length }) => length)).toEqual([3]);
    expect(setAside).toEqual([]);
    expect(finished).toEqual([0n, 1n, 2n]);
  });

  it('leaves everything unfinished when its partition is taken away while it waits', async () => {
    const world = worldOf(() => {
      world.taken.abort();
      throw connectionLost;
    });
    await world.consumer.onBatch(batchOf(failures(600)), world.context);
    expect([world.finished, world.setAside, world.entered]).toEqual([[], [], []]);
  });

  it('lets a record that the database cannot take cost only itself', async () => {
    const some = failures(7);
    const bad = some[4]!.failureId;
    const { consumer, entered, setAside, finished, context } = worldOf((ids) => {
      if (ids.includes(bad)) throw contradiction;
    });
    await consumer.onBatch(batchOf(some), context);
    expect(entered.flat()).toEqual(idsOf(some).filter((id) => id !== bad));
    expect(setAside).toEqual([4n]);
    expect(sorted(finished)).toEqual([0n, 1n, 2n, 3n, 4n, 5n, 6n]);
  });
});
