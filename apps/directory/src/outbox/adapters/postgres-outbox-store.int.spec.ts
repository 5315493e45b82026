import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabase, type Database } from '@muster/persistence';
import { createTestDatabase, wherePostgres, type TestDatabase } from '@muster/persistence/testing';
import { RELAY_ROLE } from '../../schema/directory-roles.js';
import { directorySchema } from '../../schema/directory-schema.js';
import { PostgresOutboxStore, measureStatement, readStatement } from './postgres-outbox-store.js';

const TENANT = '0192f0c1-0000-7000-8000-00000000000a';
const BOTH = ['fact', 'failure'] as const;
const ALL = { index: 0, of: 1 };

/** Ids of users that differ in their last digits. */
const userId = (ordinal: number) => `0192f0c1-0000-7000-8000-${String(ordinal).padStart(12, '0')}`;

wherePostgres(describe)('the outbox in Postgres', () => {
  let testDatabase: TestDatabase;
  let owner: Database;
  let relay: Database;
  let store: PostgresOutboxStore;

  beforeAll(async () => {
    testDatabase = await createTestDatabase({ migrations: [directorySchema] });
    owner = openDatabase({ url: testDatabase.url, poolMax: 1, applicationName: 'outbox-owner' });
    relay = openDatabase({
      url: testDatabase.url,
      role: RELAY_ROLE,
      poolMax: 2,
      applicationName: 'outbox-relay',
    });
    store = new PostgresOutboxStore(relay);
  });
  afterAll(async () => {
    await Promise.all([owner, relay].map((each) => each?.close()));
    await testDatabase?.drop();
  });
  beforeEach(async () => {
    for (const table of ['outbox', 'outbox_parked', 'users'])
      await owner.query(`spec.empty.${table}`, `truncate directory.${table}`);
  });

  async function write(kind: 'fact' | 'failure', count: number, payload: object = {}): Promise<void> {
    await owner.query(
      'spec.write',
      `insert into directory.outbox (key_hash, tenant_id, kind, payload, created_at)
       select 7 - each, $1, $2, $3, now() - interval '1 minute' from generate_series(1, $4::int) as each`,
      [TENANT, kind, JSON.stringify(payload), count],
    );
  }

  async function planOf(text: string, values: readonly number[]): Promise<string> {
    const { rows } = await relay.query<{ 'QUERY PLAN': string }>('explain', `explain ${text}`, values, {
      prepare: false,
    });
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  }

  describe('when facts pile up because no broker is attached', () => {
    beforeEach(async () => {
      await write('fact', 20_000);
      await write('failure', 3);
      await owner.query('spec.analyze', 'analyze directory.outbox');
    });

    it('finds the failures without a look at the facts', async () => {
      const rows = await store.read(ALL, ['failure'], 500);
      expect(rows.map((row) => row.kind)).toEqual(['failure', 'failure', 'failure']);
      const plan = await planOf(readStatement(['failure']), [1, 0, 500]);
      expect(plan).toContain('outbox_failures');
      expect(plan).not.toContain('Seq Scan');
    });

    it('measures what the relay is to move, and nothing else', async () => {
      expect(await store.measure(['failure'])).toMatchObject({ depth: 3 });
      expect(await store.measure(BOTH)).toMatchObject({ depth: 20_003 });
      const plan = await planOf(measureStatement(['failure']), []);
      expect(plan).toContain('outbox_failures');
      expect(plan).not.toContain('Seq Scan');
    });
  });

  it('tells the age of the oldest row, and of none that there is none', async () => {
    expect(await store.measure(BOTH)).toEqual({ depth: 0, oldestMs: null });
    await write('fact', 2);
    const { oldestMs } = await store.measure(BOTH);
    expect(oldestMs).toBeGreaterThanOrEqual(60_000);
  });

  it('keeps of a parked row the shard of its resource', async () => {
    await write('fact', 1);
    const [row] = await store.read(ALL, BOTH, 1);
    await store.park(row?.seq ?? 0, 'too large');
    expect(await store.read(ALL, BOTH, 1)).toEqual([]);
    const { rows } = await owner.query('spec.parked', 'select key_hash, reason from directory.outbox_parked');
    expect(rows).toEqual([{ key_hash: 6, reason: 'too large' }]);
  });

  it('takes rows back by the procedure of the runbook, but no old state over a newer one', async () => {
    const users = { latest: userId(1), overtaken: userId(2), deleted: userId(3), restored: userId(4) };
    for (const id of [users.latest, users.overtaken, users.restored]) {
      await owner.query(
        'spec.user',
        `insert into directory.users (tenant_id, id, version, user_name_key, active, document, created_at, last_modified, created_by)
         values ($1, $2, 5, $2::uuid::text, true, '{}', now(), now(), $2)`,
        [TENANT, id],
      );
    }
    const facts = [
      { resourceId: users.latest, version: 4, resource: {} },
      { resourceId: users.latest, version: 5, resource: {} },
      { resourceId: users.overtaken, version: 4, resource: {} },
      { resourceId: users.deleted, version: 2, resource: {} },
      { resourceId: users.deleted, version: 3, resource: null },
      { resourceId: users.restored, version: 4, resource: null },
    ];
    for (const fact of facts) await write('fact', 1, fact);
    await write('failure', 1, { failureId: 'f' });
    for (const { seq } of await store.read(ALL, BOTH, 500)) await store.park(seq, 'too large');

    for (const statement of await runbookStatements()) {
      await owner.query('spec.runbook', statement, [], { prepare: false });
    }

    const back = await store.read(ALL, BOTH, 500);
    expect(back.map((row) => JSON.parse(row.payload) as unknown)).toEqual([
      facts[1],
      facts[4],
      { failureId: 'f' },
    ]);
    const { rows } = await owner.query<{ payload: string }>(
      'spec.left',
      'select payload from directory.outbox_parked order by seq',
    );
    expect(rows.map((row) => JSON.parse(row.payload) as unknown)).toEqual([
      facts[0],
      facts[2],
      facts[3],
      facts[5],
    ]);
  });
});

/** What the operator runs, one statement after the other. */
async function runbookStatements(): Promise<string[]> {
  const page = await readFile(new URL('../../../../../docs/runbook/outbox.md', import.meta.url), 'utf8');
  const block = /## Parked rows[^]*?```sql\n([^]*?)```/.exec(page)?.[1] ?? '';
  return block
    .split(/;\n/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
