import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from './database.js';
import { Inbox, createInboxTable } from './inbox.js';
import { openDatabase } from './pooled-database.js';
import { createTestDatabase, wherePostgres, type TestDatabase } from './testing/index.js';

const noon = new Date('2026-06-01T12:00:00Z');

wherePostgres(describe)('the inbox', () => {
  let world: TestDatabase;
  let database: Database;
  const inbox = new Inbox('public.inbox', 'mailer');

  beforeAll(async () => {
    world = await createTestDatabase();
    database = openDatabase({ url: world.url, poolMax: 8, applicationName: 'inbox-spec' });
    await database.query('setup', createInboxTable('public.inbox'), [], { prepare: false });
    await database.query('setup.effect', 'create table effect (message_id text)');
  });

  afterAll(async () => {
    await database.close();
    await world.drop();
  });

  const claim = (ids: readonly string[], of = inbox): Promise<string[]> =>
    database.transaction({ tenants: [] }, async (tx) => [...(await of.claim(tx, ids, noon))].sort());

  it('hands each id out once, within a batch and across batches', async () => {
    expect(await claim(['a', 'b', 'a'])).toEqual(['a', 'b']);
    expect(await claim(['b', 'c'])).toEqual(['c']);
    expect(await claim([])).toEqual([]);
  });

  it('keeps consumers apart', async () => {
    expect(await claim(['a'], new Inbox('public.inbox', 'counter'))).toEqual(['a']);
  });

  it('gives a claim back when its transaction fails', async () => {
    const failing = database.transaction({ tenants: [] }, async (tx) => {
      await inbox.claim(tx, ['d'], noon);
      throw new Error('the mail could not be written');
    });
    await expect(failing).rejects.toThrow('could not be written');
    expect(await claim(['d'])).toEqual(['d']);
  });

  it('gives one effect per message to a crowd that handles overlapping batches', async () => {
    const ids = Array.from({ length: 40 }, (_, n) => `crowd-${n}`);
    await Promise.all(
      Array.from({ length: 16 }, (_, worker) =>
        database.transaction({ tenants: [] }, async (tx) => {
          const mine = ids.slice(worker, worker + 25).reverse();
          const claimed = await inbox.claim(tx, mine, noon);
          tx.write('effect.add', 'insert into effect select unnest($1::text[])', [[...claimed]]);
        }),
      ),
    );
    const { rows } = await database.query(
      'effect.count',
      'select count(*) n, count(distinct message_id) d from effect',
    );
    expect(rows).toEqual([{ n: 40, d: 40 }]);
  });

  it('forgets what is old, a bounded number at a time', async () => {
    const forgotten = (before: Date): Promise<number> =>
      database.transaction({ tenants: [] }, (tx) => inbox.forgetBefore(tx, before, 30));
    expect(await forgotten(noon)).toBe(0);
    expect(await forgotten(new Date(noon.getTime() + 1))).toBe(30);
    expect(await forgotten(new Date(noon.getTime() + 1))).toBe(14);
  });
});
