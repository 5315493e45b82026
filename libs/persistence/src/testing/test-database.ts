import { createHash, randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { advisoryKey } from '../advisory-lock.js';
import { planMigrations, runMigrations, type MigrationSet } from '../migrations.js';

export interface TestDatabaseOptions {
  /** A superuser's URL of any database of the server. Default: `DATABASE_URL`. */
  readonly adminUrl?: string | undefined;
  /** Schemas that the database starts with. The result is kept as a template, found again by the SQL of the migrations. */
  readonly migrations?: readonly MigrationSet[];
}

export interface TestDatabase {
  readonly name: string;
  /** The superuser's URL of this database. */
  readonly url: string;
  /**
   * Drops the database.
   * @throws Error naming the applications that still have connections to it after 2 s; it is dropped all the same
   */
  drop(): Promise<void>;
}

const leakPatienceMs = 2_000;
const pollMs = 25;

/** Makes a database of its own for a test file, by cloning a migrated template where it can: about 50 ms. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const adminUrl = options.adminUrl ?? process.env['DATABASE_URL'];
  if (adminUrl === undefined || adminUrl === '') {
    throw new Error(
      'integration tests need DATABASE_URL, a superuser of a real Postgres; `npm test` starts one',
    );
  }
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(adminUrl, async (admin) => {
    const template =
      options.migrations === undefined
        ? 'template0'
        : await migratedTemplate(adminUrl, admin, options.migrations);
    await admin.query(`create database ${name} template ${template}`);
  });
  return { name, url: databaseUrl(adminUrl, name), drop: () => dropDatabase(adminUrl, name) };
}

async function migratedTemplate(
  adminUrl: string,
  admin: Client,
  sets: readonly MigrationSet[],
): Promise<string> {
  const planned = await Promise.all(
    sets.map(async (set) => ({ schema: set.schema, readers: set.readers, sql: await planMigrations(set) })),
  );
  const digest = createHash('sha256').update(JSON.stringify(planned)).digest('hex').slice(0, 16);
  const template = `test_template_${digest}`;
  // Test files run side by side: the first one makes the template, the others wait for it.
  await admin.query('select pg_advisory_lock($1::bigint)', [advisoryKey(template)]);
  try {
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [template]);
    if (rowCount === 0) {
      const unfinished = `${template}_${randomBytes(4).toString('hex')}`;
      await admin.query(`create database ${unfinished} template template0`);
      for (const set of sets) await runMigrations({ ...set, url: databaseUrl(adminUrl, unfinished) });
      await untilUnused(admin, unfinished);
      await admin.query(`alter database ${unfinished} rename to ${template}`);
    }
    return template;
  } finally {
    await admin.query('select pg_advisory_unlock($1::bigint)', [advisoryKey(template)]);
  }
}

async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  await asAdmin(adminUrl, async (admin) => {
    const leaked = await untilUnused(admin, name);
    await admin.query(`drop database if exists ${name} with (force)`);
    if (leaked.length > 0)
      throw new Error(`connections to the test database were left open by: ${leaked.join(', ')}`);
  });
}

/** Waits until nobody is connected; resolves with the names of those that stay. */
async function untilUnused(admin: Client, name: string): Promise<string[]> {
  const deadline = Date.now() + leakPatienceMs;
  for (;;) {
    const { rows } = await admin.query<{ application_name: string }>(
      'select application_name from pg_stat_activity where datname = $1',
      [name],
    );
    if (rows.length === 0 || Date.now() > deadline)
      return rows.map((row) => row.application_name || 'unnamed');
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function asAdmin<Result>(adminUrl: string, work: (admin: Client) => Promise<Result>): Promise<Result> {
  const admin = new Client({ connectionString: adminUrl, application_name: 'test-database' });
  admin.on('error', () => undefined);
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

function databaseUrl(adminUrl: string, name: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}
