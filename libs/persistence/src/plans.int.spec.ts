import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from './database.js';
import { openDatabase } from './pooled-database.js';
import { createRoleIfMissing, enableTenantIsolation } from './tenant-isolation.js';
import { createTestDatabase, wherePostgres, type TestDatabase } from './testing/index.js';

wherePostgres(describe)('a table that was empty when its statements were planned', () => {
  let world: TestDatabase;
  let owner: Database;

  beforeAll(async () => {
    world = await createTestDatabase();
    owner = openDatabase({ url: world.url, poolMax: 1, applicationName: 'plans-owner' });
  });

  afterAll(async () => {
    await owner?.close();
    await world?.drop();
  });

  const update = `update filling f set state = t.state from unnest($1::int[], $2::text[]) as t (id, state) where f.id = t.id`;

  /** Plans an update while the table is empty, fills the table, and shows the plan of a transaction after that. */
  async function planAfterGrowth(plansKeptMs: number): Promise<string> {
    await owner.query('drop', 'drop table if exists filling', [], { prepare: false });
    await owner.query(
      'make',
      'create table filling (id int primary key, state text, filler text) with (autovacuum_enabled = false)',
      [],
      { prepare: false },
    );
    const database = openDatabase({ url: world.url, poolMax: 1, applicationName: 'plans', plansKeptMs });
    try {
      const inTransaction = <Result>(work: Parameters<typeof database.transaction<Result>>[1]) =>
        database.transaction({ tenants: [] }, work);
      // After five executions Postgres settles for one plan for all values, unless one for each is cheaper.
      const ids = Array.from({ length: 300 }, (_, n) => n);
      for (let times = 0; times < 8; times += 1)
        await inTransaction((tx) => tx.query('fill', update, [ids, ids.map(String)]));
      await owner.query(
        'grow',
        `insert into filling select n, 'new', repeat('x', 200) from generate_series(1, 20000) n`,
        [],
        { prepare: false },
      );
      const { rows } = await inTransaction((tx) =>
        tx.query<{ 'QUERY PLAN': string }>('explain', `explain execute fill ('{1}', '{x}')`, [], {
          prepare: false,
        }),
      );
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    } finally {
      await database.close();
    }
  }

  it('is seen by every kind of transaction as before when plans are made anew in each', async () => {
    await owner.query('make own', 'create table own (tenant_id uuid, name text)', [], { prepare: false });
    await owner.query('isolate', enableTenantIsolation('own'), [], { prepare: false });
    await owner.query('role', createRoleIfMissing('plans_reader'), [], { prepare: false });
    await owner.query('grant', 'grant select, insert on own to plans_reader', [], { prepare: false });
    const tenant = '01980000-0000-7000-8000-000000000001';
    const database = openDatabase({
      url: world.url,
      role: 'plans_reader',
      poolMax: 1,
      applicationName: 'plans',
      plansKeptMs: 0,
    });
    try {
      for (let times = 1; times <= 8; times += 1) {
        await database.transaction({ tenants: [tenant] }, (tx) =>
          tx.query('add', 'insert into own values ($1, $2)', [tenant, String(times)]),
        );
        const count = 'select count(*) as total from own where tenant_id = $1';
        expect((await database.queryTenant(tenant, 'count', count, [tenant])).rows).toEqual([
          { total: times },
        ]);
        const read = await database.read(tenant, (session) => session.query('count', count, [tenant]));
        expect(read.rows).toEqual([{ total: times }]);
      }
    } finally {
      await database.close();
    }
  });

  it('is read by its index once its plans are made anew, and in full until then', async () => {
    expect(await planAfterGrowth(3_600_000)).toContain('Seq Scan on filling');
    const plan = await planAfterGrowth(0);
    expect(plan).toContain('Index Scan using filling_pkey');
    expect(plan).not.toContain('Seq Scan on filling');
  });
});
