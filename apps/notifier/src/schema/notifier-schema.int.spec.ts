import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { migrationStatus, runMigrations, undoLastMigration } from '@muster/persistence';
import { createTestDatabase, type TestDatabase } from '@muster/persistence/testing';
import { Client } from 'pg';
import { notifierSchema } from './notifier-schema.js';

// For a machine that is busy with other tests.
jest.setTimeout(60_000);

describe('the schema of the notifier', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(async () => {
    await database.drop();
  });

  async function rows<Row extends object>(sql: string): Promise<Row[]> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it('goes up, is content with a second run, goes down to nothing and up again', async () => {
    const options = { ...notifierSchema, url: database.url };
    expect(await runMigrations(options)).toHaveLength(notifierSchema.migrations.length);
    expect(await runMigrations(options)).toEqual([]);
    for (const _ of notifierSchema.migrations) await undoLastMigration(options);
    const left =
      "select relname from pg_class where relnamespace = 'notifier'::regnamespace and relkind = 'r'";
    expect(await rows(left)).toEqual([{ relname: 'migrations' }]);
    await runMigrations(options);
    expect((await migrationStatus(options)).pending).toEqual([]);
  });

  it('forces row-level security on every table that says more than ids and times', async () => {
    const open = await rows<{ relname: string }>(
      `select relname from pg_class where relnamespace = 'notifier'::regnamespace and relkind = 'r'
       and not (relrowsecurity and relforcerowsecurity) order by relname`,
    );
    expect(open.map(({ relname }) => relname)).toEqual([
      'delivery_schedule',
      'inbox',
      'mailed_tenants',
      'migrations',
    ]);
    const owned = await rows("select 1 from pg_class where relowner = 'muster_notifier'::regrole");
    expect(owned).toEqual([]);
  });
});
