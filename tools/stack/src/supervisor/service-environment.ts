import { SERVICE_NAMES, type ServiceName } from './program.js';
import { type StackSecrets } from './secrets.js';
import { type StackPorts } from './stack-ports.js';

export interface ServiceEnvironmentInput {
  readonly inherited: Readonly<Record<string, string>>;
  readonly ports: StackPorts;
  readonly secrets: StackSecrets;
  readonly databaseUrl: string;
  /** Undefined in the single process. */
  readonly kafkaBrokers: string | undefined;
  readonly smtpUrl: string;
}

const HOST = '127.0.0.1';

export function scimBaseUrl(ports: StackPorts): string {
  return `http://${HOST}:${ports.scim}/scim/v2`;
}

export function directoryUrl(ports: StackPorts): string {
  return `http://${HOST}:${ports.directory}`;
}

export function notifierUrl(ports: StackPorts): string {
  return `http://${HOST}:${ports.notifier}`;
}

export function metricsUrls(ports: StackPorts): Record<ServiceName, string> {
  return {
    gateway: `http://${HOST}:${ports.gatewayMetrics}/metrics`,
    directory: `http://${HOST}:${ports.directoryMetrics}/metrics`,
    notifier: `http://${HOST}:${ports.notifierMetrics}/metrics`,
  };
}

/** The environment of each service. Each gets only the secrets it needs: the gateway faces the internet and has no database. */
export function serviceEnvironments(
  input: ServiceEnvironmentInput,
): Record<ServiceName, Record<string, string>> {
  const { ports, secrets, databaseUrl, kafkaBrokers, smtpUrl } = input;
  const everywhere = {
    ...input.inherited,
    MUSTER_ENV: 'development',
    MUSTER_SUPERVISED: '1',
    HOST,
    ...(kafkaBrokers === undefined ? {} : { KAFKA_BROKERS: kafkaBrokers }),
    INTERNAL_TOKEN: secrets.internalToken,
  };
  return {
    gateway: {
      ...everywhere,
      PORT: String(ports.scim),
      METRICS_PORT: String(ports.gatewayMetrics),
      KAFKA_CLIENT_ID: 'muster-gateway',
      DIRECTORY_URL: directoryUrl(ports),
      PUBLIC_BASE_URL: scimBaseUrl(ports),
    },
    directory: {
      ...everywhere,
      PORT: String(ports.directory),
      METRICS_PORT: String(ports.directoryMetrics),
      KAFKA_CLIENT_ID: 'muster-directory',
      DATABASE_URL: databaseUrl,
      ADMIN_TOKEN: secrets.adminToken,
      TOKEN_PEPPER: secrets.pepper,
      PUBLIC_BASE_URL: scimBaseUrl(ports),
    },
    notifier: {
      ...everywhere,
      PORT: String(ports.notifier),
      METRICS_PORT: String(ports.notifierMetrics),
      KAFKA_CLIENT_ID: 'muster-notifier',
      DIRECTORY_URL: directoryUrl(ports),
      DATABASE_URL: databaseUrl,
      SMTP_URL: smtpUrl,
      MAIL_FROM: input.inherited['MAIL_FROM'] ?? 'Muster <muster@localhost>',
    },
  };
}

/** Environments as they travel to the single process, in one variable. */
export function parseServiceEnvironments(
  text: string | undefined,
): Record<ServiceName, Record<string, string>> {
  const value: unknown = JSON.parse(text ?? 'null');
  const isComplete =
    typeof value === 'object' && value !== null && SERVICE_NAMES.every((name) => name in value);
  if (!isComplete)
    throw new Error(`expected a JSON object with the environments of ${SERVICE_NAMES.join(', ')}`);
  return value as Record<ServiceName, Record<string, string>>;
}
