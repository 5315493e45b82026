import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runMigrations, undoLastMigration, type Database, type MigrationOptions } from '@muster/persistence';
import { createOwnedTestDatabase, type OwnedTestDatabase } from '@muster/persistence/testing';
import { AddActivity1795430000000 } from './add-activity.js';
import { directorySchema } from './directory-schema.js';

const index = directorySchema.migrations.indexOf(AddActivity1795430000000);
const before = { ...directorySchema, migrations: directorySchema.migrations.slice(0, index) };
const after = { ...directorySchema, migrations: directorySchema.migrations.slice(0, index + 1) };

describe('the migration for the activity', () => {
  let testDatabase: OwnedTestDatabase;
  let superuser: Database;
  let options: MigrationOptions;

  const run = (sql: string) => superuser.query('spec.prepare', sql, [], { prepare: false });

  /** A database in the hands of somebody whom row-level security binds, as in production. */
  beforeAll(async () => {
    testDatabase = await createOwnedTestDatabase(before);
    superuser = testDatabase.superuser;
    options = { ...after, url: testDatabase.ownerUrl };
    await run(`insert into directory.operations (id, tenant_id, token_id, request_id, type, resource_id, state, cause, decided_at)
      select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'r', 'user.create.requested', gen_random_uuid(), state,
        case when state = 'rejected' then 'no_target' end, now()
      from unnest('{applied,cancelled,expired,rejected}'::text[]) as state`);
  });

  afterAll(() => testDatabase?.drop());

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
