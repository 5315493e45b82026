import { DatabaseServiceConfig, Variable, parseConfig, type Environment } from '@muster/service';
import { IsBoolean, IsInt, IsNumber, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { NOTIFIER_ROLE } from './schema/notifier-schema.js';

const DAY_MS = 24 * 60 * 60_000;
const httpUrl = 'http(s)://host:port';

/** The notifier's environment. */
export class NotifierConfig extends DatabaseServiceConfig {
  override databaseRole = NOTIFIER_ROLE;
  override databasePoolMax = 8;

  @Variable('DIRECTORY_URL', { expected: httpUrl })
  @Matches(/^https?:\/\/[^\s]+$/, { message: `must be ${httpUrl}` })
  directoryUrl!: string;

  @Variable('SMTP_URL', { secret: true, expected: 'smtp(s)://user:password@host:port' })
  @Matches(/^smtps?:\/\/[^\s]+$/, { message: 'must be an smtp:// or smtps:// URL' })
  smtpUrl!: string;

  /** Default: required unless the server is on this machine. */
  @Variable('SMTP_REQUIRE_TLS', {
    as: 'boolean',
    expected: 'true or false: refuse a server without STARTTLS',
  })
  @IsOptional()
  @IsBoolean()
  smtpRequireTls?: boolean;

  @Variable('MAIL_FROM', { expected: 'an address, or a name and an address: Muster <muster@example.com>' })
  @IsString()
  @Matches(/^(?:[^<>"\r\n@,;]{1,100} )?<?[^\s<>"@,;]{1,64}@[\w.-]{1,255}>?$/, {
    message: 'must be one address',
  })
  mailFrom!: string;

  /** Without it mails have no links. */
  @Variable('CONSOLE_URL', { expected: httpUrl })
  @IsOptional()
  @Matches(/^https?:\/\/[^\s]+$/, { message: `must be ${httpUrl}` })
  consoleUrl?: string;

  /** Default: 120,000 in production, else 2,000. */
  @Variable('GROUP_WAIT_MS', {
    as: 'integer',
    expected: 'milliseconds, 0 to 3600000, that a mail waits for company',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(3_600_000)
  groupWaitMs?: number;

  @Variable('QUIET_PERIOD_MS', {
    as: 'integer',
    expected: 'milliseconds, up to 7 days, between two mails of one incident',
  })
  @IsInt()
  @Min(0)
  @Max(7 * DAY_MS)
  quietPeriodMs = DAY_MS;

  @Variable('MAIL_RETRY_SCALE', {
    as: 'number',
    expected: 'a factor for the waits between attempts, above 0 to 1',
  })
  @IsNumber()
  @Min(0.000_001)
  @Max(1)
  mailRetryScale = 1;

  @Variable('MAIL_CONCURRENCY', { as: 'integer', expected: 'mails under way at the same time, 1 to 32' })
  @IsInt()
  @Min(1)
  @Max(32)
  mailConcurrency = 4;

  /** Longer than an attempt takes, so that a mail is never in two hands. */
  @Variable('MAIL_LEASE_MS', {
    as: 'integer',
    expected: 'milliseconds, 1000 to 600000, that one attempt holds a mail',
  })
  @IsInt()
  @Min(1_000)
  @Max(600_000)
  mailLeaseMs = 60_000;

  @Variable('MAIL_POLL_MS', {
    as: 'integer',
    expected: 'milliseconds, 10 to 60000, between looks for due mails',
  })
  @IsInt()
  @Min(10)
  @Max(60_000)
  mailPollMs = 500;
}

/** @throws ConfigError naming every problem at once */
export function parseNotifierConfig(env: Environment): Readonly<NotifierConfig> {
  return parseConfig(env, NotifierConfig);
}

/** How long a mail waits for company: short where somebody is trying things out. */
export function groupWaitMsOf(config: Pick<NotifierConfig, 'groupWaitMs' | 'environment'>): number {
  return config.groupWaitMs ?? (config.environment === 'production' ? 120_000 : 2_000);
}

/** Credentials and mails cross a network encrypted or not at all. */
export function requiresTls(config: Pick<NotifierConfig, 'smtpRequireTls' | 'smtpUrl'>): boolean {
  const { hostname } = new URL(config.smtpUrl);
  return config.smtpRequireTls ?? !['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** The domain of our own address: it names our mails. */
export function mailHostOf({ mailFrom }: Pick<NotifierConfig, 'mailFrom'>): string {
  return mailFrom
    .slice(mailFrom.lastIndexOf('@') + 1)
    .replace('>', '')
    .toLowerCase();
}
