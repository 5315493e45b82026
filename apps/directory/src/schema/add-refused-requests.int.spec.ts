import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runMigrations, undoLastMigration, type Database, type MigrationOptions } from '@muster/persistence';
import { createOwnedTestDatabase, type OwnedTestDatabase } from '@muster/persistence/testing';
import { AddRefusedRequests1795450000000 } from './add-refused-requests.js';
import { directorySchema } from './directory-schema.js';

const index = directorySchema.migrations.indexOf(AddRefusedRequests1795450000000);
const before = { ...directorySchema, migrations: directorySchema.migrations.slice(0, index) };
const after = { ...directorySchema, migrations: directorySchema.migrations.slice(0, index + 1) };

describe('the migration for what the gateway refused', () => {
  let testDatabase: OwnedTestDatabase;
  let superuser: Database;
  let options: MigrationOptions;

  /** A database in the hands of somebody whom row-level security binds, as in production, with the row of a command. */
  beforeAll(async () => {
    testDatabase = await createOwnedTestDatabase(before);
    superuser = testDatabase.superuser;
    options = { ...after, url: testDatabase.ownerUrl };
    await run(`insert into directory.operations (id, tenant_id, token_id, request_id, type, resource_id, state, decided_at)
      select gen_random_uuid(), t, t, 'command', 'user.create.requested', t, 'applied', now() from gen_random_uuid() as t`);
  });

  afterAll(() => testDatabase?.drop());

  const run = (text: string) => superuser.query('arrange', text, [], { prepare: false });

  /** A row without a token, so many days from now: today's partition was there before the migration, that of a later day was not. */
  const insertAt = (days: number, state: string) =>
    run(`insert into directory.operations (id, tenant_id, request_id, type, state, cause, decided_at)
      select overlay(gen_random_uuid()::text placing substr(directory.uuid_at(now() + interval '${days} days')::text, 1, 14) from 1 for 14)::uuid,
        gen_random_uuid(), 'refused', 'user.create.requested', '${state}', 'invalid_syntax', now()`);

  async function requests(): Promise<string[]> {
    const { rows } = await superuser.query<{ request_id: string }>(
      'requests',
      'select request_id from directory.operations order by 1',
    );
    return rows.map((row) => row.request_id);
  }

  it('lets a row be without a token in old and new partitions, if it was refused, and takes that back', async () => {
    await expect(insertAt(0, 'rejected')).rejects.toMatchObject({ kind: 'constraint' });
    await runMigrations(options);
    await run('select directory.ensure_operation_partitions(9)');
    for (const days of [0, 9, 40]) {
      await insertAt(days, 'rejected');
      await expect(insertAt(days, 'applied')).rejects.toMatchObject({ constraint: 'operations_of_commands' });
    }
    expect(await requests()).toEqual(['command', 'refused', 'refused', 'refused']);
    await undoLastMigration(options);
    expect(await requests()).toEqual(['command']);
    for (const days of [0, 9, 40])
      await expect(insertAt(days, 'rejected')).rejects.toMatchObject({ kind: 'constraint' });
    const { rows } = await superuser.query<{ forced: boolean }>(
      'forced',
      `select relforcerowsecurity as forced from pg_class where oid = 'directory.operations'::regclass`,
    );
    expect(rows).toEqual([{ forced: true }]);
  });
});
