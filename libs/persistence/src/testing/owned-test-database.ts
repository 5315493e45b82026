import { randomBytes } from 'node:crypto';
import type { Database } from '../database.js';
import type { MigrationSet } from '../migrations.js';
import { openDatabase } from '../pooled-database.js';
import { identifier } from '../tenant-isolation.js';
import { createTestDatabase } from './test-database.js';

/** A migrated database in the hands of somebody whom row-level security binds, as in production. */
export interface OwnedTestDatabase {
  /** Of the owner of the schema, who is no superuser: for migrations. */
  readonly ownerUrl: string;
  /** Sees and may do everything: for what a test arranges and looks at. */
  readonly superuser: Database;
  /** Removes database and owner. */
  drop(): Promise<void>;
}

/** Gives the schema of the migrations, with its tables and functions, to a role of its own. */
export async function createOwnedTestDatabase(migrations: MigrationSet): Promise<OwnedTestDatabase> {
  const database = await createTestDatabase({ migrations: [migrations] });
  const owner = `owner_${randomBytes(6).toString('hex')}`;
  const schema = identifier(migrations.schema);
  const url = new URL(database.url);
  const superuser = openDatabase({ url: database.url, poolMax: 1, applicationName: 'superuser' });
  const run = (text: string) => superuser.query('hand over', text, [], { prepare: false });
  await run(`create role ${owner} login password '${owner}'`);
  await run(`grant create on database ${identifier(url.pathname.slice(1))} to ${owner}`);
  await run(`alter schema ${schema} owner to ${owner}`);
  await run(`do $$ declare each record; begin
    for each in select oid::regclass as name from pg_class where relnamespace = '${migrations.schema}'::regnamespace and relkind in ('r', 'p') loop
      execute format('alter table %s owner to ${owner}', each.name);
    end loop;
    for each in select oid::regprocedure as name from pg_proc where pronamespace = '${migrations.schema}'::regnamespace loop
      execute format('alter function %s owner to ${owner}', each.name);
    end loop; end $$`);
  url.username = owner;
  url.password = owner;
  return {
    ownerUrl: url.toString(),
    superuser,
    drop: async () => {
      await superuser.close();
      await database.drop();
      const anywhere = openDatabase({
        url: process.env['DATABASE_URL'] ?? '',
        poolMax: 1,
        applicationName: 'superuser',
      });
      await anywhere.query('drop owner', `drop role ${owner}`, [], { prepare: false });
      await anywhere.close();
    },
  };
}
