import { describe, expect, it } from '@jest/globals';
import { parseGatewayConfig } from './config.js';

const INTERNAL_TOKEN = 'an-internal-token-of-32-characters!';

describe('parseGatewayConfig', () => {
  it('needs nothing but the service credential', () => {
    const config = parseGatewayConfig({ INTERNAL_TOKEN });
    expect(config).toMatchObject({
      port: 8080,
      publicBaseUrl: 'http://127.0.0.1:8080/scim/v2',
      basePaths: ['/scim/v2', '/moservices/scim/v1'],
      commandsInFlightMax: 512,
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('reports every problem at once, and no secret', () => {
    const env = {
      INTERNAL_TOKEN: 'too-short',
      PUBLIC_BASE_URL: 'https://scim.example.test/scim/v2/',
      SCIM_BASE_PATHS: '/scim/v2,scim',
      COMMANDS_IN_FLIGHT_MAX: '0',
      DIRECTORY_URL: 'directory:8081',
    };
    let message = '';
    try {
      parseGatewayConfig(env);
    } catch (error) {
      message = String(error);
    }
    for (const name of Object.keys(env)) expect(message).toContain(name);
    expect(message).not.toContain('too-short');
  });
});
