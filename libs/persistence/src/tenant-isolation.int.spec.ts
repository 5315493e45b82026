import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from './database.js';
import { openDatabase } from './pooled-database.js';
import { createRoleIfMissing, enableTenantIsolation } from './tenant-isolation.js';
import { createTestDatabase, wherePostgres, type TestDatabase } from './testing/index.js';

const tenants = Array.from({ length: 5 }, (_, n) => `01980000-0000-7000-8000-00000000000${n}`) as [
  string,
  string,
  string,
  string,
  string,
];
const role = 'isolation_spec';
const everything = 'select distinct tenant_id::text as tenant from note order by 1';

wherePostgres(describe)('tenant isolation', () => {
  let world: TestDatabase;
  let admin: Database;
  let app: Database;

  beforeAll(async () => {
    world = await createTestDatabase();
    admin = openDatabase({ url: world.url, poolMax: 2, applicationName: 'isolation-admin' });
    app = openDatabase({ url: world.url, role, poolMax: 2, applicationName: 'isolation-app' });
    const sql = [
      createRoleIfMissing(role),
      'create table note (tenant_id uuid not null, id int not null, primary key (tenant_id, id));',
      enableTenantIsolation('public.note'),
      `insert into note select t, n from unnest('{${tenants.join(',')}}'::uuid[]) t, generate_series(1, 200) n;`,
      'insert into note select t, n from (select gen_random_uuid() t from generate_series(1, 200)) others, generate_series(1, 200) n;',
      `grant select, insert, update, delete on note to ${role};`,
    ];
    for (const statement of sql) await admin.query('setup', statement, [], { prepare: false });
    await admin.query('setup.analyze', 'analyze note');
  });

  afterAll(async () => {
    await Promise.all([admin.close(), app.close()]);
    await world.drop();
  });

  const seen = async (session: { query: Database['query'] }): Promise<unknown[]> =>
    (await session.query<{ tenant: string }>('note.everything', everything)).rows.map((row) => row.tenant);

  it('shows nothing where no tenant was named, on a fresh connection and on one that has served tenants', async () => {
    expect(await seen(app)).toEqual([]);
    await app.transaction({ tenants: [...tenants] }, seen);
    await Promise.all([1, 2, 3, 4].map(async () => expect(await seen(app)).toEqual([])));
    expect(await app.transaction({ tenants: [] }, seen)).toEqual([]);
  });

  it('shows the tenants of the transaction, to a statement that asks for all', async () => {
    expect(await app.transaction({ tenants: [tenants[3], tenants[1]] }, seen)).toEqual([
      tenants[1],
      tenants[3],
    ]);
    expect(await app.read(tenants[2], seen)).toEqual([tenants[2]]);
    const { rows } = await app.queryTenant(tenants[4], 'note.everything', everything);
    expect(rows).toEqual([{ tenant: tenants[4] }]);
  });

  it('never mixes tenants up in a crowd that shares two connections', async () => {
    const wrong: string[] = [];
    await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const tenant = tenants[n % 5] ?? tenants[0];
        const found =
          n % 3 === 0
            ? await app.read(tenant, seen)
            : n % 3 === 1
              ? (await app.queryTenant<{ tenant: string }>(tenant, 'note.everything', everything)).rows.map(
                  (row) => row.tenant,
                )
              : await app.transaction({ tenants: [tenant] }, seen);
        if (found.length !== 1 || found[0] !== tenant) wrong.push(`${tenant}: ${JSON.stringify(found)}`);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps a tenant from writing to, moving to, changing or deleting from another', async () => {
    const as = <Result>(work: (query: Database['query']) => Promise<Result>): Promise<Result> =>
      app.transaction({ tenants: [tenants[0]] }, (tx) => work(tx.query.bind(tx)));
    const insert = as((query) => query('note.add', 'insert into note values ($1, 9999)', [tenants[1]]));
    await expect(insert).rejects.toMatchObject({ code: '42501' });
    const move = as((query) =>
      query('note.move', 'update note set tenant_id = $1 where id = 1', [tenants[1]]),
    );
    await expect(move).rejects.toMatchObject({ code: '42501' });
    const changed = await as((query) =>
      query('note.change', 'update note set id = id + 100000 where tenant_id = $1', [tenants[1]]),
    );
    const deleted = await as((query) =>
      query('note.delete', 'delete from note where tenant_id = $1', [tenants[1]]),
    );
    expect([changed.rowCount, deleted.rowCount]).toEqual([0, 0]);
  });

  it('binds the owner of the table, too', async () => {
    const owner = 'isolation_spec_owner';
    for (const sql of [
      createRoleIfMissing(owner),
      `grant all on schema public to ${owner}`,
      `alter table note owner to ${owner}`,
    ]) {
      await admin.query('setup.owner', sql, [], { prepare: false });
    }
    const owning = openDatabase({
      url: world.url,
      role: owner,
      poolMax: 1,
      applicationName: 'isolation-owner',
    });
    expect(await seen(owning)).toEqual([]);
    expect(await owning.read(tenants[0], seen)).toEqual([tenants[0]]);
    await owning.close();
    await admin.query('setup.owner.back', 'alter table note owner to current_user', [], { prepare: false });
    await admin.query('setup.owner.grant', `grant select, insert, update, delete on note to ${role}`, [], {
      prepare: false,
    });
  });

  it('is an index condition, read once per statement', async () => {
    const plan = await app.read(tenants[0], async (session) => {
      const { rows } = await session.query<{ 'QUERY PLAN': string }>(
        'note.plan',
        'explain select id from note',
        [],
        {
          prepare: false,
        },
      );
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
    expect(plan).toMatch(/Index Cond: \(tenant_id = ANY \(.*InitPlan/);
    expect(plan).not.toContain('Seq Scan');
  });
});
