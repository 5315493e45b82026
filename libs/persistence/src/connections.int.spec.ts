import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { createMetrics } from '@muster/telemetry';
import type { Database, DatabaseOptions } from './database.js';
import { openDatabase } from './pooled-database.js';
import {
  createTestDatabase,
  startPausingProxy,
  wherePostgres,
  type PausingProxy,
  type TestDatabase,
} from './testing/index.js';

const tenant = '01980000-0000-7000-8000-000000000001';

/** Keeps the event loop from everything else, as a long computation does. */
function busyFor(durationMs: number): void {
  const endAt = performance.now() + durationMs;
  while (performance.now() < endAt);
}

wherePostgres(describe)('connections', () => {
  let world: TestDatabase;
  let database: Database;
  const opened: (Database | PausingProxy)[] = [];

  const open = (options: Partial<DatabaseOptions> = {}): Database => {
    const another = openDatabase({
      url: world.url,
      poolMax: 4,
      applicationName: 'connections-spec',
      ...options,
    });
    opened.push(another);
    return another;
  };
  const openProxy = async (): Promise<PausingProxy> => {
    const proxy = await startPausingProxy(world.url);
    opened.push(proxy);
    return proxy;
  };

  beforeAll(async () => {
    world = await createTestDatabase();
    database = open();
    await database.query('setup', 'create table item (id int primary key, name text unique)');
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

  describe('lost connections', () => {
    const terminate = (applicationName: string): Promise<unknown> =>
      database.query(
        'terminate',
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = $1',
        [applicationName],
      );

    it('of idle clients are replaced, counted and never end the process', async () => {
      const metrics = createMetrics('spec', { processMetrics: false });
      const lost: Error[] = [];
      const robust = open({
        applicationName: 'robust',
        metrics,
        onConnectionLost: (error) => lost.push(error),
      });
      await Promise.all([1, 2, 3].map(() => robust.query('nap', 'select pg_sleep(0.02)')));
      expect(robust.statistics().total).toBe(3);
      await terminate('robust');
      while (robust.statistics().total > 0) await new Promise(setImmediate);
      await expect(robust.query('after', 'select 1 as n')).resolves.toMatchObject({ rows: [{ n: 1 }] });
      expect(lost).toHaveLength(3);
      expect(lost[0]).toMatchObject({ kind: 'connection' });
      expect((await metrics.render()).body).toContain(
        'muster_db_connections_lost_total{pool="robust",service="spec"} 3',
      );
    });

    it('in the middle of a read are made up for by a second run', async () => {
      const robust = open({ applicationName: 'reader' });
      let runs = 0;
      const result = await robust.read(tenant, async (session) => {
        runs += 1;
        if (runs === 1) await terminate('reader');
        return (await session.query('once', 'select 42 as n')).rows;
      });
      expect({ result, runs }).toEqual({ result: [{ n: 42 }], runs: 2 });
    });

    it('in the middle of a transaction fail it, and the pool goes on', async () => {
      const robust = open({ applicationName: 'writer' });
      const writing = robust.transaction({ tenants: [] }, async (tx) => {
        await tx.query('item.add', add, [300, 'lost']);
        await terminate('writer');
        await tx.query('item.add', add, [301, 'lost too']);
      });
      await expect(writing).rejects.toMatchObject({
        kind: 'connection',
        retryable: true,
        outcomeUnknown: false,
      });
      await expect(robust.query('after', 'select 1 as n')).resolves.toMatchObject({ rowCount: 1 });
      expect(await names()).not.toContain('lost');
    });

    it.each<[string, (durationMs: number) => Promise<void>]>([
      ['while the process is busy', async (durationMs) => busyFor(durationMs)],
      ['while it waits for something else', (durationMs) => delay(durationMs)],
    ])('of transactions that kept the server waiting are told from broken ones: %s', async (_, idle) => {
      const robust = open({ applicationName: 'sluggish', idleInTransactionTimeoutMs: 100 });
      const writing = robust.transaction({ tenants: [] }, async (tx) => {
        await tx.query('item.add', add, [310, 'late']);
        await idle(500);
        await tx.query('item.add', add, [311, 'late too']);
      });
      await expect(writing).rejects.toMatchObject({ kind: 'statement-timeout', code: '25P03' });
      await expect(robust.query('after', 'select 1 as n')).resolves.toMatchObject({ rowCount: 1 });
      expect(await names()).not.toContain('late');
    });

    it('that have only fallen silent are given up after the response timeout', async () => {
      const proxy = await openProxy();
      const distant = open({
        url: proxy.url,
        poolMax: 1,
        responseTimeoutMs: 2_000,
        applicationName: 'distant',
      });
      await distant.check();
      proxy.pause();
      await expect(distant.query('n', 'select 1')).rejects.toMatchObject({ kind: 'connection' });
      await expect(
        distant.transaction({ tenants: [] }, (tx) => tx.query('n', 'select 1')),
      ).rejects.toMatchObject({
        retryable: true,
      });
      proxy.resume();
      await distant.untilReachable(5_000);
    });

    it('are what a changed table makes of a prepared statement', async () => {
      const single = open({ poolMax: 1 });
      await database.query('shape', 'create table shape (a int)');
      await single.query('shape.all', 'select * from shape');
      await database.query('shape.change', 'alter table shape add b int');
      await expect(single.query('shape.all', 'select * from shape')).rejects.toMatchObject({
        retryable: true,
      });
      await expect(single.query('shape.all', 'select * from shape')).resolves.toMatchObject({ rowCount: 0 });
      await database.query('shape.change.again', 'alter table shape add c int');
      await expect(
        single.read(tenant, (session) => session.query('shape.all', 'select * from shape')),
      ).resolves.toBeDefined();
    });

    it('at the start are tried again until the server is there', async () => {
      const proxy = await openProxy();
      await proxy.close();
      const early = open({ url: proxy.url });
      await expect(early.untilReachable(300)).rejects.toMatchObject({
        kind: 'connection',
        code: 'ECONNREFUSED',
      });
    });
  });

  describe('the pool', () => {
    it('is bounded, and so is its queue', async () => {
      const narrow = open({ poolMax: 1, waitingMax: 1 });
      const nap = (): Promise<unknown> => narrow.query('nap', 'select pg_sleep(0.05)');
      const results = await Promise.allSettled([nap(), nap(), nap()]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
      expect(results[2]).toMatchObject({ reason: { kind: 'resource', retryable: true } });
    });

    it('lets a caller wait no longer than the connect timeout', async () => {
      const narrow = open({ poolMax: 1, connectTimeoutMs: 1_500 });
      await narrow.check();
      const [slow, waiting] = await Promise.allSettled([
        narrow.query('nap.long', 'select pg_sleep(2.5)'),
        narrow.query('nap.next', 'select 1'),
      ]);
      expect(slow.status).toBe('fulfilled');
      expect(waiting).toMatchObject({ status: 'rejected', reason: { kind: 'resource' } });
    });

    it('is healthy while it is busy', async () => {
      const narrow = open({ poolMax: 1, connectTimeoutMs: 1_500 });
      await narrow.check();
      const busy = narrow.query('nap.long', 'select pg_sleep(2)');
      await expect(narrow.check()).resolves.toBeUndefined();
      await busy;
    });

    it('closes when what runs has ended, and refuses what comes later', async () => {
      const closing = open();
      const running = closing.query('nap', 'select pg_sleep(0.05)');
      await new Promise(setImmediate);
      await Promise.all([closing.close(), closing.close()]);
      await expect(running).resolves.toMatchObject({ rowCount: 1 });
      await expect(closing.query('late', 'select 1')).rejects.toMatchObject({ kind: 'connection' });
    });
  });
});
