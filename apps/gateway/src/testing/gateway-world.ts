import {
  defaultTenantSettings,
  generateBearerToken,
  topicContracts,
  type DomainPolicy,
  type TenantId,
  type TenantSettings,
  type TenantState,
  type TokenId,
} from '@muster/contracts';
import { openInProcessEventLog, type EventLog, type ReceivedRecord } from '@muster/messaging';
import { createLogger } from '@muster/service';
import { createMetrics } from '@muster/telemetry';
import { v7 as uuidV7 } from 'uuid';
import { parseGatewayConfig } from '../config.js';
import { startGateway, type Gateway, type GatewayOverrides } from '../start-gateway.js';
import { ScriptedDirectory } from './scripted-directory.js';

export interface TenantOptions {
  readonly domainPolicy?: DomainPolicy;
  readonly settings?: Partial<TenantSettings>;
  readonly state?: TenantState;
  /** What it registers beside the standard schemas. */
  readonly registration?: unknown;
}

export interface SampleTenant {
  readonly tenantId: TenantId;
  readonly token: string;
}

/** A SCIM response with its body parsed. */
export interface ScimResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ScimRequest {
  readonly method?: string;
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The real gateway over the real in-process log, with a scripted directory behind it. */
export interface GatewayWorld {
  readonly gateway: Gateway;
  readonly directory: ScriptedDirectory;
  readonly eventLog: EventLog;
  readonly failures: readonly ReceivedRecord[];
  /** `tenant` is told where it was made before the world. */
  addTenant(options?: TenantOptions, tenant?: SampleTenant): SampleTenant;
  /** `path` is below the base path, such as `/Users`. */
  scim(path: string, request?: ScimRequest): Promise<ScimResponse>;
  /** Creates a resource and resolves with its id. */
  create(path: string, token: string, body: object): Promise<string>;
  ready(): Promise<void>;
  close(): Promise<void>;
}

const BASE_PATH = '/scim/v2';

export async function startGatewayWorld(
  overrides: GatewayOverrides = {},
  env: Readonly<Record<string, string>> = {},
): Promise<GatewayWorld> {
  const eventLog = overrides.eventLog ?? openInProcessEventLog();
  await eventLog.createTopics(topicContracts);
  const { directory, close: closeDirectory } = await ScriptedDirectory.start(eventLog);
  const failures: ReceivedRecord[] = [];
  const failureReader = await readFailures(eventLog, failures);
  const config = parseGatewayConfig({
    PORT: '0',
    METRICS_PORT: '0',
    DIRECTORY_URL: directory.url,
    INTERNAL_TOKEN: 'an-internal-token-of-32-characters!',
    PUBLIC_BASE_URL: 'https://scim.example.test/scim/v2',
    INSTANCE_ID: `gateway-${uuidV7()}`,
    LOG_LEVEL: 'silent',
    ...env,
  });
  const closeSurroundings = async (): Promise<void> => {
    await failureReader.close();
    await closeDirectory();
    await eventLog.close();
  };
  const logger = createLogger({ service: 'gateway', level: 'silent' });
  const metrics = createMetrics('gateway', { processMetrics: false });
  let gateway: Gateway;
  try {
    gateway = await startGateway(config, { logger, metrics, ...overrides, eventLog });
  } catch (error) {
    await closeSurroundings();
    throw error;
  }
  const scim = (path: string, request?: ScimRequest): Promise<ScimResponse> =>
    scimRequest(`${gateway.url}${BASE_PATH}${path}`, request);
  return {
    gateway,
    directory,
    eventLog,
    failures,
    addTenant: (options = {}, tenant = sampleTenant()) => addTenant(directory, options, tenant),
    scim,
    create: async (path, token, body) => {
      const { status, body: created, text } = await scim(path, { token, body });
      if (status !== 201) throw new Error(`${path} answered ${status}: ${text}`);
      return String(created.id);
    },
    ready: () => eventually(async () => (await fetch(`${gateway.operationsUrl}/readyz`)).status === 200),
    close: async () => {
      await gateway.close();
      await closeSurroundings();
    },
  };
}

/** What a tenant is known by, before any directory knows it. */
export function sampleTenant(): SampleTenant {
  return { tenantId: uuidV7() as TenantId, token: generateBearerToken() };
}

function addTenant(
  directory: ScriptedDirectory,
  options: TenantOptions,
  { tenantId, token }: SampleTenant,
): SampleTenant {
  directory.accept(token, {
    known: true,
    tokenId: uuidV7() as TokenId,
    tenant: {
      tenantId,
      name: 'Contoso',
      state: options.state ?? 'active',
      domainPolicy: options.domainPolicy ?? { kind: 'registered', domains: ['contoso.test'] },
      settings: { ...defaultTenantSettings, ...options.settings },
      schemas: null,
    },
  });
  if (options.registration !== undefined) directory.register(tenantId, options.registration);
  return { tenantId, token };
}

function readFailures(eventLog: EventLog, into: ReceivedRecord[]) {
  return eventLog.subscribe({
    groupId: 'failures-reader',
    topics: ['provisioning.failures.v1'],
    startFrom: 'earliest',
    onDeath: () => undefined,
    onBatch: async (batch, context) => {
      for (const record of batch.records) {
        into.push(record);
        context.finished(record.offset);
      }
    },
  });
}

export async function scimRequest(url: string, request: ScimRequest = {}): Promise<ScimResponse> {
  const { body, token } = request;
  const headers: Record<string, string> = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/scim+json; charset=utf-8' }),
    ...request.headers,
  };
  const response = await fetch(url, {
    method: request.method ?? (body === undefined ? 'GET' : 'POST'),
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

const EVENTUALLY_MS_MAX = 15_000;

/** Waits for a condition, not for a time. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const until = performance.now() + EVENTUALLY_MS_MAX;
  while (!(await condition())) {
    if (performance.now() > until) throw new Error('the condition did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
