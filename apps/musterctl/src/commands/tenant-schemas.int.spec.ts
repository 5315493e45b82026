import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EXIT_CODES } from '../exit-codes.js';
import { REGISTRATION, TENANT } from '../testing/acme.js';
import { MusterctlWorld } from '../testing/musterctl-world.js';

let world: MusterctlWorld;

beforeEach(async () => {
  world = await MusterctlWorld.open();
  world.writeStackFile();
});

afterEach(() => world.close());

describe('musterctl with schemas of a tenant', () => {
  it('registers schemas before it sets anything else, and sends nothing that cannot be registered', async () => {
    world.write('good.json', JSON.stringify(REGISTRATION, null, 2));
    world.write('bad.json', '{"schemas": {}}');
    const set = await world.run('tenant set acme requestBurstMax=5 schemas=@good.json');
    expect(set).toMatchObject({ exitCode: EXIT_CODES.done, talk: 'Gateways know within 3 seconds.' });
    expect(set.data).toContain('required extension');
    const base = `/admin/tenants/${TENANT.tenantId}`;
    expect(world.api.changes).toEqual([
      { method: 'PUT', path: `${base}/schemas`, body: REGISTRATION },
      { method: 'PATCH', path: base, body: { settings: { requestBurstMax: 5 } } },
    ]);
    world.api.forget();
    expect((await world.run('tenant set acme requestBurstMax=5 schemas=@bad.json')).exitCode).toBe(
      EXIT_CODES.refused,
    );
    expect(world.api.calls).toEqual([]);
    const half = await world.run('tenant set acme nope=5 schemas=@good.json');
    expect(half).toMatchObject({ exitCode: EXIT_CODES.refused, data: '' });
    expect(half.talk).toContain('The schemas are registered, the rest is not set.');
    expect(world.api.changes.map(({ method }) => method)).toEqual(['PUT', 'PATCH']);
  });

  it('leaves settings and schemas to their defaults again', async () => {
    const { exitCode, data } = await world.run(
      'tenant unset acme schemas externalIdUnique anyDomain -o json',
    );
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(JSON.parse(data)).toMatchObject({ name: 'acme', schemas: { digest: TENANT.schemas.digest } });
    await world.run('tenant unset acme schemas');
    const base = `/admin/tenants/${TENANT.tenantId}`;
    expect(world.api.changes).toEqual([
      { method: 'DELETE', path: `${base}/schemas`, body: undefined },
      { method: 'PATCH', path: base, body: { anyDomain: false, settings: { externalIdUnique: null } } },
      { method: 'DELETE', path: `${base}/schemas`, body: undefined },
    ]);
  });

  it.each(['tenant schemas acme', 'tenant schemas acme -o json'])(
    '%s prints what can be set again',
    async (line) => {
      const { exitCode, data } = await world.run(line);
      expect(exitCode).toBe(EXIT_CODES.done);
      expect(JSON.parse(data)).toEqual(REGISTRATION);
      world.write('again.json', data);
      expect((await world.run('tenant set acme schemas=@again.json')).exitCode).toBe(EXIT_CODES.done);
    },
  );

  it.each([
    {
      why: 'a tenant without schemas of its own',
      args: ['tenant', 'schemas', 'bare'],
      exitCode: EXIT_CODES.notFound,
      says: 'musterctl tenant set TENANT schemas=@FILE',
    },
    {
      why: 'schemas that are in use',
      args: ['tenant', 'unset', 'bare', 'schemas'],
      exitCode: EXIT_CODES.refused,
      says: 'there are Device resources).\nTo see what is registered now: musterctl tenant schemas TENANT',
    },
    {
      why: 'a file without its @',
      args: ['tenant', 'set', 'acme', 'schemas=file.json'],
      exitCode: EXIT_CODES.usage,
      says: 'musterctl tenant set acme schemas=@schemas.json',
    },
    {
      why: 'a file that is not there',
      args: ['tenant', 'set', 'acme', 'schemas=@file.json'],
      exitCode: EXIT_CODES.usage,
      says: 'the file file.json cannot be read',
    },
  ])('explains $why on standard error and keeps standard output empty', async ({ args, exitCode, says }) => {
    const result = await world.run(args);
    expect(result).toMatchObject({ exitCode, data: '' });
    expect(result.talk).toContain(says);
  });
});
