import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type { GatewayOverrides } from '../start-gateway.js';
import {
  sampleTenant,
  startGatewayWorld,
  type GatewayWorld,
  type SampleTenant,
  type TenantOptions,
} from './gateway-world.js';

export interface WorldOfFileOptions extends TenantOptions {
  readonly overrides?: GatewayOverrides;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * One world with one tenant for all tests of a file, ready before the first and closed after the last. Each test finds a
 * directory that applies what it reads, whatever the one before has made of it. The world is to be used in tests and hooks only.
 */
export function worldOfFile(options: WorldOfFileOptions = {}): {
  readonly world: GatewayWorld;
  readonly tenant: SampleTenant;
} {
  const { overrides, env, ...tenantOptions } = options;
  const tenant = sampleTenant();
  let world: GatewayWorld | undefined;
  beforeAll(async () => {
    world = await startGatewayWorld(overrides, env);
    world.addTenant(tenantOptions, tenant);
    await world.ready();
  });
  beforeEach(() => world?.directory.recover());
  afterAll(async () => world?.close());
  return {
    tenant,
    world: onceStarted(() => {
      if (world === undefined) throw new Error('the world of this file is not started');
      return world;
    }),
  };
}

/** The world that hooks start later, for tests to hold from the beginning. */
function onceStarted(started: () => GatewayWorld): GatewayWorld {
  return {
    get gateway() {
      return started().gateway;
    },
    get directory() {
      return started().directory;
    },
    get eventLog() {
      return started().eventLog;
    },
    get failures() {
      return started().failures;
    },
    addTenant: (options, tenant) => started().addTenant(options, tenant),
    scim: (path, request) => started().scim(path, request),
    create: (path, token, body) => started().create(path, token, body),
    ready: () => started().ready(),
    close: () => started().close(),
  };
}
