import { hostname } from 'node:os';
import { IsIn, IsInt, IsNumber, IsOptional, IsString, Matches, Max, Min, MinLength } from 'class-validator';
import { Variable } from './parse-config.js';

export type MusterEnvironment = 'development' | 'test' | 'production';
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Differs between the processes of a machine and the containers of a cluster. */
export const defaultInstanceId = `${hostname()
  .replace(/[^\w.-]/g, '-')
  .slice(0, 100)}-${process.pid}`;

const port = 'a port, 0 to 65535 (0: any free one)';
const brokers = 'host:port pairs separated by commas';

/** What every service reads. A service's own class extends it, and sets its own defaults by assigning them again. */
export class ServiceConfig {
  @Variable('MUSTER_ENV', { expected: 'development, test or production' })
  @IsIn(['development', 'test', 'production'])
  environment: MusterEnvironment = 'development';

  @Variable('HOST', { expected: 'an address to listen on' })
  @IsString()
  host = '127.0.0.1';

  @Variable('PORT', { as: 'integer', expected: port })
  @IsInt()
  @Min(0)
  @Max(65_535)
  port = 0;

  @Variable('METRICS_PORT', { as: 'integer', expected: port })
  @IsInt()
  @Min(0)
  @Max(65_535)
  metricsPort = 0;

  /** Empty: no Kafka; facts stay in the outbox and services of one process talk to each other directly. */
  @Variable('KAFKA_BROKERS', { as: 'list', expected: brokers })
  @Matches(/^[^\s:/]+:\d{1,5}$/, { each: true, message: `must be ${brokers}` })
  kafkaBrokers: readonly string[] = [];

  @Variable('KAFKA_CLIENT_ID', { expected: '1 to 128 letters, digits, dots, dashes' })
  @Matches(/^[\w.-]{1,128}$/)
  kafkaClientId = 'muster';

  @Variable('INTERNAL_TOKEN', { secret: true, expected: 'the service credential, at least 32 characters' })
  @IsString()
  @MinLength(32)
  internalToken!: string;

  @Variable('OTEL_EXPORTER_OTLP_ENDPOINT', { expected: 'http(s)://host:port of a collector, without a path' })
  @IsOptional()
  @Matches(/^https?:\/\/[^\s]+$/)
  otlpEndpoint?: string;

  @Variable('OTEL_TRACES_SAMPLER_ARG', { as: 'number', expected: 'a share, 0 to 1' })
  @IsNumber()
  @Min(0)
  @Max(1)
  samplingRatio = 0.05;

  @Variable('LOG_LEVEL', { expected: logLevels.join(', ') })
  @IsIn(logLevels)
  logLevel: LogLevel = 'info';

  @Variable('INSTANCE_ID', { expected: '1 to 128 letters, digits, dots, dashes; another one per process' })
  @Matches(/^[\w.-]{1,128}$/)
  instanceId = defaultInstanceId;

  /** How long a stopping process reports "not ready" before it refuses connections: longer than the probe's period. */
  @Variable('STOP_DELAY_MS', { as: 'integer', expected: 'milliseconds, 0 to 10000' })
  @IsInt()
  @Min(0)
  @Max(10_000)
  stopDelayMs = 0;
}

/** What a service with a database reads besides. */
export class DatabaseServiceConfig extends ServiceConfig {
  @Variable('DATABASE_URL', { secret: true, expected: 'postgresql://user:password@host:port/database' })
  @Matches(/^postgres(ql)?:\/\/[^\s]+$/, { message: 'must be a postgresql:// URL' })
  databaseUrl!: string;

  @Variable('DATABASE_ROLE', { expected: 'the role to take on after login, a plain lower-case identifier' })
  @IsOptional()
  @Matches(/^[a-z_][a-z0-9_]{0,62}$/)
  databaseRole?: string;

  @Variable('DATABASE_POOL_MAX', { as: 'integer', expected: 'connections, 1 to 200' })
  @IsInt()
  @Min(1)
  @Max(200)
  databasePoolMax = 16;
}
