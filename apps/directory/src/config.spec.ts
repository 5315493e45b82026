import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '@muster/service';
import { parseDirectoryConfig } from './config.js';

const secrets = {
  DATABASE_URL: 'postgresql://muster:secret@127.0.0.1:5432/muster',
  INTERNAL_TOKEN: 'i'.repeat(32),
  ADMIN_TOKEN: 'a'.repeat(32),
  TOKEN_PEPPER: 'p'.repeat(32),
};

describe('parseDirectoryConfig', () => {
  it('needs its secrets and has a default for everything else', () => {
    const config = parseDirectoryConfig(secrets);
    expect(config).toMatchObject({
      port: 8081,
      databaseRole: 'muster_directory',
      publicBaseUrl: 'http://127.0.0.1:8080/scim/v2',
      scanPoolMax: 2,
      outboxShards: 2,
      activityRetentionDays: 30,
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('reports everything that is wrong at once, without a word of the secrets', () => {
    const environment = {
      ...secrets,
      ADMIN_TOKEN: 'short-secret',
      TOKEN_PEPPER: '',
      PUBLIC_BASE_URL: 'muster.example',
      OUTBOX_SHARDS: '99',
    };
    const parse = (): unknown => parseDirectoryConfig(environment);
    expect(parse).toThrow(ConfigError);
    for (const variable of ['ADMIN_TOKEN', 'TOKEN_PEPPER', 'PUBLIC_BASE_URL', 'OUTBOX_SHARDS'])
      expect(parse).toThrow(variable);
    expect(parse).not.toThrow('short-secret');
  });
});
