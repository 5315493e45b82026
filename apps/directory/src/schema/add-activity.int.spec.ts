import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  openDatabase,
  runMigrations,
  undoLastMigration,
  type Database,
  type MigrationOptions,
} from '@muster/persistence';
import { createTestDatabase, type TestDatabase } from '@muster/persistence/testing';
import { AddActivity1795430000000 } from './add-activity.js';
import { directorySchema } from './directory-schema.js';

const index = directorySchema.migrations.indexOf(AddActivity1795430000000);
const before = { ...directorySchema, migrations: directorySchema.migrations.slice(0, index) };
const after = { ...directorySchema, migrations: directorySchema.migrations.slice(0, index + 1) };
const owner = `owner_${randomBytes(6).toString('hex')}`;

describe('the migration for the activity', () => {
  let testDatabase: TestDatabase;
  let superuser: Database;
  let options: MigrationOptions;

  /** A database in the hands of somebody whom row-level security binds, as in production. */
  beforeAll(async () => {
    testDatabase = await createTestDatabase({ migrations: [before] });
    const url = new URL(testDatabase.url);
    superuser = openDatabase({ url: testDatabase.url, poolMax: 1, applicationName: 'superuser' });
    const run = (sql: string) => superuser.query('spec.prepare', sql, [], { prepare: false });
    await run(`create role ${owner} login password '${owner}'`);
    await run(`grant create on database ${url.pathname.slice(1)} to ${owner}`);
    await run(`alter schema directory owner to ${owner}`);
    await run(`do $$ declare each record; begin
      for each in select relname from pg_class where relnamespace = 'directory'::regnamespace and relkind in ('r', 'p') loop
        execute format('alter table directory.%I owner to ${owner}', each.relname);
      end loop; end $$`);
    await run(`insert into directory.operations (id, tenant_id, token_id, request_id, type, resource_id, state, cause, decided_at)
      select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'r', 'user.create.requested', gen_random_uuid(), state,
        case when state = 'rejected' then 'no_target' end, now()
      from unnest('{applied,cancelled,expired,rejected}'::text[]) as state`);
    url.username = owner;
    url.password = owner;
    options = { ...after, url: url.toString() };
  });

  afterAll(async () => {
    await superuser?.close();
    await testDatabase?.drop();
    const anywhere = openDatabase({
      url: process.env['DATABASE_URL'] ?? '',
      poolMax: 1,
      applicationName: 'superuser',
    });
    await anywhere.query('spec.drop', `drop role if exists ${owner}`, [], { prepare: false });
    await anywhere.close();
  });

  async function causes(): Promise<[string, string | null][]> {
    const { rows } = await superuser.query<{ state: string; cause: string | null }>(
      'spec.causes',
      'select state, cause from directory.operations order by state',
    );
    return rows.map(({ state, cause }) => [state, cause]);
  }

  async function isForced(): Promise<boolean | undefined> {
    const { rows } = await superuser.query<{ forced: boolean }>(
      'spec.forced',
      `select relforcerowsecurity as forced from pg_class where oid = 'directory.operations'::regclass`,
    );
    return rows[0]?.forced;
  }

  it('says of what was too late before it that it was, and takes that back', async () => {
    await runMigrations(options);
    expect(await causes()).toEqual([
      ['applied', null],
      ['cancelled', 'not_applied_in_time'],
      ['expired', 'not_applied_in_time'],
      ['rejected', 'no_target'],
    ]);
    expect(await isForced()).toBe(true);
    await undoLastMigration(options);
    expect(await causes()).toEqual([
      ['applied', null],
      ['cancelled', null],
      ['expired', null],
      ['rejected', 'no_target'],
    ]);
    expect(await isForced()).toBe(true);
  });
});
