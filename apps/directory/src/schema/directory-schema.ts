import type { MigrationSet } from '@muster/persistence';
import { AddActivity1795430000000 } from './add-activity.js';
import { AddFormerUsers1795410000000 } from './add-former-users.js';
import { AddMemberStatistics1795460000000 } from './add-member-statistics.js';
import { AddNestedGroups1795440000000 } from './add-nested-groups.js';
import { AddRefusedRequests1795450000000 } from './add-refused-requests.js';
import { AddTenantSchemas1795420000000 } from './add-tenant-schemas.js';
import { CreateDirectoryTables1795400000000 } from './create-directory-tables.js';
import { DIRECTORY_ROLE, RELAY_ROLE } from './directory-roles.js';

/** Everything that makes and changes the schema `directory`, in order. */
export const directorySchema: MigrationSet = {
  schema: 'directory',
  migrations: [
    CreateDirectoryTables1795400000000,
    AddFormerUsers1795410000000,
    AddTenantSchemas1795420000000,
    AddActivity1795430000000,
    AddNestedGroups1795440000000,
    AddRefusedRequests1795450000000,
    AddMemberStatistics1795460000000,
  ],
  readers: [DIRECTORY_ROLE, RELAY_ROLE],
};
