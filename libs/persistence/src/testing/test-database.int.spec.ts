import { afterAll, describe, expect, it } from '@jest/globals';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { openDatabase } from '../pooled-database.js';
import { createTestDatabase, wherePostgres, type TestDatabase } from './index.js';

class CreateThing1790000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table spec.thing (id int)');
    await runner.query('insert into spec.thing values (1)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table spec.thing');
  }
}
const migrations = [{ schema: 'spec', migrations: [CreateThing1790000000000] }];

wherePostgres(describe)('a test database', () => {
  const made: TestDatabase[] = [];
  const create = async (): Promise<TestDatabase> => {
    const database = await createTestDatabase({ migrations });
    made.push(database);
    return database;
  };
  const rowsOf = async (world: TestDatabase, sql: string): Promise<unknown[]> => {
    const database = openDatabase({ url: world.url, poolMax: 1, applicationName: 'test-database-spec' });
    try {
      return (await database.query('rows', sql)).rows;
    } finally {
      await database.close();
    }
  };

  afterAll(async () => {
    await Promise.all(made.map((world) => world.drop()));
  });

  it('is made many times at once, migrated, and each is its own world', async () => {
    const worlds = await Promise.all([create(), create(), create()]);
    expect(new Set(worlds.map(({ name }) => name)).size).toBe(3);
    await rowsOf(worlds[0], 'insert into spec.thing values (2)');
    expect(await rowsOf(worlds[0], 'select id from spec.thing order by id')).toEqual([{ id: 1 }, { id: 2 }]);
    expect(await rowsOf(worlds[1], 'select id from spec.thing order by id')).toEqual([{ id: 1 }]);
  });

  it('tells who left a connection open, and is gone all the same', async () => {
    const world = await createTestDatabase();
    const leak = openDatabase({ url: world.url, poolMax: 1, applicationName: 'forgetful' });
    try {
      await leak.check();
      await expect(world.drop()).rejects.toThrow('forgetful');
      await expect(leak.check()).rejects.toMatchObject({ name: 'DatabaseError' });
    } finally {
      await leak.close();
    }
  });
});
