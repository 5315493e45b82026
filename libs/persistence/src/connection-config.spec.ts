import { describe, expect, it } from '@jest/globals';
import { connectionConfig } from './connection-config.js';

const given = { url: 'postgresql://app:secret@db:5432/muster', applicationName: 'directory', settings: {} };

describe('connectionConfig', () => {
  it('puts role and settings into the start-up packet', () => {
    const config = connectionConfig({
      ...given,
      role: 'muster_directory',
      settings: { statement_timeout: 3_000 },
    });
    expect(config).toMatchObject({
      application_name: 'directory',
      options: '-c role=muster_directory -c statement_timeout=3000',
      keepAlive: true,
    });
  });

  it('adds to the options of the URL, which would replace ours otherwise', () => {
    const url = `${given.url}?options=-c%20search_path%3Dmuster&application_name=other&sslmode=disable`;
    const config = connectionConfig({ ...given, url, role: 'muster_relay' });
    expect(config.options).toBe('-c search_path=muster -c role=muster_relay');
    expect(config.connectionString).toBe(`${given.url}?sslmode=disable`);
    expect(config.application_name).toBe('directory');
  });

  it('refuses a role that is not a plain name', () => {
    expect(() => connectionConfig({ ...given, role: 'postgres -c row_security=off' })).toThrow(RangeError);
  });
});
