export { createOwnedTestDatabase } from './owned-test-database.js';
export type { OwnedTestDatabase } from './owned-test-database.js';
export { startPausingProxy } from './pausing-proxy.js';
export type { PausingProxy } from './pausing-proxy.js';
export { createTestDatabase } from './test-database.js';
export type { TestDatabase, TestDatabaseOptions } from './test-database.js';
export { wherePostgres } from './where-postgres.js';
