import { IsInt, IsOptional, IsString, Max, MinLength } from 'class-validator';
import { describe, expect, it } from '@jest/globals';
import { ConfigError, Variable, describeConfig, parseConfig, type Environment } from './parse-config.js';
import { DatabaseServiceConfig, ServiceConfig } from './service-config.js';

const secret = 'a-service-credential-of-32-chars-or-more';
const databaseUrl = 'postgresql://app:hunter2@127.0.0.1:5432/muster';
const enough: Environment = { INTERNAL_TOKEN: secret, DATABASE_URL: databaseUrl };

function problemsOf(env: Environment, readFile?: (path: string) => string): Record<string, string> {
  try {
    parseConfig(env, DatabaseServiceConfig, readFile);
  } catch (error) {
    if (error instanceof ConfigError) {
      return Object.fromEntries(error.problems.map(({ variable, problem }) => [variable, problem]));
    }
    throw error;
  }
  return {};
}

describe('parseConfig', () => {
  it('reads what is set and keeps the defaults of the rest', () => {
    const config = parseConfig(
      {
        ...enough,
        PORT: '8080',
        KAFKA_BROKERS: 'a:9092, b:9092,',
        OTEL_TRACES_SAMPLER_ARG: '0.5',
        LOG_LEVEL: '',
      },
      DatabaseServiceConfig,
    );
    expect(config).toMatchObject({
      environment: 'development',
      host: '127.0.0.1',
      port: 8080,
      metricsPort: 0,
      kafkaBrokers: ['a:9092', 'b:9092'],
      samplingRatio: 0.5,
      logLevel: 'info',
      databaseUrl,
      databasePoolMax: 16,
    });
    expect(config.databaseRole).toBeUndefined();
    expect(config.instanceId).toMatch(/^[\w.-]+-\d+$/);
  });

  it('is frozen, with its lists', () => {
    const config = parseConfig(enough, DatabaseServiceConfig);
    expect(Object.isFrozen(config) && Object.isFrozen(config.kafkaBrokers)).toBe(true);
  });

  it('tells every problem at once, with what was expected', () => {
    const env = {
      PORT: 'http',
      METRICS_PORT: '70000',
      MUSTER_ENV: 'prod',
      KAFKA_BROKERS: 'a:9092,b',
      DATABASE_POOL_MAX: '0',
    };
    expect(problemsOf(env)).toEqual({
      PORT: 'cannot be read as a whole number: "http"',
      METRICS_PORT: expect.stringContaining('65535'),
      MUSTER_ENV: expect.stringContaining('development, test, production'),
      KAFKA_BROKERS: expect.stringContaining('host:port'),
      DATABASE_POOL_MAX: expect.stringContaining('must not be less than 1'),
      INTERNAL_TOKEN: 'is not set',
      DATABASE_URL: 'is not set',
    });
    expect(() => parseConfig(env, DatabaseServiceConfig)).toThrow(
      'PORT cannot be read as a whole number: "http"; expected a port, 0 to 65535',
    );
  });

  it.each([
    ['1e3', 'PORT'],
    ['0x10', 'PORT'],
    ['8080.5', 'PORT'],
    ['-1', 'PORT'],
    ['NaN', 'OTEL_TRACES_SAMPLER_ARG'],
    ['1.01', 'OTEL_TRACES_SAMPLER_ARG'],
    ['Infinity', 'OTEL_TRACES_SAMPLER_ARG'],
    ['muster; drop role x', 'DATABASE_ROLE'],
    ['mysql://u:p@h/d', 'DATABASE_URL'],
    ['too short', 'INTERNAL_TOKEN'],
  ])('refuses %j as %s', (value, variable) => {
    expect(Object.keys(problemsOf({ ...enough, [variable]: value }))).toEqual([variable]);
  });

  it('never prints a secret', () => {
    const text = (): string => {
      try {
        parseConfig(
          { INTERNAL_TOKEN: 'hunter2', DATABASE_URL: 'mysql://app:hunter2@db' },
          DatabaseServiceConfig,
        );
      } catch (error) {
        return String(error) + JSON.stringify(error);
      }
      return '';
    };
    expect(text()).toContain('INTERNAL_TOKEN');
    expect(text()).not.toContain('hunter2');
  });

  describe('secrets in files', () => {
    const files: Readonly<Record<string, string>> = { '/run/secrets/token': `${secret}\n` };
    const readFile = (path: string): string => {
      const text = files[path];
      if (text === undefined) throw new Error(`ENOENT ${path}`);
      return text;
    };
    const fromFile = { DATABASE_URL: databaseUrl, INTERNAL_TOKEN_FILE: '/run/secrets/token' };

    it('are read without the newline that editors add', () => {
      expect(parseConfig(fromFile, DatabaseServiceConfig, readFile).internalToken).toBe(secret);
    });

    it('are refused when the variable is set, too, or the file cannot be read', () => {
      expect(problemsOf({ ...fromFile, INTERNAL_TOKEN: secret }, readFile)).toEqual({
        INTERNAL_TOKEN: 'is set, and so is INTERNAL_TOKEN_FILE: set one of them',
      });
      expect(problemsOf({ ...fromFile, INTERNAL_TOKEN_FILE: '/nowhere' }, readFile)).toEqual({
        INTERNAL_TOKEN_FILE: 'names a file that cannot be read',
      });
    });

    it('are for secrets alone', () => {
      const config = parseConfig(
        { ...enough, HOST_FILE: '/run/secrets/token' },
        DatabaseServiceConfig,
        readFile,
      );
      expect(config.host).toBe('127.0.0.1');
    });
  });

  describe('a service’s own class', () => {
    class MailerConfig extends ServiceConfig {
      override port = 8025;

      @Variable('MAIL_PER_MINUTE', { as: 'integer', expected: 'mails, 1 to 600' })
      @IsInt()
      @Max(600)
      mailPerMinute = 60;

      @Variable('MAIL_FOOTER', { expected: 'text' })
      @IsOptional()
      @IsString()
      @MinLength(3)
      footer?: string;

      @Variable('DRY_RUN', { as: 'boolean', expected: 'true or false' })
      dryRun = false;
    }

    it('adds variables and changes defaults', () => {
      const config = parseConfig({ INTERNAL_TOKEN: secret, DRY_RUN: 'true' }, MailerConfig);
      expect(config).toMatchObject({ port: 8025, mailPerMinute: 60, dryRun: true });
      expect(() => parseConfig({ INTERNAL_TOKEN: secret, DRY_RUN: 'yes' }, MailerConfig)).toThrow(
        'true or false',
      );
    });

    it('leaves the shared class as it was', () => {
      expect(describeConfig(ServiceConfig).map(({ name }) => name)).not.toContain('MAIL_PER_MINUTE');
      expect(describeConfig(MailerConfig).slice(-3)).toEqual([
        expect.objectContaining({
          name: 'MAIL_PER_MINUTE',
          property: 'mailPerMinute',
          defaultText: '60',
          secret: false,
        }),
        expect.objectContaining({ name: 'MAIL_FOOTER', defaultText: undefined }),
        expect.objectContaining({ name: 'DRY_RUN', defaultText: 'false', as: 'boolean' }),
      ]);
    });
  });
});
