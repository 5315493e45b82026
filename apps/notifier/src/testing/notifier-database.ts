import { openDatabase, type Database } from '@muster/persistence';
import { createTestDatabase } from '@muster/persistence/testing';
import { NOTIFIER_ROLE, notifierSchema } from '../schema/notifier-schema.js';

export interface NotifierDatabase {
  /** As the service sees it: under its role. */
  readonly database: Database;
  /** The superuser's URL, for `DATABASE_URL`. */
  readonly url: string;
  drop(): Promise<void>;
}

/** A migrated database of its own for one test file. */
export async function openNotifierDatabase(): Promise<NotifierDatabase> {
  const test = await createTestDatabase({ migrations: [notifierSchema] });
  const database = openDatabase({
    url: test.url,
    role: NOTIFIER_ROLE,
    poolMax: 8,
    applicationName: 'notifier-test',
  });
  return {
    database,
    url: test.url,
    drop: async () => {
      await database.close();
      await test.drop();
    },
  };
}
