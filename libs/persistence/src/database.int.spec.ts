import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseError } from './database-error.js';
import type { Database, DatabaseOptions } from './database.js';
import { openDatabase } from './pooled-database.js';
import { createTestDatabase, wherePostgres, type TestDatabase } from './testing/index.js';

const tenant = '01980000-0000-7000-8000-000000000001';

wherePostgres(describe)('the database', () => {
  let world: TestDatabase;
  let database: Database;
  const opened: Database[] = [];

  const open = (options: Partial<DatabaseOptions> = {}): Database => {
    const another = openDatabase({
      url: world.url,
      poolMax: 4,
      applicationName: 'database-spec',
      ...options,
    });
    opened.push(another);
    return another;
  };

  beforeAll(async () => {
    world = await createTestDatabase();
    database = open();
    await database.query('setup', 'create table item (id int primary key, name text unique, tenant_id uuid)');
  });

  afterAll(async () => {
    await Promise.all(opened.map((one) => one.close()));
    await world.drop();
  });

  const names = async (): Promise<unknown[]> =>
    (await database.query<{ name: string }>('item.names', 'select name from item order by id')).rows.map(
      (row) => row.name,
    );
  const add = 'insert into item (id, name) values ($1, $2)';

  describe('statements', () => {
    it('come back with rows, counts and int8 as numbers', async () => {
      const { rows, rowCount } = await database.query('types', 'select 7::int8 as n, $1::text as t', ['x']);
      expect({ rows, rowCount }).toEqual({ rows: [{ n: 7, t: 'x' }], rowCount: 1 });
    });

    it('refuse an int8 that a number cannot hold instead of rounding it', async () => {
      await expect(database.query('types.big', 'select 9007199254740993::int8 as n')).rejects.toThrow('2^53');
      await expect(database.query('types.next', 'select 1 as n')).resolves.toMatchObject({ rowCount: 1 });
    });

    it('are prepared once per connection, by their name', async () => {
      const single = open({ poolMax: 1 });
      for (const n of [1, 2, 3]) await single.query('prepared.once', 'select $1::int as n', [n]);
      await single.query('unprepared', 'select $1::int as n', [1], { prepare: false });
      const { rows } = await single.query(
        'prepared.list',
        "select name, generic_plans + custom_plans as uses from pg_prepared_statements where name <> 'prepared.list'",
      );
      expect(rows).toEqual([{ name: 'prepared.once', uses: 3 }]);
    });

    it('fail when one name comes with two texts', async () => {
      const single = open({ poolMax: 1 });
      await single.query('same.name', 'select 1');
      await expect(single.query('same.name', 'select 2')).rejects.toMatchObject({ kind: 'bug' });
    });

    it('fail when their name is longer than Postgres tells apart', async () => {
      await expect(database.query('n'.repeat(64), 'select 1')).rejects.toMatchObject({ kind: 'bug' });
      await expect(database.query('n'.repeat(63), 'select 1')).resolves.toMatchObject({ rowCount: 1 });
    });

    it('run under the role of the connection', async () => {
      await database.query(
        'role',
        'do $$ begin create role database_spec nologin; exception when others then null; end $$',
      );
      const limited = open({ role: 'database_spec' });
      const { rows } = await limited.query('who', 'select current_user::text as role');
      expect(rows).toEqual([{ role: 'database_spec' }]);
      await expect(limited.query('forbidden', 'select from item')).rejects.toMatchObject({
        kind: 'bug',
        code: '42501',
      });
    });
  });

  describe('a transaction', () => {
    it('commits what resolved, and what was sent last without waiting', async () => {
      const result = await database.transaction({ tenants: [] }, async (tx) => {
        await tx.query('item.add', add, [1, 'one']);
        tx.write('item.add', add, [2, 'two']);
        return 'done';
      });
      expect(result).toBe('done');
      expect(await names()).toEqual(['one', 'two']);
    });

    it('rolls back what rejected, and hands on its error', async () => {
      const failure = new Error('decided otherwise');
      await expect(
        database.transaction({ tenants: [] }, async (tx) => {
          await tx.query('item.add', add, [3, 'three']);
          throw failure;
        }),
      ).rejects.toBe(failure);
      expect(await names()).toEqual(['one', 'two']);
    });

    it('never reports success when a failed statement was ignored', async () => {
      await expect(
        database.transaction({ tenants: [] }, async (tx) => {
          await tx.query('item.add', add, [1, 'again']).catch(() => undefined);
          return 'ignored';
        }),
      ).rejects.toMatchObject({ kind: 'constraint', statement: 'item.add' });
    });

    it('reports the first failure, not those that follow from it', async () => {
      await expect(
        database.transaction({ tenants: [] }, async (tx) => {
          await Promise.all([
            tx.query('first', 'select 1 / 0'),
            tx.query('second', 'select 1'),
            tx.query('third', 'select 2'),
          ]);
        }),
      ).rejects.toMatchObject({ statement: 'first', code: '22012' });
    });

    it('fails with the error of a write that nobody waited for', async () => {
      await expect(
        database.transaction({ tenants: [] }, async (tx) => {
          tx.write('item.add', add, [4, 'four']);
          tx.write('item.add', add, [1, 'taken']);
        }),
      ).rejects.toMatchObject({ kind: 'constraint', constraint: 'item_pkey' });
      expect(await names()).toEqual(['one', 'two']);
    });

    it.each([
      ['one name for two texts', 'item.names', 'select 1', []],
      ['a value that cannot be encoded', 'item.bad', 'select $1::text', [{ toPostgres: () => BigInt('x') }]],
    ])('does not commit without a write that the driver refused: %s', async (_what, name, text, values) => {
      const before = await names();
      const single = open({ poolMax: 1 });
      await single.query('item.names', 'select name from item order by id');
      await expect(
        single.transaction({ tenants: [] }, async (tx) => {
          tx.write('item.add', add, [5, 'five']);
          tx.write(name, text, values as unknown as string[]);
        }),
      ).rejects.toMatchObject({ kind: 'bug', statement: name });
      expect(await names()).toEqual(before);
    });

    it('undoes a failed savepoint alone, also one with unawaited writes and one inside another', async () => {
      await database.transaction({ tenants: [] }, async (tx) => {
        tx.write('item.add', add, [10, 'ten']);
        await tx.savepoint('outer_one', async () => {
          tx.write('item.add', add, [11, 'eleven']);
          await expect(
            tx.savepoint('inner_one', async () => {
              tx.write('item.add', add, [12, 'twelve']);
              tx.write('item.add', add, [10, 'taken']);
            }),
          ).rejects.toMatchObject({ kind: 'constraint' });
        });
      });
      expect(await names()).toEqual(['one', 'two', 'ten', 'eleven']);
    });

    it('refuses statements after its end', async () => {
      let late: Promise<unknown> | undefined;
      await database.transaction({ tenants: [] }, async (tx) => {
        queueMicrotask(() => undefined);
        late = new Promise((resolve) => setTimeout(resolve, 50)).then(() => tx.query('late', 'select 1'));
        late.catch(() => undefined);
      });
      await expect(late).rejects.toThrow('the transaction is over');
    });

    it('keeps its tenants to itself', async () => {
      const single = open({ poolMax: 1 });
      const setting = "select current_setting('muster.tenants', true) as tenants";
      const inside = await single.transaction(
        { tenants: [tenant] },
        async (tx) => (await tx.query('setting', setting)).rows,
      );
      const outside = await single.query('setting', setting);
      expect(inside).toEqual([{ tenants: `{${tenant}}` }]);
      expect(outside.rows[0]?.['tenants']).toBeFalsy();
    });

    it('refuses a tenant id that is none before anything is sent', async () => {
      const forged = "'; drop table item; --";
      await expect(database.transaction({ tenants: [forged] }, async () => undefined)).rejects.toThrow(
        RangeError,
      );
      await expect(database.read(forged, async () => undefined)).rejects.toThrow(RangeError);
    });
  });

  describe('a read', () => {
    it('sees one snapshot and cannot write', async () => {
      const counts = await database.read(tenant, async (session) => {
        const count = 'select count(*) as n from item where id >= 100';
        const before = await session.query<{ n: number }>('item.count', count);
        await database.query('item.add', add, [100, 'hundred']);
        const after = await session.query<{ n: number }>('item.count', count);
        return [before.rows[0]?.n, after.rows[0]?.n];
      });
      expect(counts).toEqual([0, 0]);
      const write = database.read(tenant, (session) => session.query('item.add', add, [101, 'no']));
      await expect(write).rejects.toMatchObject({ code: '25006' });
      await expect(database.queryTenant(tenant, 'item.add', add, [101, 'no'])).rejects.toMatchObject({
        code: '25006',
      });
    });

    it('gives its connection back clean, failed or not', async () => {
      const single = open({ poolMax: 1 });
      await expect(single.queryTenant(tenant, 'broken', 'select 1 / 0')).rejects.toMatchObject({
        code: '22012',
      });
      await expect(
        single.read(tenant, (session) => session.query('broken.too', 'select 1 / 0')),
      ).rejects.toBeDefined();
      const crowd = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          single.queryTenant<{ n: number }>(tenant, 'echo', 'select $1::int as n', [n]),
        ),
      );
      expect(crowd.map(({ rows }) => rows[0]?.n)).toEqual(Array.from({ length: 50 }, (_, n) => n));
      expect(single.statistics()).toMatchObject({ total: 1, waiting: 0 });
    });
  });

  describe('errors', () => {
    const held = async (work: () => Promise<unknown>): Promise<unknown> =>
      database.transaction({ tenants: [] }, async (tx) => {
        await tx.query('item.lock', 'select from item where id = 1 for update');
        return work();
      });

    it('tell a lock that was not to be had from a statement that took too long', async () => {
      const impatient = open({ lockTimeoutMs: 50, statementTimeoutMs: 5_000 });
      const slow = open({ statementTimeoutMs: 50 });
      await held(async () => {
        const locking = impatient.query('item.lock.too', 'select from item where id = 1 for update');
        await expect(locking).rejects.toMatchObject({ kind: 'lock-timeout', retryable: true });
      });
      await expect(slow.query('sleep', 'select pg_sleep(5)')).rejects.toMatchObject({
        kind: 'statement-timeout',
      });
    });

    it('name the victim of a deadlock as such', async () => {
      const lock = 'select from item where id = $1 for update';
      let arrived = 0;
      const both = Promise.withResolvers<void>();
      const crossing = (first: number, second: number): Promise<unknown> =>
        database.transaction({ tenants: [] }, async (tx) => {
          await tx.query('item.lock.one', lock, [first]);
          if (++arrived === 2) both.resolve();
          await both.promise;
          await tx.query('item.lock.one', lock, [second]);
        });
      const results = await Promise.allSettled([crossing(1, 2), crossing(2, 1)]);
      const failures = results.flatMap((result) =>
        result.status === 'rejected' ? [result.reason as unknown] : [],
      );
      expect(failures).toEqual([expect.objectContaining({ kind: 'deadlock', retryable: true })]);
    });

    it('name a lost race between serializable transactions as such', async () => {
      const isolated = 'set transaction isolation level serializable';
      const raise = 'update item set name = name || $1 where id = 2';
      const losing = database.transaction({ tenants: [] }, async (tx) => {
        await tx.query('isolate', isolated, [], { prepare: false });
        await tx.query('item.read', 'select name from item where id = 2');
        await database.query('item.raise', raise, ['!']);
        await tx.query('item.raise', raise, ['?']);
      });
      await expect(losing).rejects.toMatchObject({ kind: 'serialization', retryable: true });
    });

    it('never repeat a value: the detail of a collision is somebody’s name', async () => {
      const error: unknown = await database.query('item.add', add, [200, 'ten']).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(DatabaseError);
      expect(error).toMatchObject({
        kind: 'constraint',
        retryable: false,
        constraint: 'item_name_key',
        table: 'item',
      });
      expect(JSON.stringify({ ...(error as DatabaseError) }) + String(error)).not.toContain('ten)');
      expect((error as DatabaseError).cause).toBeUndefined();
    });

    it('say that the outcome is unknown when the connection breaks within the commit', async () => {
      await database.query(
        'slow.commit',
        `create function wait_at_commit() returns trigger language plpgsql as 'begin perform pg_sleep(10); return null; end';
         create table slow (id int);
         create constraint trigger slow_commit after insert on slow deferrable initially deferred
           for each row execute function wait_at_commit()`,
        [],
        { prepare: false },
      );
      const victim = open({ poolMax: 1, applicationName: 'slow-commit', statementTimeoutMs: 20_000 });
      const committing = victim.transaction({ tenants: [] }, async (tx) => {
        await tx.query('slow.add', 'insert into slow values (1)');
      });
      const kill = `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'slow-commit' and state = 'active' and query = 'commit'`;
      const killing = (async () => {
        while ((await database.query('kill.commit', kill)).rowCount === 0) await new Promise(setImmediate);
      })();
      await expect(committing).rejects.toMatchObject({
        kind: 'connection',
        outcomeUnknown: true,
        retryable: true,
      });
      await killing;
    });
  });
});
