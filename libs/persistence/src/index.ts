export { DatabaseError, classifyDatabaseError, isRetryable } from './database-error.js';
export type { DatabaseErrorKind } from './database-error.js';
export { openDatabase } from './pooled-database.js';
export type {
  Database,
  DatabaseOptions,
  PoolStatistics,
  Session,
  SqlResult,
  SqlRow,
  SqlValue,
  StatementOptions,
  Transaction,
  TransactionOptions,
} from './database.js';
export {
  createRoleIfMissing,
  disableTenantIsolation,
  enableTenantIsolation,
  tenantSetting,
} from './tenant-isolation.js';
