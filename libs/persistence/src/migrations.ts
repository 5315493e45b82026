import 'reflect-metadata';
import { isNativeError } from 'node:util/types';
import { Client } from 'pg';
import { DataSource, type Logger as TypeOrmLogger, type MigrationInterface, type QueryRunner } from 'typeorm';
import { connectionConfig } from './connection-config.js';
import type { Session } from './database.js';
import { identifier } from './tenant-isolation.js';

/** The migrations of one schema, which a service ships with its code. */
export interface MigrationSet {
  /** Made when it is not there; holds the list of what has been applied, too. */
  readonly schema: string;
  /** In any order: the time in a class's name (`CreateUsers1790000000000`) orders them. */
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** Default `migrations`. */
  readonly migrationsTable?: string;
  /** Roles that may read the list, so that a service under its role can compare it with what it knows. */
  readonly readers?: readonly string[];
}

export interface MigrationOptions extends MigrationSet {
  /** A login that owns the schema or may create it. */
  readonly url: string;
  /** How long one statement may wait for a lock that the running system holds. Default 5,000. */
  readonly lockTimeoutMs?: number;
  /** Default 300,000. */
  readonly statementTimeoutMs?: number;
  /** How long to wait for another migration that is under way. Default 60,000. */
  readonly waitForOtherMs?: number;
  /** Told what will be done and what was done, line by line. */
  readonly report?: (line: string) => void;
}

export interface MigrationStatus {
  readonly applied: readonly string[];
  /** Known to the code, not yet in the database. */
  readonly pending: readonly string[];
  /** In the database, not known to the code: the code is older than the schema. */
  readonly unknown: readonly string[];
}

export interface PlannedMigration {
  readonly name: string;
  /** The SQL that it sends. */
  readonly statements: readonly string[];
}

/** The schema is older or newer than the code; starting would break on the first statement, or silently later. */
export class SchemaVersionError extends Error {
  override readonly name = 'SchemaVersionError';

  constructor(
    readonly schema: string,
    readonly status: MigrationStatus,
  ) {
    const { pending, unknown } = status;
    const older = `is older than this version: migrations to be run first: ${pending.join(', ')}`;
    const newer = `is newer than this version, which does not know ${unknown.join(', ')}`;
    super(
      `schema ${schema} ${[pending.length > 0 && older, unknown.length > 0 && newer].filter(Boolean).join('; and ')}`,
    );
  }
}

/** One key for every migration on a server's database: two of them never run at the same time. */
const migrationLockKey = 7_161_420_001;
const lockPollMs = 100;

const ignore = (): void => undefined;
/** TypeORM prints failures to standard output whatever `logging` says; ours are thrown and reported. */
const silentLogger: TypeOrmLogger = {
  logQuery: ignore,
  logQueryError: ignore,
  logQuerySlow: ignore,
  logSchemaBuild: ignore,
  logMigration: ignore,
  log: ignore,
};

/** Opens TypeORM's data source for migrations. The caller destroys it. */
export async function openMigrationDataSource(options: MigrationOptions): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: options.url,
    schema: identifier(options.schema),
    migrations: [...options.migrations],
    migrationsTableName: identifier(options.migrationsTable ?? 'migrations'),
    migrationsTransactionMode: 'each',
    entities: [],
    synchronize: false,
    logger: silentLogger,
    applicationName: `migrate-${options.schema}`,
    extra: {
      max: 2,
      options: `-c lock_timeout=${options.lockTimeoutMs ?? 5_000} -c statement_timeout=${options.statementTimeoutMs ?? 300_000}`,
    },
  });
  return dataSource.initialize();
}

/**
 * Runs what is pending, one transaction per migration, while no other migration runs; resolves with the names of what it
 * ran. Safe to be started by several processes at once.
 * @throws the error of the migration that failed; those before it stay applied
 */
export async function runMigrations(options: MigrationOptions): Promise<readonly string[]> {
  return underMigrationLock(options, async (client) => {
    await client.query(`create schema if not exists ${identifier(options.schema)}`);
    const dataSource = await openMigrationDataSource(options);
    try {
      const { pending } = await statusOf(options, (sql) => client.query<{ name: string }>(sql));
      options.report?.(pending.length === 0 ? 'nothing to be run' : `to be run: ${pending.join(', ')}`);
      const run = await dataSource.runMigrations({ transaction: 'each' });
      for (const { name } of run) options.report?.(`ran ${name}`);
      await grantReading(client, options);
      return run.map(({ name }) => name);
    } finally {
      await dataSource.destroy();
    }
  });
}

