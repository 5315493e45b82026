import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { defaultTenantSettings, directoryPaths, isWellFormedToken } from '@muster/contracts';
import { DirectoryWorld, SCIM_URL, eventually } from '../testing/directory-world.js';
import type {
  CreatedTenantAnswer,
  IssuedTokenAnswer,
  TenantAnswer,
  TokenAnswer,
} from './adapters/http/tenant-answers.js';

jest.setTimeout(60_000);

const DAY_MS = 86_400_000;

describe('the admin API', () => {
  let world: DirectoryWorld;

  beforeAll(async () => {
    world = await DirectoryWorld.open();
  });

  afterAll(() => world?.close());

  it('makes a tenant whose token opens it at once', async () => {
    const created = await world.admin<CreatedTenantAnswer>('POST', '', {
      name: ' Contoso Ltd. ',
      domains: ['Contoso.com', 'contoso.com', 'BÜCHER.example'],
      notification: { email: 'admin@contoso.com', enabled: true },
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ name: 'Contoso Ltd.', scimUrl: SCIM_URL });
    expect(isWellFormedToken(created.body.token)).toBe(true);
    expect(Date.parse(created.body.expiresAt) - Date.now()).toBeGreaterThan(364 * DAY_MS);

    expect(await world.resolve(created.body.token)).toEqual({
      known: true,
      tokenId: created.body.tokenId,
      tenant: {
        tenantId: created.body.tenantId,
        name: 'Contoso Ltd.',
        state: 'active',
        domainPolicy: {
          kind: 'registered',
          domains: ['contoso.com', 'xn--bcher-kva.example', 'bücher.example'],
        },
        settings: defaultTenantSettings,
        schemas: null,
      },
    });
    const notification = await world.internal(
      'GET',
      `/internal/v1/tenants/${created.body.tenantId}/notification`,
    );
    expect(notification.body).toEqual({
      tenantName: 'Contoso Ltd.',
      email: 'admin@contoso.com',
      enabled: true,
    });

    for (const nameOrId of [encodeURIComponent('Contoso Ltd.'), created.body.tenantId]) {
      const found = await world.admin<TenantAnswer>('GET', `/${nameOrId}`);
      expect(found.body).toEqual({
        tenantId: created.body.tenantId,
        name: 'Contoso Ltd.',
        state: 'active',
        domains: ['contoso.com', 'xn--bcher-kva.example'],
        anyDomain: false,
        notification: { email: 'admin@contoso.com', enabled: true },
        settings: defaultTenantSettings,
        chosenSettings: [],
        schemas: null,
        scimUrl: SCIM_URL,
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
    }
    const all = await world.admin<{ tenants: TenantAnswer[] }>('GET', '');
    expect(all.body.tenants.map(({ name }) => name)).toContain('Contoso Ltd.');
  });

  it('never keeps nor shows a secret', async () => {
    const { token, tenantId } = await world.tenant();
    const dump = await world.owner.query<{ row: string }>(
      'dump',
      'select t::text as row from directory.tokens t where t.tenant_id = $1 union all select t::text from directory.tenants t',
      [tenantId],
      { prepare: false },
    );
    const shown = await world.admin('GET', `/${tenantId}/tokens`);
    const text = JSON.stringify([dump.rows, shown.body]);
    expect(text).not.toContain(token);
    expect(text).not.toContain(token.slice(4, 20));
    expect(shown.body['tokens']).toEqual([
      expect.objectContaining({ hint: token.slice(-4), lastUsedAt: null }),
    ]);
  });

  it('refuses a name twice, also to a crowd', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => world.admin('POST', '', { name: 'twins' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toEqual({
      type: 'urn:muster:problem:tenant_name_taken',
      title: 'Conflict',
      status: 409,
      detail: 'Another tenant already has this name.',
    });
  });

  it.each([
    ['no name', {}],
    ['an unknown property', { name: 'x', admin: true }],
    ['a domain that is no text', { name: 'x', domains: [1] }],
    ['an address that is none', { name: 'x', notification: { email: 'a@b\r\nBcc: c@d.example' } }],
    ['anyDomain as text', { name: 'x', anyDomain: 'true' }],
    ['null for a flag', { name: 'x', anyDomain: null }],
  ])('refuses a tenant with %s, naming the field', async (_, body) => {
    const answer = await world.admin<{ errors: { pointer: string }[] }>('POST', '', body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors.length).toBeGreaterThan(0);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it.each([
    ['a name like an id', { name: '0192f0c1-0000-7000-8000-00000000000a' }],
    ['a name of control characters', { name: 'a\u0007' }],
    ['something that is no domain', { name: 'x', domains: ['user@contoso.com'] }],
  ])('refuses a tenant with %s', async (_, body) => {
    expect(await world.admin('POST', '', body)).toMatchObject({
      status: 400,
      body: { type: 'urn:muster:problem:invalid_request' },
    });
  });

  it('changes what it is told to change and nothing else', async () => {
    const { tenantId, token } = await world.tenant({ notification: { email: 'a@example.com' } });
    const changed = await world.admin<TenantAnswer>('PATCH', `/${tenantId}`, {
      state: 'paused',
      settings: { externalIdUnique: true, requestsPerSecondMax: 10 },
    });
    expect(changed.body).toMatchObject({
      state: 'paused',
      anyDomain: true,
      notification: { email: 'a@example.com', enabled: true },
      settings: { ...defaultTenantSettings, externalIdUnique: true, requestsPerSecondMax: 10 },
    });
    const again = await world.admin<TenantAnswer>('PATCH', `/${tenantId}`, {
      settings: { externalIdUnique: false },
      notification: { email: null },
      anyDomain: false,
    });
    expect(again.body).toMatchObject({
      state: 'paused',
      anyDomain: false,
      notification: { email: null, enabled: true },
      settings: { ...defaultTenantSettings, requestsPerSecondMax: 10 },
    });
    expect(await world.resolve(token)).toMatchObject({ known: true, tenant: { state: 'paused' } });
  });

  it('leaves settings to their defaults again', async () => {
    const { tenantId } = await world.tenant();
    const path = `/${tenantId}`;
    const settings = { externalIdUnique: true, requestsPerSecondMax: 10, unknownMembers: 'lenient' };
    await world.admin('PATCH', path, { settings });
    const { body } = await world.admin<TenantAnswer>('PATCH', path, {
      settings: {
        externalIdUnique: null,
        requestsPerSecondMax: null,
        softDeleteUsers: null,
        requestBurstMax: 7,
      },
    });
    expect(body.settings).toEqual({
      ...defaultTenantSettings,
      unknownMembers: 'lenient',
      requestBurstMax: 7,
    });
    expect(body.chosenSettings).toEqual(['requestBurstMax', 'unknownMembers']);
    expect((await world.admin<TenantAnswer>('GET', path)).body).toEqual(body);
  });

  it.each([
    ['an unknown setting', { settings: { nope: true } }, '/settings/nope'],
    ['a setting of another type', { settings: { unknownMembers: 'maybe' } }, '/settings/unknownMembers'],
    ['a rate beyond bounds', { settings: { requestBurstMax: 0 } }, '/settings/requestBurstMax'],
    ['a state of our own', { state: 'deleting' }, '/state'],
    ['a name', { name: 'other' }, '/name'],
  ])('refuses to change %s', async (_, body, pointer) => {
    const { tenantId } = await world.tenant();
    const answer = await world.admin<{ errors: { pointer: string }[] }>('PATCH', `/${tenantId}`, body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error) => error.pointer)).toEqual([pointer]);
  });

  it('lets two tokens live, whoever asks at the same time, and a third after a revocation', async () => {
    const { tenantId, tokenId, token } = await world.tenant();
    const crowd = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        world.admin<IssuedTokenAnswer>('POST', `/${tenantId}/tokens`, { name: `t${n}` }),
      ),
    );
    expect(crowd.filter(({ status }) => status === 201)).toHaveLength(1);
    const refused = crowd.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({
      type: 'urn:muster:problem:token_limit_reached',
      detail: expect.stringContaining('Revoke'),
    });

    expect((await world.admin('DELETE', `/${tenantId}/tokens/${tokenId}`)).status).toBe(204);
    expect(await world.resolve(token)).toEqual({ known: false, reason: 'revoked' });
    const rotated = await world.admin<IssuedTokenAnswer>('POST', `/${tenantId}/tokens`, {});
    expect(rotated.status).toBe(201);
    expect(await world.resolve(rotated.body.token)).toMatchObject({
      known: true,
      tokenId: rotated.body.tokenId,
    });
    const tokens = await world.admin<{ tokens: TokenAnswer[] }>('GET', `/${tenantId}/tokens`);
    expect(tokens.body.tokens.filter(({ revokedAt }) => revokedAt === null)).toHaveLength(2);
  });

  it('lets tokens expire, by the clock of the database, and bounds their life', async () => {
    const { tenantId, token } = await world.tenant();
    const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
    for (const expiresAt of [at(-1_000), at(4 * 365 * DAY_MS)]) {
      expect((await world.admin('POST', `/${tenantId}/tokens`, { expiresAt })).status).toBe(400);
    }
    const short = await world.admin<IssuedTokenAnswer>('POST', `/${tenantId}/tokens`, {
      expiresAt: at(DAY_MS),
    });
    expect(short.status).toBe(201);
    await world.owner.query('expire', `update directory.tokens set expires_at = now() where tenant_id = $1`, [
      tenantId,
    ]);
    expect(await world.resolve(token)).toEqual({ known: false, reason: 'expired' });
    // What has expired leaves room for another.
    expect((await world.admin('POST', `/${tenantId}/tokens`, {})).status).toBe(201);
  });

  it('does not know a token that differs by a letter, nor another tenant’s token id', async () => {
    const [mine, other] = [await world.tenant(), await world.tenant()];
    const last = mine.token.at(-1) === 'a' ? 'b' : 'a';
    expect(await world.resolve(mine.token.slice(0, -1) + last)).toEqual({ known: false, reason: 'unknown' });
    expect((await world.admin('DELETE', `/${other.tenantId}/tokens/${mine.tokenId}`)).status).toBe(404);
    expect(await world.resolve(mine.token)).toMatchObject({ known: true });
  });

  it('keeps domains in one spelling', async () => {
    const { tenantId } = await world.tenant();
    const put = await world.admin('PUT', `/${tenantId}/domains/${encodeURIComponent('Straße.Example')}`);
    expect([put.status, put.body]).toEqual([200, { domain: 'xn--strae-oqa.example' }]);
    expect((await world.admin('PUT', `/${tenantId}/domains/xn--strae-oqa.example`)).status).toBe(200);
    expect((await world.admin('GET', `/${tenantId}/domains`)).body).toEqual({
      domains: ['xn--strae-oqa.example'],
    });
    expect((await world.admin('GET', `/${tenantId}/domains/straße.example`)).status).toBe(200);
    expect((await world.admin('DELETE', `/${tenantId}/domains/STRASSE.example`)).status).toBe(404);
    expect((await world.admin('DELETE', `/${tenantId}/domains/stra%C3%9Fe.example`)).status).toBe(204);
    expect((await world.admin('GET', `/${tenantId}/domains/straße.example`)).status).toBe(404);
    expect((await world.admin('PUT', `/${tenantId}/domains/not%20a%20domain`)).status).toBe(400);
  });

  it.each([
    ['GET', '/nobody'],
    ['PATCH', '/0192f0c1-0000-7000-8000-00000000000f'],
    ['POST', '/nobody/tokens'],
    ['GET', '/nobody/tokens'],
    ['DELETE', '/nobody/tokens/0192f0c1-0000-7000-8000-00000000000f'],
    ['PUT', '/nobody/domains/contoso.com'],
    ['DELETE', '/nobody/domains/contoso.com'],
    ['GET', '/nobody/domains'],
  ] as const)('%s %s is 404', async (method, path) => {
    const answer = await world.admin(method, path, method === 'PATCH' || method === 'POST' ? {} : undefined);
    expect([answer.status, answer.body['type']]).toEqual([404, 'urn:muster:problem:tenant_not_found']);
  });

  it('notes behind the requests when a token was used', async () => {
    const { tenantId, token } = await world.tenant();
    await world.resolve(token);
    const before = await world.admin<{ tokens: TokenAnswer[] }>('GET', `/${tenantId}/tokens`);
    expect(before.body.tokens[0]?.lastUsedAt).toBeNull();
  });

  it('refuses a look-up that is none', async () => {
    for (const body of [{}, { tokenHash: 'x' }, { tokenHash: ['a'] }, []]) {
      expect((await world.internal('POST', directoryPaths.resolveCredential, body)).status).toBe(400);
    }
    expect((await world.internal('GET', '/internal/v1/tenants/nobody/notification')).status).toBe(404);
  });
});

describe('a directory that stops', () => {
  let world: DirectoryWorld;

  beforeAll(async () => {
    world = await DirectoryWorld.open();
  });

  afterAll(() => world?.close());

  it('writes what it noted of tokens', async () => {
    const { token, tenantId } = await world.tenant();
    await world.resolve(token);
    await world.directory.close();
    const used = await eventually('the use of the token', async () => {
      const { rows } = await world.owner.query<{ last_used_at: Date | null }>(
        'used',
        'select last_used_at from directory.tokens where tenant_id = $1',
        [tenantId],
      );
      return rows[0]?.last_used_at;
    });
    expect(Date.now() - used.getTime()).toBeLessThan(60_000);
  });
});
