import type { Logger } from '@muster/service';
import type { Database } from '@muster/persistence';
import { v7 as uuidV7 } from 'uuid';
import { PostgresActivityLog } from './activity/adapters/postgres/postgres-activity-log.js';
import { PostgresRefusedRequests } from './activity/adapters/postgres/postgres-refused-requests.js';
import type { ActivityLog } from './activity/application/activity-log.js';
import type { RefusedRequests } from './activity/application/refused-requests.js';
import type { DirectoryConfig } from './config.js';
import type { InternalRoute } from './http/internal-route.js';
import { operationRoutes } from './operations/adapters/http/operation-routes.js';
import { PostgresOperationStore } from './operations/adapters/postgres/postgres-operation-store.js';
import { PartitionUpkeep } from './operations/application/partition-upkeep.js';
import { queryRoutes } from './queries/adapters/http/query-routes.js';
import { PostgresResourceReader } from './queries/adapters/postgres/postgres-resource-reader.js';
import { listEverythingInTime } from './queries/application/list-everything-in-time.js';
import { ResourceLister } from './queries/application/list-resources.js';
import { credentialRoutes } from './tenants/adapters/http/credential-routes.js';
import { schemaRoutes } from './tenants/adapters/http/schema-routes.js';
import { PostgresSchemaRegistry } from './tenants/adapters/postgres/postgres-schema-registry.js';
import { PostgresTenantRegistry } from './tenants/adapters/postgres/postgres-tenant-registry.js';
import type { KnownSchemas } from './tenants/application/known-schemas.js';
import { CredentialResolver } from './tenants/application/resolve-credential.js';
import { SchemaAdministration } from './tenants/application/schema-administration.js';
import { TenantAdministration } from './tenants/application/tenant-administration.js';
import { TokenUsage } from './tenants/application/token-usage.js';

export interface DirectoryParts {
  readonly config: Readonly<DirectoryConfig>;
  readonly database: Database;
  readonly scanDatabase: Database;
  readonly schemas: KnownSchemas;
  readonly logger: Logger;
}

/** The slices that answer requests, over their adapters. */
export interface AssembledDirectory {
  readonly administration: TenantAdministration;
  readonly activity: ActivityLog;
  readonly refusedRequests: RefusedRequests;
  readonly schemaAdministration: SchemaAdministration;
  readonly routes: readonly InternalRoute[];
  readonly upkeep: PartitionUpkeep;
  readonly tokenUsage: TokenUsage;
}

/** Brings ports and adapters together. Opens nothing and starts nothing but the timer of token usage. */
export function assembleDirectory({
  config,
  database,
  scanDatabase,
  schemas,
  logger,
}: DirectoryParts): AssembledDirectory {
  const { tokenPepper } = config;
  const now = (): Date => new Date();
  const registry = new PostgresTenantRegistry(database);
  const schemaRegistry = new PostgresSchemaRegistry(database, schemas);
  const operations = new PostgresOperationStore(database);
  const reader = new PostgresResourceReader({ database, scanDatabase });
  const cursors = { cursorSecret: tokenPepper, now: () => Date.now() };
  const lister = new ResourceLister({ reader, ...cursors });
  const tokenUsage = new TokenUsage({
    store: registry,
    onProblem: (err) => logger.warn({ err }, 'the use of tokens could not be noted'),
  });
  const resolver = new CredentialResolver({ lookup: registry, usage: tokenUsage, tokenPepper, now });
  return {
    administration: new TenantAdministration({ registry, tokenPepper, now, newId: uuidV7 }),
    activity: new PostgresActivityLog(scanDatabase),
    refusedRequests: new PostgresRefusedRequests(database, config.activityRetentionDays),
    schemaAdministration: new SchemaAdministration({
      tenants: registry,
      registry: schemaRegistry,
      known: schemas,
      now,
    }),
    routes: [
      ...credentialRoutes(resolver, registry),
      ...schemaRoutes(schemaRegistry),
      ...operationRoutes(operations, now),
      ...queryRoutes({
        reader,
        lister,
        listEverything: listEverythingInTime({ lister, reader, ...cursors }),
        typesBy: async (tenantId, digest) =>
          (await schemas.find(tenantId, digest, (...which) => schemaRegistry.read(...which)))?.types ?? null,
      }),
    ],
    upkeep: new PartitionUpkeep({
      store: operations,
      retentionDays: config.activityRetentionDays,
      onDone: ({ made, dropped }) =>
        logger.info({ count: made + dropped }, 'partitions of operations are in order'),
      onProblem: (err) => logger.warn({ err }, 'partitions of operations could not be put in order'),
    }),
    tokenUsage,
  };
}
