import { setTimeout as delay } from 'node:timers/promises';
import {
  COMMANDS_TOPIC,
  directoryPaths,
  encodeCommand,
  hashBearerToken,
  type CommandMessage,
  type LookUpOutcomesResponse,
  type Outcome,
  type ResolveCredentialResponse,
  type TenantId,
  type TokenId,
} from '@muster/contracts';
import { openInProcessEventLog, type EventLog, type RecordAppender } from '@muster/messaging';
import { openDatabase, type Database } from '@muster/persistence';
import { createTestDatabase, type TestDatabase } from '@muster/persistence/testing';
import { createLogger } from '@muster/service';
import { createMetrics } from '@muster/telemetry';
import { parseDirectoryConfig } from '../config.js';
import { directorySchema } from '../schema/directory-schema.js';
import { startDirectory, type Directory } from '../start-directory.js';

export const INTERNAL_TOKEN = 'the-service-credential-of-the-spec-0001';
export const ADMIN_TOKEN = 'the-admin-credential-of-the-spec-000001';
export const SCIM_URL = 'https://muster.example/scim/v2';

export interface Answer<Body = Readonly<Record<string, unknown>>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface WorldTenant {
  readonly tenantId: TenantId;
  readonly tokenId: TokenId;
  readonly name: string;
  readonly token: string;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A whole directory over HTTP, on a database of its own, with the event log in memory. */
export class DirectoryWorld {
  private tenants = 0;

  private constructor(
    private readonly database: TestDatabase,
    /** The owner of the tables, whom no role binds: to look, and to store what no request can. */
    readonly owner: Database,
    readonly directory: Directory,
    private readonly eventLog: EventLog,
    private readonly commands: RecordAppender,
  ) {}

  static async open(): Promise<DirectoryWorld> {
    const database = await createTestDatabase({ migrations: [directorySchema] });
    const eventLog = openInProcessEventLog();
    const directory = await startDirectory(parseDirectoryConfig(environmentOf(database.url)), {
      eventLog,
      logger: createLogger({ service: 'directory', level: 'silent' }),
      metrics: createMetrics('directory', { processMetrics: false }),
    });
    const world = new DirectoryWorld(
      database,
      openDatabase({ url: database.url, poolMax: 4, applicationName: 'owner' }),
      directory,
      eventLog,
      await eventLog.openAppender({ name: 'spec' }),
    );
    await eventually(
      'the directory is ready',
      async () => (await fetch(`${directory.operationsUrl}/readyz`)).status === 200,
    );
    return world;
  }

  async close(): Promise<void> {
    await this.directory.close();
    await this.eventLog.close();
    await this.owner.close();
    await this.database.drop();
  }

  admin<Body = Readonly<Record<string, unknown>>>(
    method: Method,
    path: string,
    body?: unknown,
  ): Promise<Answer<Body>> {
    return this.call(method, `/admin/tenants${path}`, ADMIN_TOKEN, body);
  }

  internal<Body = Readonly<Record<string, unknown>>>(
    method: Method,
    path: string,
    body?: unknown,
  ): Promise<Answer<Body>> {
    return this.call(method, path, INTERNAL_TOKEN, body);
  }

  async call<Body>(
    method: Method,
    path: string,
    credential: string | null,
    body?: unknown,
  ): Promise<Answer<Body>> {
    const response = await fetch(`${this.directory.url}${path}`, {
      method,
      headers: {
        ...(credential === null ? {} : { authorization: `Bearer ${credential}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? {} : JSON.parse(text)) as Body,
    };
  }

  async tenant(more: Readonly<Record<string, unknown>> = {}): Promise<WorldTenant> {
    this.tenants += 1;
    const { body } = await this.admin<WorldTenant>('POST', '', {
      name: `tenant ${this.tenants}`,
      anyDomain: true,
      ...more,
    });
    return body;
  }

  async resolve(token: string): Promise<ResolveCredentialResponse> {
    const request = { tokenHash: hashBearerToken(token) };
    const { body } = await this.internal<ResolveCredentialResponse>(
      'POST',
      directoryPaths.resolveCredential,
      request,
    );
    return body;
  }

  /** Puts commands into the log, as the gateway does. */
  async publish(...commands: readonly CommandMessage[]): Promise<void> {
    const time = new Date().toISOString();
    await this.commands.append(
      commands.map((command) => ({ topic: COMMANDS_TOPIC, ...encodeCommand(command, time) })),
    );
  }

  /** Publishes a command and waits for what becomes of it. */
  async apply(command: CommandMessage): Promise<Outcome> {
    await this.publish(command);
    return eventually(`${command.type} is decided`, async () => {
      const { body } = await this.internal<LookUpOutcomesResponse>('POST', directoryPaths.lookUpOutcomes, {
        commands: [{ commandId: command.commandId, tenantId: command.tenantId }],
      });
      return body.outcomes[0]?.outcome;
    });
  }
}

function environmentOf(databaseUrl: string): Record<string, string> {
  return {
    MUSTER_ENV: 'test',
    PORT: '0',
    METRICS_PORT: '0',
    DATABASE_URL: databaseUrl,
    INTERNAL_TOKEN,
    ADMIN_TOKEN,
    TOKEN_PEPPER: 'the-pepper-of-the-spec-is-long-enough',
    PUBLIC_BASE_URL: SCIM_URL,
    DATABASE_POOL_MAX: '8',
  };
}

/** Looks until there is something to be seen; fails after 20 s, naming what did not come. */
export async function eventually<Seen>(
  what: string,
  look: () => Promise<Seen>,
): Promise<NonNullable<Exclude<Seen, false>>> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false)
      return seen as NonNullable<Exclude<Seen, false>>;
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await delay(10);
  }
}
