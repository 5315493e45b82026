import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AdvisoryLock, advisoryKey, type AdvisoryLockOptions } from './advisory-lock.js';
import type { Database } from './database.js';
import { openDatabase } from './pooled-database.js';
import {
  createTestDatabase,
  startPausingProxy,
  wherePostgres,
  type PausingProxy,
  type TestDatabase,
} from './testing/index.js';

wherePostgres(describe)('an advisory lock', () => {
  let world: TestDatabase;
  let admin: Database;
  const locks: AdvisoryLock[] = [];
  const proxies: PausingProxy[] = [];

  const lock = (name: string, options: Partial<AdvisoryLockOptions> = {}): AdvisoryLock => {
    const made = new AdvisoryLock({
      url: world.url,
      applicationName: 'lock-spec',
      name,
      // A server beside many others takes its time to accept a connection.
      responseTimeoutMs: 20_000,
      ...options,
    });
    locks.push(made);
    return made;
  };
  const openProxy = async (): Promise<PausingProxy> => {
    const proxy = await startPausingProxy(world.url);
    proxies.push(proxy);
    return proxy;
  };
  const terminateHolder = (): Promise<unknown> =>
    admin.query(
      'terminate',
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'lock-spec'",
    );

  beforeAll(async () => {
    world = await createTestDatabase();
    admin = openDatabase({ url: world.url, poolMax: 2, applicationName: 'lock-admin' });
  });

  afterEach(async () => {
    // First: a lock behind a paused proxy would wait for an answer.
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
    await Promise.all(locks.splice(0).map((made) => made.release()));
  });

  afterAll(async () => {
    await admin.close();
    await world.drop();
  });

  it('is held by one of a crowd', async () => {
    const crowd = Array.from({ length: 8 }, () => lock('relay:0'));
    const acquired = await Promise.all(crowd.map((one) => one.tryAcquire()));
    expect(acquired.filter(Boolean)).toHaveLength(1);
    expect(crowd.map((one) => one.held)).toEqual(acquired);
  });

  it('is one per name, and may be asked for again by its holder', async () => {
    const [first, second] = [lock('relay:0'), lock('relay:1')];
    expect(await Promise.all([first.tryAcquire(), second.tryAcquire()])).toEqual([true, true]);
    expect(await first.tryAcquire()).toBe(true);
    expect(await first.verify()).toBe(true);
  });

  it('is one session’s, however often it is asked for at once and whatever comes in between', async () => {
    const holder = lock('relay:0');
    expect(await Promise.all([holder.tryAcquire(), holder.tryAcquire(), holder.tryAcquire()])).toEqual([
      true,
      true,
      true,
    ]);
    await Promise.all([holder.release(), holder.tryAcquire(), holder.verify(), holder.release()]);
    const sessions =
      "select from pg_stat_activity where datname = current_database() and application_name = 'lock-spec'";
    while ((await admin.query('sessions', sessions)).rowCount > 0) await new Promise(setImmediate);
    expect(holder.held).toBe(false);
  });

  it('goes to another one when it is released', async () => {
    const [first, second] = [lock('relay:0'), lock('relay:0')];
    await first.tryAcquire();
    expect(await second.tryAcquire()).toBe(false);
    await first.release();
    // The server ends the session after it has answered.
    while (!(await second.tryAcquire())) await new Promise(setImmediate);
    expect(second.held).toBe(true);
    expect(first.held).toBe(false);
  });

  it('says once that it is lost when its connection dies, and can be taken again', async () => {
    const holder = lock('relay:0');
    await holder.tryAcquire();
    const told: Error[] = [];
    holder.on('lost', (error) => told.push(error));
    const lost = once(holder, 'lost');
    await terminateHolder();
    await lost;
    expect(holder.held).toBe(false);
    expect(await holder.verify()).toBe(false);
    while (!(await holder.tryAcquire())) await new Promise(setImmediate);
    expect(await holder.verify()).toBe(true);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ kind: 'connection' });
  });

  it('finds out by asking that the server no longer holds it for this session', async () => {
    const holder = lock('relay:0');
    await holder.tryAcquire();
    const lost = once(holder, 'lost');
    // A fail-over behind a proxy: the session answers, but on a server that knows nothing of the lock.
    const { client } = holder as unknown as {
      client: { query(text: string, values: unknown[]): Promise<unknown> };
    };
    await client.query('select pg_advisory_unlock($1::bigint)', [advisoryKey('relay:0')]);
    expect(await holder.verify()).toBe(false);
    await lost;
  });

  it('counts as lost when the server has fallen silent', async () => {
    const proxy = await openProxy();
    const holder = lock('relay:0', { url: proxy.url, responseTimeoutMs: 2_000 });
    await holder.tryAcquire();
    const lost = once(holder, 'lost');
    proxy.pause();
    expect(await holder.verify()).toBe(false);
    await lost;
    await expect(holder.tryAcquire()).rejects.toMatchObject({ kind: 'connection' });
  });

  it('goes to another one when its holder hangs', async () => {
    const proxy = await openProxy();
    const hanging = lock('relay:0', { url: proxy.url, holderSilenceMsMax: 600, responseTimeoutMs: 20_000 });
    expect(await hanging.tryAcquire()).toBe(true);
    // Nothing comes from it any more, and its connection looks alive: as of a process that was stopped.
    proxy.pause();
    const other = lock('relay:0');
    const giveUpAt = performance.now() + 15_000;
    while (!(await other.tryAcquire()) && performance.now() < giveUpAt) await new Promise(setImmediate);
    expect(other.held).toBe(true);
  });

  it('stays with a holder that has nothing to do', async () => {
    // Long enough that a busy machine does not keep the holder silent for all of it.
    const holder = lock('relay:0', { holderSilenceMsMax: 6_000 });
    expect(await holder.tryAcquire()).toBe(true);
    const heard = `select 1 from pg_stat_activity where datname = current_database() and application_name = 'lock-spec'
       and state_change > backend_start + interval '6 seconds'`;
    while (holder.held && (await admin.query('heard', heard)).rowCount === 0) await delay(50);
    expect(await holder.verify()).toBe(true);
  });

  it('says nothing of being lost after it was given back', async () => {
    const holder = lock('relay:0');
    let told = 0;
    holder.on('lost', () => (told += 1));
    await holder.tryAcquire();
    await holder.release();
    await holder.release();
    await terminateHolder();
    expect(told).toBe(0);
  });
});
