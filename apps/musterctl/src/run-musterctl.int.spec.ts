import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EXIT_CODES } from './exit-codes.js';
import { TENANT } from './testing/acme.js';
import { MusterctlWorld } from './testing/musterctl-world.js';

let world: MusterctlWorld;

beforeEach(async () => {
  world = await MusterctlWorld.open();
  world.writeStackFile();
});

afterEach(() => world.close());

describe('musterctl', () => {
  it('creates a tenant and prints exactly what a script needs', async () => {
    const { exitCode, data, talk } = await world.run(
      'tenant create acme --domain acme.test --domain b.test --notify a@acme.test -o json',
    );
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(JSON.parse(data)).toEqual({
      tenantId: TENANT.tenantId,
      scimUrl: TENANT.scimUrl,
      token: 'mst_first',
    });
    expect(talk).toBe('Keep the token now: it is not shown again.');
    expect(world.api.calls[0]?.body).toEqual({
      name: 'acme',
      domains: ['acme.test', 'b.test'],
      notification: { email: 'a@acme.test', enabled: true },
    });
  });

  it('tells a person what to do after a tenant without domains', async () => {
    const { data, talk } = await world.run('tenant create acme');
    expect(data).toContain('Secret token  mst_first');
    expect(talk).toContain('musterctl domain add acme example.com');
  });

  it.each([
    { line: 'tenant list', shows: /^NAME {2}STATE .*\nacme {2}active/ },
    { line: 'tenant show acme', shows: /Tenant URL {2}http:\/\/127\.0\.0\.1:8080\/scim\/v2/ },
    {
      line: 'tenant show acme',
      shows:
        /anyDomain +false +default\nexternalIdUnique +true *\nunknownMembers +strict +default\nrequestBurstMax +10000 +default/,
    },
    {
      line: 'tenant show acme',
      shows:
        /\n\nRESOURCE TYPE +ENDPOINT +SCHEMA\nDevice +\/Devices +urn:example:Device\nDevice +\/Devices +urn:example:Location +required extension$/,
    },
    { line: 'tenant show bare', shows: /requestBurstMax +10000 +default$/ },
    { line: 'tenant set acme externalIdUnique=true', shows: /externalIdUnique +true/ },
    { line: 'tenant unset acme externalIdUnique', shows: /externalIdUnique +true/ },
    { line: 'domain list acme', shows: /^acme\.test\nb\.test$/ },
    { line: 'token list acme', shows: /token-1 {2}entra .* never$/ },
    { line: 'token create acme --expires 12h', shows: /Secret token {2}mst_second/ },
    { line: 'tenant pause acme', shows: /State {7}paused/ },
  ])('$line', async ({ line, shows }) => {
    const { exitCode, data } = await world.run(line);
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(data).toMatch(shows);
  });

  it('changes domains, tokens and state by the id of the tenant', async () => {
    await world.run('domain add acme b.test');
    await world.run('domain remove acme b.test');
    await world.run('token revoke acme token-1');
    await world.run('token create acme --name spare --expires 12h');
    await world.run('tenant resume acme');
    await world.run('tenant set acme anyDomain=true requestBurstMax=5 unknownMembers=lenient');
    const base = `/admin/tenants/${TENANT.tenantId}`;
    expect(world.api.changes).toEqual([
      { method: 'PUT', path: `${base}/domains/b.test`, body: undefined },
      { method: 'DELETE', path: `${base}/domains/b.test`, body: undefined },
      { method: 'DELETE', path: `${base}/tokens/token-1`, body: undefined },
      {
        method: 'POST',
        path: `${base}/tokens`,
        body: { name: 'spare', expiresAt: '2026-02-01T00:00:00.000Z' },
      },
      { method: 'PATCH', path: base, body: { state: 'active' } },
      {
        method: 'PATCH',
        path: base,
        body: { anyDomain: true, settings: { requestBurstMax: 5, unknownMembers: 'lenient' } },
      },
    ]);
  });

  it.each([
    {
      why: 'a default with a value',
      args: ['tenant', 'unset', 'acme', 'externalIdUnique=true'],
      exitCode: EXIT_CODES.usage,
      says: 'is no name of a setting',
    },
    {
      why: 'an unknown tenant',
      args: ['tenant', 'show', 'nobody'],
      exitCode: EXIT_CODES.notFound,
      says: 'musterctl tenant list',
    },
    {
      why: 'a value the platform refuses',
      args: ['domain', 'add', 'acme', 'not a domain'],
      exitCode: EXIT_CODES.refused,
      says: 'domain must be a domain name',
    },
    {
      why: 'a setting that does not exist',
      args: ['tenant', 'set', 'acme', 'nope=1'],
      exitCode: EXIT_CODES.refused,
      says: '/settings/nope: property nope should not exist',
    },
    {
      why: 'a setting without a value',
      args: ['tenant', 'set', 'acme', 'externalIdUnique'],
      exitCode: EXIT_CODES.usage,
      says: 'is no key=value',
    },
    {
      why: 'a missing argument',
      args: ['tenant', 'create'],
      exitCode: EXIT_CODES.usage,
      says: "missing required argument 'name'",
    },
    {
      why: 'an unknown command',
      args: ['tenant', 'explode'],
      exitCode: EXIT_CODES.usage,
      says: 'unknown command',
    },
    {
      why: 'an unknown format',
      args: ['tenant', 'list', '-o', 'xml'],
      exitCode: EXIT_CODES.usage,
      says: 'Allowed choices are table, json',
    },
    {
      why: 'a time in the past',
      args: ['token', 'create', 'acme', '--expires', '2020-01-01'],
      exitCode: EXIT_CODES.usage,
      says: 'not in the future',
    },
  ])('explains $why on standard error and keeps standard output empty', async ({ args, exitCode, says }) => {
    const result = await world.run(args);
    expect(result).toMatchObject({ exitCode, data: '' });
    expect(result.talk).toContain(says);
  });
});
