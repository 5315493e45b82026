import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, wherePostgres, type TestDatabase } from '@muster/persistence/testing';
import { createLogger } from '@muster/service';
import { createMetrics } from '@muster/telemetry';
import { parseDirectoryConfig } from './config.js';
import { openDatabases, type DirectoryDatabases } from './open-databases.js';
import { directorySchema } from './schema/directory-schema.js';

wherePostgres(describe)('the pools of the directory', () => {
  let world: TestDatabase;
  let databases: DirectoryDatabases;

  beforeAll(async () => {
    world = await createTestDatabase({ migrations: [directorySchema] });
    const config = parseDirectoryConfig({
      DATABASE_URL: world.url,
      INTERNAL_TOKEN: 'i'.repeat(32),
      ADMIN_TOKEN: 'a'.repeat(32),
      TOKEN_PEPPER: 'p'.repeat(32),
    });
    const logger = createLogger({ service: 'directory', level: 'silent' });
    databases = openDatabases(config, logger, createMetrics('directory', { processMetrics: false }));
  });

  afterAll(async () => {
    await databases?.close();
    await world?.drop();
  });

  // A write names every row that it touches; a scan may well want to hash what it reads.
  it.each([
    ['apply', 'muster_directory', 'off'],
    ['applyHeavy', 'muster_directory', 'off'],
    ['main', 'muster_directory', 'on'],
    ['scan', 'muster_directory', 'on'],
    ['relay', 'muster_relay', 'on'],
  ] as const)('%s works as %s, with hash joins %s', async (name, role, hashJoins) => {
    const { rows } = await databases[name].query(
      'settings',
      `select current_user as role, current_setting('enable_hashjoin') as "hashJoins", current_setting('enable_mergejoin') as "mergeJoins"`,
    );
    expect(rows).toEqual([{ role, hashJoins, mergeJoins: hashJoins }]);
  });
});
