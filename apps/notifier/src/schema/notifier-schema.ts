import type { MigrationSet } from '@muster/persistence';
import { CoverOwnResources1795420000000 } from './cover-own-resources.js';
import { CreateNotifierTables1795400000000 } from './create-notifier-tables.js';
import { RememberMailedTenants1795400100000 } from './remember-mailed-tenants.js';

/** The role that the service takes on: it owns nothing and sees only the tenants that a transaction lists. */
export const NOTIFIER_ROLE = 'muster_notifier';

export const notifierSchema: MigrationSet = {
  schema: 'notifier',
  migrations: [
    CreateNotifierTables1795400000000,
    RememberMailedTenants1795400100000,
    CoverOwnResources1795420000000,
  ],
  readers: [NOTIFIER_ROLE],
};
