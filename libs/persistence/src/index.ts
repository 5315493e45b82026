export { AdvisoryLock } from './advisory-lock.js';
export type { AdvisoryLockOptions } from './advisory-lock.js';
export { DatabaseError, classifyDatabaseError, isRetryable } from './database-error.js';
export type { DatabaseErrorKind } from './database-error.js';
export { Inbox, createInboxTable } from './inbox.js';
export {
  SchemaVersionError,
  assertSchemaIsCurrent,
  migrationStatus,
  openMigrationDataSource,
  planMigrations,
  runMigrations,
  undoLastMigration,
} from './migrations.js';
export type { MigrationOptions, MigrationSet, MigrationStatus, PlannedMigration } from './migrations.js';
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
