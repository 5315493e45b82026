import type { ClientConfig } from 'pg';
import { identifier } from './tenant-isolation.js';

export interface ConnectionOptions {
  readonly url: string;
  readonly role?: string | undefined;
  readonly applicationName: string;
  /** Server settings of the session, e.g. `statement_timeout` in milliseconds. */
  readonly settings: Readonly<Record<string, number>>;
}

/**
 * Settings and role travel in the start-up packet, so that no statement can ever run before they hold. (A pooler in
 * transaction mode between us and Postgres would drop them: use session mode.)
 */
export function connectionConfig(options: ConnectionOptions): ClientConfig {
  const url = new URL(options.url);
  const startup = [url.searchParams.get('options') ?? ''];
  // The driver lets the URL win over the configuration, so what it says has to be taken out of it.
  url.searchParams.delete('options');
  url.searchParams.delete('application_name');
  if (options.role !== undefined) startup.push(`-c role=${identifier(options.role)}`);
  for (const [setting, value] of Object.entries(options.settings))
    startup.push(`-c ${identifier(setting)}=${value}`);
  return {
    connectionString: url.href,
    application_name: options.applicationName,
    options: startup.join(' ').trim(),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}
