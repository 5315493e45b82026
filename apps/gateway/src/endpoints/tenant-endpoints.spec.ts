import { beforeEach, describe, expect, it } from '@jest/globals';
import { tenantSchemasFromJson, type SchemasDigest, type TenantId } from '@muster/contracts';
import { sampleRegistration } from '../testing/sample-registration.js';
import { TENANT_A, TENANT_B } from '../testing/sample-commands.js';
import { standardEndpoints } from './endpoints.js';
import { TenantEndpoints, type RegistrationDirectory } from './tenant-endpoints.js';

const { digest } = tenantSchemasFromJson(sampleRegistration);

class ScriptedRegistrations implements RegistrationDirectory {
  readonly asked: string[] = [];
  answer: unknown = sampleRegistration;

  async read(tenantId: TenantId, asked: SchemasDigest): Promise<unknown> {
    this.asked.push(`${tenantId} ${asked}`);
    if (this.answer instanceof Error) throw this.answer;
    return this.answer;
  }
}

describe('TenantEndpoints', () => {
  let directory: ScriptedRegistrations;
  let endpoints: TenantEndpoints;

  beforeEach(() => {
    directory = new ScriptedRegistrations();
    endpoints = new TenantEndpoints(directory);
  });

  it('gives tenants without a registration one frozen object, and asks nobody', async () => {
    expect(await endpoints.of(TENANT_A, null)).toBe(standardEndpoints);
    expect(await endpoints.of(TENANT_B, null)).toBe(standardEndpoints);
    expect(directory.asked).toEqual([]);
    expect(Object.isFrozen(standardEndpoints)).toBe(true);
    expect(standardEndpoints.all).toHaveLength(2);
  });

  it('fetches a registration once for all who come, and gives them the same object', async () => {
    const [one, other] = await Promise.all([endpoints.of(TENANT_A, digest), endpoints.of(TENANT_A, digest)]);
    expect(one).toBe(other);
    expect(await endpoints.of(TENANT_A, digest)).toBe(one);
    expect(directory.asked).toEqual([`${TENANT_A} ${digest}`]);
    expect(one.schemas).toBe(digest);
    expect(one.all.map(({ place }) => place)).toEqual(['users', 'groups', 'types/Device']);
  });

  it('asks for another tenant again, though the digest is the same', async () => {
    expect(await endpoints.of(TENANT_A, digest)).not.toBe(await endpoints.of(TENANT_B, digest));
    expect(directory.asked).toHaveLength(2);
  });

  it('remembers no failure', async () => {
    directory.answer = new Error('away');
    await expect(endpoints.of(TENANT_A, digest)).rejects.toThrow('away');
    directory.answer = sampleRegistration;
    expect((await endpoints.of(TENANT_A, digest)).schemas).toBe(digest);
  });

  it.each([
    ['nothing', null],
    ['another registration', { schemas: [], resourceTypes: [] }],
    ['what is no registration', { ...sampleRegistration, resourceTypes: 'none' }],
  ])('refuses %s', async (_name, answer) => {
    directory.answer = answer;
    await expect(endpoints.of(TENANT_A, digest)).rejects.toThrow();
  });
});

describe('Endpoints', () => {
  it('find own types by their path as it was registered, and nothing else', async () => {
    const mine = await new TenantEndpoints(new ScriptedRegistrations()).of(TENANT_A, digest);
    expect(mine.findOwn('Devices')).toMatchObject({ kind: 'resource', place: 'types/Device' });
    for (const segment of [
      'devices',
      'Device',
      'Users',
      '',
      '__proto__',
      'constructor',
      'toString',
      '/Devices',
    ])
      expect(mine.findOwn(segment)).toBeUndefined();
  });
});
