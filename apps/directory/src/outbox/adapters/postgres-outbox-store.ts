import type { Database } from '@muster/persistence';
import type {
  OutboxKind,
  OutboxMeasure,
  OutboxRow,
  OutboxShard,
  OutboxStore,
} from '../application/outbox-store.js';

interface Row {
  readonly seq: number;
  readonly kind: OutboxKind;
  readonly payload: string;
  readonly traceparent: string | null;
  readonly created_ms: number;
}

/** Kinds stand in the text, not among the values: only then does the planner know that an index of failures will do. */
const CONDITIONS: Readonly<Record<OutboxKind, string>> = {
  fact: `kind = 'fact'`,
  failure: `kind = 'failure'`,
};

function conditionOf(kinds: readonly OutboxKind[]): string {
  return kinds.length === 0 ? 'false' : `(${kinds.map((kind) => CONDITIONS[kind]).join(' or ')})`;
}

/** Values: number of shards, index of the shard, number of rows at the most. */
export function readStatement(kinds: readonly OutboxKind[]): string {
  return `select seq, kind, payload, traceparent, (extract(epoch from created_at) * 1000)::float8 as created_ms
    from directory.outbox
    where ${conditionOf(kinds)} and ((key_hash % $1::int) + $1::int) % $1::int = $2::int
    order by seq limit $3::int`;
}

export function measureStatement(kinds: readonly OutboxKind[]): string {
  return `select count(*)::float8 as depth,
      (extract(epoch from clock_timestamp() - min(created_at)) * 1000)::float8 as oldest_ms
    from directory.outbox where ${conditionOf(kinds)}`;
}

/** The outbox in Postgres, as the role `muster_relay` sees it: the rows of every tenant, and nothing else of theirs. */
export class PostgresOutboxStore implements OutboxStore {
  constructor(private readonly database: Database) {}

  async read(
    shard: OutboxShard,
    kinds: readonly OutboxKind[],
    rowsMax: number,
  ): Promise<readonly OutboxRow[]> {
    const { rows } = await this.database.query<Row>(`read ${kinds.join('+')} outbox`, readStatement(kinds), [
      shard.of,
      shard.index,
      rowsMax,
    ]);
    return rows.map(({ created_ms: createdAtMs, ...row }) => ({ ...row, createdAtMs }));
  }

  async remove(seqs: readonly number[]): Promise<void> {
    if (seqs.length === 0) return;
    await this.database.query(
      'delete from outbox',
      'delete from directory.outbox where seq = any($1::bigint[])',
      [seqs],
    );
  }

  async park(seq: number, reason: string): Promise<void> {
    await this.database.query(
      'park outbox row',
      `with parked as (
         delete from directory.outbox where seq = $1
         returning seq, key_hash, tenant_id, kind, payload, traceparent, created_at
       )
       insert into directory.outbox_parked
         (seq, key_hash, tenant_id, kind, payload, traceparent, created_at, reason, parked_at)
       select seq, key_hash, tenant_id, kind, payload, traceparent, created_at, $2, now() from parked`,
      [seq, reason.slice(0, 500)],
    );
  }

  async measure(kinds: readonly OutboxKind[]): Promise<OutboxMeasure> {
    const { rows } = await this.database.query<{ depth: number; oldest_ms: number | null }>(
      `measure ${kinds.join('+')} outbox`,
      measureStatement(kinds),
    );
    return { depth: rows[0]?.depth ?? 0, oldestMs: rows[0]?.oldest_ms ?? null };
  }
}
