import { describe, expect, it } from '@jest/globals';
import { FAILURES_TOPIC, failureRecord, type ProvisioningFailure } from '@muster/contracts';
import type {
  BatchContext,
  OutgoingRecord,
  ReceivedRecord,
  RecordAppender,
  RecordBatch,
} from '@muster/messaging';
import { DatabaseError } from '@muster/persistence';
import { createLogger } from '@muster/service';
import { createMetrics } from '@muster/telemetry';
import { failureOf, newTenantId } from '../../../testing/failures.js';
import { FailuresConsumer } from './failures-consumer.js';

const connectionLost = new DatabaseError('gone', { kind: 'connection', statement: 'incidents.lock' });
const bug = new DatabaseError('bad', { kind: 'bug', statement: 'incidents.save' });

interface World {
  readonly consumer: FailuresConsumer;
  readonly recorded: ProvisioningFailure[][];
  readonly letters: OutgoingRecord[];
  readonly finished: bigint[];
  readonly context: BatchContext;
  readonly taken: AbortController;
}

/** @param failing Called before each recording; what it throws is what the database says. */
function worldOf(
  failing: (failures: readonly ProvisioningFailure[], call: number) => void = () => undefined,
): World {
  const recorded: ProvisioningFailure[][] = [];
  const letters: OutgoingRecord[] = [];
  const finished: bigint[] = [];
  const taken = new AbortController();
  let calls = 0;
  const appender: RecordAppender = {
    append: async (records) => {
      letters.push(...records);
      return { brokerTimeMs: null };
    },
    close: async () => undefined,
  };
  const consumer = new FailuresConsumer({
    recorder: {
      record: async (failures) => {
        calls += 1;
        failing(failures, calls);
        recorded.push([...failures]);
        return { recorded: failures.length, mailsScheduled: 1 };
      },
    },
    appender,
    metrics: createMetrics('notifier', { processMetrics: false }),
    logger: createLogger({ service: 'notifier', level: 'silent' }),
  });
  const context = { signal: taken.signal, finished: (offset: bigint) => void finished.push(offset) };
  return { consumer, recorded, letters, finished, context, taken };
}

function batchOf(values: readonly (ProvisioningFailure | string)[]): RecordBatch {
  const records = values.map((value, index): ReceivedRecord => {
    const record = failureRecord(typeof value === 'string' ? failureOf(newTenantId()) : value);
    return {
      ...record,
      value: typeof value === 'string' ? Buffer.from(value) : record.value,
      partition: 0,
      offset: BigInt(index),
      timestampMs: 0,
    };
  });
  return { topic: FAILURES_TOPIC, partition: 0, records, highWatermark: BigInt(records.length) };
}

const failures = (count: number): ProvisioningFailure[] => {
  const tenantId = newTenantId();
  return Array.from({ length: count }, () => failureOf(tenantId));
};

describe('FailuresConsumer', () => {
  it('takes in at most 500 failures per transaction', async () => {
    const { consumer, recorded, finished, context } = worldOf();
    await consumer.onBatch(batchOf(failures(1_201)), context);
    expect(recorded.map(({ length }) => length)).toEqual([500, 500, 201]);
    expect(finished).toHaveLength(1_201);
  });

  it('sets aside what nobody can read, once, and takes in the rest', async () => {
    const [one, other] = failures(2);
    const { consumer, recorded, letters, finished, context } = worldOf();
    await consumer.onBatch(batchOf([one!, '{', other!]), context);
    expect(recorded).toEqual([[one, other]]);
    expect(letters).toHaveLength(1);
    expect(letters[0]).toMatchObject({ topic: `${FAILURES_TOPIC}.dlq`, headers: { 'x-orig-offset': '1' } });
    expect([...finished].sort()).toEqual([0n, 1n, 2n]);
  });

  it('waits for a database that is away, and gives nothing up', async () => {
    const { consumer, recorded, letters, finished, context } = worldOf((_, call) => {
      if (call <= 2) throw connectionLost;
    });
    await consumer.onBatch(batchOf(failures(3)), context);
    expect(recorded.map(({ length }) => length)).toEqual([3]);
    expect(letters).toEqual([]);
    expect(finished).toEqual([0n, 1n, 2n]);
  });

  it('leaves everything unfinished when its partition is taken away while it waits', async () => {
    const world = worldOf(() => {
      world.taken.abort();
      throw connectionLost;
    });
    await world.consumer.onBatch(batchOf(failures(3)), world.context);
    expect(world.finished).toEqual([]);
    expect(world.letters).toEqual([]);
  });

  it('lets a record that breaks its batch cost only itself', async () => {
    const [one, bad, other] = failures(3);
    const { consumer, recorded, letters, finished, context } = worldOf((given) => {
      if (given.includes(bad!) || given.some(({ failureId }) => failureId === bad!.failureId)) throw bug;
    });
    await consumer.onBatch(batchOf([one!, bad!, other!]), context);
    expect(recorded.flat().map(({ failureId }) => failureId)).toEqual([one!.failureId, other!.failureId]);
    expect(letters.map(({ headers }) => headers['x-orig-offset'])).toEqual(['1']);
    expect(finished).toEqual([0n, 1n, 2n]);
  });
});
