import type { MigrationSet } from '@muster/persistence';
import { CreateDirectoryTables1795400000000 } from './create-directory-tables.js';
import { DIRECTORY_ROLE, RELAY_ROLE } from './directory-roles.js';

/** Everything that makes and changes the schema `directory`, in order. */
export const directorySchema: MigrationSet = {
  schema: 'directory',
  migrations: [CreateDirectoryTables1795400000000],
  readers: [DIRECTORY_ROLE, RELAY_ROLE],
};
