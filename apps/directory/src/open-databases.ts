import { openDatabase, type Database } from '@muster/persistence';
import type { Logger } from '@muster/service';
import type { Metrics } from '@muster/telemetry';
import type { DirectoryConfig } from './config.js';
import { QUERY_MS_MAX } from './queries/application/query-deadline.js';
import { RELAY_ROLE } from './schema/directory-roles.js';

/** One pool for each kind of work, so that none can take the connections of another. */
export interface DirectoryDatabases {
  /** Reads by index, the registry, outcomes. */
  readonly main: Database;
  /** Queries that look at every resource of a tenant. */
  readonly scan: Database;
  /** The batch transactions of the main lane and of the heavy lane. */
  readonly apply: Database;
  readonly applyHeavy: Database;
  readonly relay: Database;
  close(): Promise<void>;
}

/** Each lane has one transaction at a time; beside it sizes of groups are looked up, and members are counted anew. */
const LANE_POOL_MAX = 2;
/** One relay reads while another deletes, and somebody measures. */
const RELAY_POOL_MAX = 3;
/** Scans that may wait: what comes on top is told to come again. */
const SCANS_WAITING_MAX = 20;

/** Opens no connection before it is needed. */
export function openDatabases(
  config: Readonly<DirectoryConfig>,
  logger: Logger,
  metrics: Metrics,
): DirectoryDatabases {
  const open = (
    name: string,
    poolMax: number,
    more: { role?: string; statementTimeoutMs?: number; waitingMax?: number } = {},
  ) =>
    openDatabase({
      url: config.databaseUrl,
      role: config.databaseRole,
      poolMax,
      applicationName: name,
      metrics,
      onConnectionLost: (err) =>
        logger.warn({ err, component: name }, 'a connection to the database was lost'),
      ...more,
    });
  const databases = {
    main: open('directory', config.databasePoolMax),
    scan: open('directory-scan', config.scanPoolMax, {
      statementTimeoutMs: QUERY_MS_MAX,
      waitingMax: SCANS_WAITING_MAX,
    }),
    apply: open('directory-apply', LANE_POOL_MAX),
    applyHeavy: open('directory-apply-heavy', LANE_POOL_MAX),
    relay: open('directory-relay', RELAY_POOL_MAX, { role: RELAY_ROLE }),
  };
  return {
    ...databases,
    close: async () => void (await Promise.all(Object.values(databases).map((database) => database.close()))),
  };
}
