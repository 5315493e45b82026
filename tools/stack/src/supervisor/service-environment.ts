import { type ServiceName } from './program.js';
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
    DIRECTORY_URL: directoryUrl(ports),
    PUBLIC_BASE_URL: scimBaseUrl(ports),
  };
  return {
    gateway: {
      ...everywhere,
      PORT: String(ports.scim),
      METRICS_PORT: String(ports.gatewayMetrics),
      KAFKA_CLIENT_ID: 'muster-gateway',
    },
    directory: {
      ...everywhere,
      PORT: String(ports.directory),
      METRICS_PORT: String(ports.directoryMetrics),
      KAFKA_CLIENT_ID: 'muster-directory',
      DATABASE_URL: databaseUrl,
      ADMIN_TOKEN: secrets.adminToken,
      TOKEN_PEPPER: secrets.pepper,
    },
    notifier: {
      ...everywhere,
      METRICS_PORT: String(ports.notifierMetrics),
      KAFKA_CLIENT_ID: 'muster-notifier',
      DATABASE_URL: databaseUrl,
      SMTP_URL: smtpUrl,
      MAIL_FROM: input.inherited['MAIL_FROM'] ?? 'Muster <muster@localhost>',
    },
  };
}
