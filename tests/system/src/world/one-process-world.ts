import { parseDirectoryConfig, directorySchema, startDirectory } from '@muster/directory';
import { parseGatewayConfig, startGateway } from '@muster/gateway';
import { openInProcessEventLog, type EventLog } from '@muster/messaging';
import { createTestDatabase } from '@muster/persistence/testing';
import { createLogger } from '@muster/service';
import pg from 'pg';
import type { AdminDoor } from './musterctl.js';
import { ScimClient } from './scim-client.js';

/**
 * Gateway and directory as they are, in this process: over HTTP between them, an event log in memory, and a database of
 * their own. For what needs both and no crash; it starts in a second.
 */
export interface OneProcessWorld {
  readonly baseUrl: string;
  readonly admin: AdminDoor;
  /** As a superuser, past row-level security. */
  readonly database: pg.Pool;
  readonly eventLog: EventLog;
  newTenant(settings?: Readonly<Record<string, unknown>>): Promise<OneProcessTenant>;
  close(): Promise<void>;
}

export interface OneProcessTenant {
  readonly tenantId: string;
  readonly client: ScimClient;
  /** Changes settings by the admin API; the gateway knows within 3 s. */
  set(change: Readonly<Record<string, unknown>>): Promise<void>;
  /** Puts a registration of schemas and resource types; the gateway knows within 3 s. */
  registerSchemas(registration: object): Promise<void>;
}

const INTERNAL_TOKEN = 'the-service-credential-of-the-world-01';
const ADMIN_TOKEN = 'the-admin-credential-of-the-world-0001';
const BASE_PATH = '/scim/v2';
const COMMON = { MUSTER_ENV: 'test', PORT: '0', METRICS_PORT: '0', INTERNAL_TOKEN, LOG_LEVEL: 'silent' };

export async function openOneProcessWorld(): Promise<OneProcessWorld> {
  const database = await createTestDatabase({ migrations: [directorySchema] });
  const eventLog = openInProcessEventLog();
  const logger = createLogger({ service: 'world', level: 'silent' });
  const directory = await startDirectory(
    parseDirectoryConfig({
      ...COMMON,
      ADMIN_TOKEN,
      DATABASE_URL: database.url,
      TOKEN_PEPPER: 'the-pepper-of-the-world-is-long-enough',
      PUBLIC_BASE_URL: `https://muster.example${BASE_PATH}`,
    }),
    { eventLog, logger },
  );
  const gateway = await startGateway(
    parseGatewayConfig({
      ...COMMON,
      DIRECTORY_URL: directory.url,
      PUBLIC_BASE_URL: `https://muster.example${BASE_PATH}`,
    }),
    { eventLog, logger },
  );
  const baseUrl = `${gateway.url}${BASE_PATH}`;
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  const clients: ScimClient[] = [];
  const admin = adminOf(directory.url);
  return {
    baseUrl,
    admin: { adminUrl: directory.url, adminToken: ADMIN_TOKEN },
    database: pool,
    eventLog,
    newTenant: async (settings = {}) => {
      const { tenantId, token } = await admin('POST', '', {
        name: `tenant-${clients.length}`,
        anyDomain: true,
      });
      if (Object.keys(settings).length > 0) await admin('PATCH', `/${String(tenantId)}`, { settings });
      const client = new ScimClient({ baseUrl, token: String(token) });
      clients.push(client);
      return {
        tenantId: String(tenantId),
        client,
        registerSchemas: async (registration) => {
          await admin('PUT', `/${String(tenantId)}/schemas`, registration);
        },
        set: async ({ anyDomain, ...chosen }) => {
          await admin('PATCH', `/${String(tenantId)}`, {
            ...(anyDomain === undefined ? {} : { anyDomain }),
            ...(Object.keys(chosen).length === 0 ? {} : { settings: chosen }),
          });
        },
      };
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await gateway.close();
      await directory.close();
      await eventLog.close();
      await pool.end();
      await database.drop();
    },
  };
}

/** Calls of the admin API about tenants; one that is refused fails. */
function adminOf(url: string) {
  return async (method: string, path: string, body: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${url}/admin/tenants${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
}
