import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { Database } from './database.js';
import { openDatabase } from './pooled-database.js';
import {
  assertSchemaIsCurrent,
  migrationStatus,
  planMigrations,
  runMigrations,
  undoLastMigration,
  type MigrationOptions,
} from './migrations.js';
import { createRoleIfMissing } from './tenant-isolation.js';
import { createTestDatabase, wherePostgres, type TestDatabase } from './testing/index.js';

class CreateShelf1790000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(createRoleIfMissing('library_reader'));
    await runner.query('create table library.shelf (id int primary key)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table library.shelf');
  }
}

class CreateBook1790000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'create table library.book (id int primary key, shelf_id int references library.shelf)',
    );
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table library.book');
  }
}

class BreakHalfWay1790000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table library.half (id int)');
    await runner.query('create table library.shelf (id int)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table library.half');
  }
}

const [shelf, book, half] = [
  'CreateShelf1790000000000',
  'CreateBook1790000000001',
  'BreakHalfWay1790000000002',
] as const;

wherePostgres(describe)('migrations', () => {
  let world: TestDatabase;
  const databases: Database[] = [];

  const options = (changes: Partial<MigrationOptions> = {}): MigrationOptions => ({
    url: world.url,
    schema: 'library',
    migrations: [CreateBook1790000000001, CreateShelf1790000000000],
    readers: ['library_reader'],
    ...changes,
  });
  const open = (role?: string): Database => {
    const database = openDatabase({ url: world.url, role, poolMax: 1, applicationName: 'migrations-spec' });
    databases.push(database);
    return database;
  };

  beforeEach(async () => {
    world = await createTestDatabase();
  });

  afterEach(async () => {
    await Promise.all(databases.splice(0).map((database) => database.close()));
    await world.drop();
  });

  it('run in the order of their times, are told beforehand, and run once', async () => {
    const lines: string[] = [];
    const report = (line: string): void => void lines.push(line);
    expect(await runMigrations(options({ report }))).toEqual([shelf, book]);
    expect(await runMigrations(options({ report }))).toEqual([]);
    expect(lines).toEqual([
      `to be run: ${shelf}, ${book}`,
      `ran ${shelf}`,
      `ran ${book}`,
      'nothing to be run',
    ]);
  });

  it('run once when several processes start them together', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => runMigrations(options())));
    expect(runs.flat().sort()).toEqual([book, shelf]);
    expect(await migrationStatus(options())).toEqual({ applied: [shelf, book], pending: [], unknown: [] });
  });

  it('stop at the one that fails, which leaves nothing behind', async () => {
    const failing = options({
      migrations: [CreateShelf1790000000000, CreateBook1790000000001, BreakHalfWay1790000000002],
    });
    await expect(runMigrations(failing)).rejects.toThrow('already exists');
    expect(await migrationStatus(failing)).toEqual({ applied: [shelf, book], pending: [half], unknown: [] });
    const { rows } = await open().query('half', "select to_regclass('library.half') as found");
    expect(rows).toEqual([{ found: null }]);
  });

  it('give up after a while instead of blocking behind a lock of the running system', async () => {
    await runMigrations(options({ migrations: [CreateShelf1790000000000] }));
    const blocked = open().transaction({ tenants: [] }, async (tx) => {
      await tx.query('hold', 'lock table library.shelf in access exclusive mode');
      await runMigrations(options({ lockTimeoutMs: 100 }));
    });
    await expect(blocked).rejects.toThrow('lock timeout');
    expect(await migrationStatus(options())).toMatchObject({ applied: [shelf], pending: [book] });
  });

  it('can be undone one by one', async () => {
    await runMigrations(options());
    expect(await undoLastMigration(options())).toMatchObject({ applied: [shelf], pending: [book] });
    expect(await undoLastMigration(options())).toMatchObject({ applied: [], pending: [shelf, book] });
    expect(await runMigrations(options())).toEqual([shelf, book]);
  });

  it('are planned without a database', async () => {
    const planned = await planMigrations(options({ url: 'postgresql://nobody@127.0.0.1:1/none' }));
    expect(planned.map(({ name }) => name)).toEqual([shelf, book]);
    expect(planned[1]?.statements).toEqual([
      'create table library.book (id int primary key, shelf_id int references library.shelf)',
    ]);
  });

  it('let a service start whose schema is the one it knows, and no other', async () => {
    const current = options();
    await expect(assertSchemaIsCurrent(open(), current)).rejects.toMatchObject({
      name: 'SchemaVersionError',
      message: `schema library is older than this version: migrations to be run first: ${shelf}, ${book}`,
    });
    await runMigrations(current);
    await expect(assertSchemaIsCurrent(open('library_reader'), current)).resolves.toBeUndefined();
    const older = options({ migrations: [CreateShelf1790000000000] });
    await expect(assertSchemaIsCurrent(open('library_reader'), older)).rejects.toThrow(
      `schema library is newer than this version, which does not know ${book}`,
    );
  });
});
