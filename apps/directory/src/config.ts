import { DatabaseServiceConfig, Variable, parseConfig, type Environment } from '@muster/service';
import { IsInt, IsString, Matches, Max, Min, MinLength } from 'class-validator';
import { DIRECTORY_ROLE } from './schema/directory-roles.js';

/** What the directory reads from the environment. */
export class DirectoryConfig extends DatabaseServiceConfig {
  @Variable('PORT', { as: 'integer', expected: 'a port, 0 to 65535 (0: any free one)' })
  @IsInt()
  @Min(0)
  @Max(65_535)
  override port = 8081;

  override databaseRole = DIRECTORY_ROLE;

  @Variable('ADMIN_TOKEN', {
    secret: true,
    expected: 'the credential of the admin API, at least 32 characters',
  })
  @IsString()
  @MinLength(32)
  adminToken!: string;

  @Variable('TOKEN_PEPPER', {
    secret: true,
    expected: 'the key under which bearer tokens are kept, at least 32 characters',
  })
  @IsString()
  @MinLength(32)
  tokenPepper!: string;

  /** What tenants are told to paste into their identity provider. */
  @Variable('PUBLIC_BASE_URL', { expected: 'http(s)://host/path without a slash at its end' })
  @Matches(/^https?:\/\/[^\s?#]*[^\s?#/]$/)
  publicBaseUrl = 'http://127.0.0.1:8080/scim/v2';

  /** Connections for queries that look at every resource of a tenant. */
  @Variable('SCAN_POOL_MAX', { as: 'integer', expected: 'connections, 1 to 20' })
  @IsInt()
  @Min(1)
  @Max(20)
  scanPoolMax = 2;

  /** Parts of the outbox, each relayed by one process at a time. The same in every directory of an installation. */
  @Variable('OUTBOX_SHARDS', { as: 'integer', expected: 'parts, 1 to 16; the same in every process' })
  @IsInt()
  @Min(1)
  @Max(16)
  outboxShards = 2;

  @Variable('ACTIVITY_RETENTION_DAYS', { as: 'integer', expected: 'days, 1 to 365' })
  @IsInt()
  @Min(1)
  @Max(365)
  activityRetentionDays = 30;
}

/** @throws ConfigError naming every problem at once */
export function parseDirectoryConfig(env: Environment): Readonly<DirectoryConfig> {
  return parseConfig(env, DirectoryConfig);
}
