import { chmodSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { defaultCacheDir } from '../kafka/kafka-jars.js';
import { type ServiceName } from './program.js';

/** What tests and the benchmark change about a stack. Travels as JSON in MUSTER_STACK_OVERRIDES. */
export interface StackOverrides {
  /** Added to a service's environment. FAILPOINTS holds for the first process only. */
  readonly serviceEnv?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
  /** Arguments of `node` in place of the service's own program. */
  readonly serviceCommand?: Partial<Record<ServiceName, readonly string[]>>;
  /** Arguments of `node`, one entry per program, in place of the apps' migrations. */
  readonly migrations?: readonly (readonly string[])[];
  /** Without it the usual ports are taken when they are free. */
  readonly anyPorts?: boolean;
  readonly demoTenant?: boolean;
  /** How often a program may end within a minute; default 5. */
  readonly deathsMax?: number;
}

export interface StackSettings {
  /** The checkout. */
  readonly root: string;
  /** Data, secrets, logs and mails of this stack; absolute, without symbolic links. */
  readonly home: string;
  readonly cacheDir: string;
  readonly databaseUrl: string | undefined;
  readonly kafkaBrokers: string | undefined;
  readonly smtpUrl: string | undefined;
  readonly overrides: StackOverrides;
  /** What the services inherit. */
  readonly inherited: Readonly<Record<string, string>>;
}

/** The checkout this module lies in (the same for `src` and `dist`). */
export const ROOT = resolve(import.meta.dirname, '../../../..');

const INHERITED = [
  'PATH',
  'HOME',
  'TMPDIR',
  'LANG',
  'TZ',
  'LOG_LEVEL',
  'NODE_EXTRA_CA_CERTS',
  'CONSOLE_URL',
  'MAIL_FROM',
];

/** The folder of a stack, made when it is not there. Others may pass through it (Postgres started by root runs under another account), not look into it. */
export function resolveHome(env: NodeJS.ProcessEnv): string {
  const wanted = resolve(env['MUSTER_HOME'] ?? resolve(ROOT, '.muster'));
  mkdirSync(wanted, { recursive: true });
  const home = realpathSync(wanted);
  if (process.getuid?.() === statSync(home).uid) chmodSync(home, 0o711);
  return home;
}

export function parseStackSettings(env: NodeJS.ProcessEnv): StackSettings {
  return {
    root: ROOT,
    home: resolveHome(env),
    cacheDir: defaultCacheDir(env),
    databaseUrl: given(env['DATABASE_URL']),
    kafkaBrokers: given(env['KAFKA_BROKERS']),
    smtpUrl: given(env['SMTP_URL']),
    overrides: parseOverrides(env['MUSTER_STACK_OVERRIDES']),
    inherited: inheritedOf(env),
  };
}

function given(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}

function parseOverrides(text: string | undefined): StackOverrides {
  if (text === undefined || text === '') return {};
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null)
    throw new Error('MUSTER_STACK_OVERRIDES is not a JSON object');
  return value;
}

function inheritedOf(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(env).filter(
    ([name]) => INHERITED.includes(name) || name.startsWith('OTEL_'),
  );
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
