import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  defaultCacheDir,
  provideKafkaRequirements,
  startStack,
  type RunningStack,
  type StartStackOptions,
} from '@muster/stack';
import { describe } from '@jest/globals';
import pg from 'pg';
import { openLogTap, type LogTap } from './log-tap.js';
import { ScimClient } from './scim-client.js';

/** A stack with all its processes, and the ways to look at it from outside. One per file, since a file kills its processes. */
export interface SystemWorld {
  readonly stack: RunningStack;
  /** As a superuser, past row-level security. */
  readonly database: pg.Pool;
  readonly tap: LogTap;
  newTenant(options?: NewTenant): Promise<TestTenant>;
  close(): Promise<void>;
}

export interface NewTenant {
  readonly domains?: readonly string[];
}

export interface TestTenant {
  readonly tenantId: string;
  readonly tokenId: string;
  readonly token: string;
  readonly client: ScimClient;
}

const ROOT = join(import.meta.dirname, '../../../..');
/** Mails of a test come at once, and every failure is soon in one. */
const QUICK_MAILS = {
  GROUP_WAIT_MS: '200',
  QUIET_PERIOD_MS: '500',
  MAIL_POLL_MS: '50',
  MAIL_LEASE_MS: '3000',
  MAIL_RETRY_SCALE: '0.001',
};

const kafka = await provideKafkaRequirements({ cacheDir: defaultCacheDir() });
if (!kafka.available && process.env['REQUIRE_KAFKA'] === '1') {
  throw new Error(`REQUIRE_KAFKA is set, but there is ${kafka.missing}`);
}

/** Several processes need a broker between them: without one these tests are skipped, and the name says why. */
export function describeSystem(name: string, tests: () => void): void {
  if (kafka.available) describe(name, tests);
  else describe.skip(`${name} (${kafka.missing})`, tests);
}

export async function startWorld(options: StartStackOptions = {}): Promise<SystemWorld> {
  if (!existsSync(join(ROOT, 'apps/directory/dist/main.js')))
    throw new Error('these tests run the built programs: npm run build');
  const { serviceEnv = {}, ...others } = options;
  const stack = await startStack({
    deathsMax: 1_000,
    demoTenant: false,
    ...others,
    serviceEnv: { ...serviceEnv, notifier: { ...QUICK_MAILS, ...serviceEnv.notifier } },
  });
  const { databaseUrl, kafkaBrokers, adminUrl, adminToken, ports } = stack.state();
  const database = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  // A killed server breaks idle connections; the pool makes new ones.
  database.on('error', () => undefined);
  const tap = await openLogTap(kafkaBrokers ?? '');
  const baseUrl = `http://127.0.0.1:${ports.scim}/scim/v2`;
  const clients: ScimClient[] = [];
  return {
    stack,
    database,
    tap,
    newTenant: async ({ domains = ['example.com'] } = {}) => {
      const notification = { email: 'admin@customer.example', enabled: true };
      const body = JSON.stringify({ name: `tenant-${clients.length}`, domains, notification });
      const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
      const signal = AbortSignal.timeout(10_000);
      const response = await fetch(`${adminUrl}/admin/tenants`, { method: 'POST', headers, body, signal });
      if (response.status !== 201)
        throw new Error(`no tenant was made: ${response.status} ${await response.text()}`);
      const tenant = (await response.json()) as Omit<TestTenant, 'client'>;
      const client = new ScimClient({ baseUrl, token: tenant.token });
      clients.push(client);
      return { ...tenant, client };
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await tap.close();
      await database.end();
      await stack.stop();
    },
  };
}
