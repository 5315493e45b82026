import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runMigrations, undoLastMigration, type Database, type MigrationOptions } from '@muster/persistence';
import { createOwnedTestDatabase, type OwnedTestDatabase, wherePostgres } from '@muster/persistence/testing';
import { AddTenantSchemas1795420000000 } from './add-tenant-schemas.js';
import { directorySchema } from './directory-schema.js';

const index = directorySchema.migrations.indexOf(AddTenantSchemas1795420000000);
const after = { ...directorySchema, migrations: directorySchema.migrations.slice(0, index + 1) };

wherePostgres(describe)('the migration for what tenants register', () => {
  let testDatabase: OwnedTestDatabase;
  let superuser: Database;
  let options: MigrationOptions;

  const run = (sql: string) => superuser.query('spec.run', sql, [], { prepare: false });

  /** A database in the hands of somebody whom row-level security binds, as in production. */
  beforeAll(async () => {
    testDatabase = await createOwnedTestDatabase(after);
    superuser = testDatabase.superuser;
    options = { ...after, url: testDatabase.ownerUrl };
  });

  afterAll(() => testDatabase?.drop());

  async function kinds(table: 'resource_counters' | 'unique_values'): Promise<readonly string[]> {
    const { rows } = await superuser.query<{ kind: string }>(
      `spec.kinds-${table}`,
      `select kind from directory.${table} order by kind collate "C"`,
    );
    return rows.map(({ kind }) => kind);
  }

  /** Tables that would show the rows of every tenant to their owner. */
  async function unforced(): Promise<readonly string[]> {
    const { rows } = await superuser.query<{ name: string }>(
      'spec.unforced',
      `select relname as name from pg_class where relnamespace = 'directory'::regnamespace and relrowsecurity and not relforcerowsecurity`,
    );
    return rows.map(({ name }) => name);
  }

  it('is taken back with the counts and the names of what goes with it, of every tenant', async () => {
    await run(`insert into directory.resource_counters (tenant_id, kind, shard, count)
      select gen_random_uuid(), kind, 1, 1 from unnest('{user,group,type:Badge}'::text[]) as kind`);
    const names = [
      ...['user.userName', 'user.externalId', 'group.displayName'],
      ...['type:Badge.number', 'type:Badge.externalId'],
      ...['user.urn:example:Access:cardId', 'group.urn:example:Access:cardId'],
    ];
    await run(`insert into directory.unique_values (tenant_id, kind, value, resource_id)
      select gen_random_uuid(), kind, 'a', gen_random_uuid() from unnest('{${names.join(',')}}'::text[]) as kind`);
    await undoLastMigration(options);
    expect(await kinds('resource_counters')).toEqual(['group', 'user']);
    expect(await kinds('unique_values')).toEqual(['group.displayName', 'user.externalId', 'user.userName']);
    expect(await unforced()).toEqual([]);
    await runMigrations(options);
    expect(await unforced()).toEqual([]);
  });
});