/** Undoes the migration that was applied last; resolves with what is applied then. */
export async function undoLastMigration(options: MigrationOptions): Promise<MigrationStatus> {
  return underMigrationLock(options, async (client) => {
    const dataSource = await openMigrationDataSource(options);
    try {
      await dataSource.undoLastMigration({ transaction: 'each' });
    } finally {
      await dataSource.destroy();
    }
    return statusOf(options, (sql) => client.query<{ name: string }>(sql));
  });
}

/** What is applied, pending and unknown, read with the login of the migrations. */
export async function migrationStatus(options: MigrationOptions): Promise<MigrationStatus> {
  const client = new Client(
    connectionConfig({ url: options.url, applicationName: 'migration-status', settings: {} }),
  );
  await client.connect();
  try {
    return await statusOf(options, (sql) => client.query<{ name: string }>(sql));
  } finally {
    await client.end();
  }
}

/** The SQL of every migration of a set, in order, without a database. Holds for migrations that only send SQL. */
export async function planMigrations(set: MigrationSet): Promise<readonly PlannedMigration[]> {
  const planned: PlannedMigration[] = [];
  for (const migration of inOrder(set)) {
    const statements: string[] = [];
    const recorder = { query: (sql: string) => Promise.resolve(void statements.push(sql)) };
    await migration.instance.up(recorder as unknown as QueryRunner);
    planned.push({ name: migration.name, statements });
  }
  return planned;
}

/**
 * Compares the database with the code, over the service's own connection.
 * @throws SchemaVersionError when they differ
 */
export async function assertSchemaIsCurrent(session: Session, set: MigrationSet): Promise<void> {
  const status = await statusOf(set, (sql) =>
    session.query<{ name: string }>('migrations.list', sql, [], { prepare: false }),
  );
  if (status.pending.length > 0 || status.unknown.length > 0)
    throw new SchemaVersionError(set.schema, status);
}

async function statusOf(
  set: MigrationSet,
  query: (sql: string) => Promise<{ rows: { name: string }[] }>,
): Promise<MigrationStatus> {
  const known = inOrder(set).map(({ name }) => name);
  const applied = await appliedNames(set, query);
  return {
    applied,
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

const undefinedTable = '42P01';
const undefinedSchema = '3F000';

async function appliedNames(
  set: MigrationSet,
  query: (sql: string) => Promise<{ rows: { name: string }[] }>,
): Promise<string[]> {
  try {
    const { rows } = await query(`select name from ${migrationsTableOf(set)} order by id`);
    return rows.map(({ name }) => name);
  } catch (error) {
    const code: unknown = isNativeError(error) ? Reflect.get(error, 'code') : undefined;
    if (code === undefinedTable || code === undefinedSchema) return [];
    throw error;
  }
}

function inOrder(set: MigrationSet): { readonly name: string; readonly instance: MigrationInterface }[] {
  return set.migrations
    .map((MigrationClass) => {
      const instance = new MigrationClass();
      return { name: instance.name ?? MigrationClass.name, instance };
    })
    .sort((a, b) => timeOf(a.name) - timeOf(b.name));
}

function timeOf(name: string): number {
  const time = Number(name.slice(-13));
  if (!Number.isSafeInteger(time))
    throw new RangeError(`migration ${name}: the name ends with a time of 13 digits`);
  return time;
}

function migrationsTableOf(set: MigrationSet): string {
  return `${identifier(set.schema)}.${identifier(set.migrationsTable ?? 'migrations')}`;
}

async function grantReading(client: Client, set: MigrationSet): Promise<void> {
  for (const role of set.readers ?? []) {
    await client.query(`grant usage on schema ${identifier(set.schema)} to ${identifier(role)}`);
    await client.query(`grant select on ${migrationsTableOf(set)} to ${identifier(role)}`);
  }
}

async function underMigrationLock<Result>(
  options: MigrationOptions,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client(
    connectionConfig({ url: options.url, applicationName: 'migration-lock', settings: {} }),
  );
  client.on('error', () => undefined);
  await client.connect();
  try {
    await lockOrGiveUp(client, options.waitForOtherMs ?? 60_000);
    return await work(client);
  } finally {
    // Ends the session, and with it the lock.
    await client.end();
  }
}

async function lockOrGiveUp(client: Client, waitMs: number): Promise<void> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [
      migrationLockKey,
    ]);
    if (rows[0]?.locked === true) return;
    if (Date.now() > deadline)
      throw new Error(`another migration has been running for more than ${waitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, lockPollMs));
  }
}
