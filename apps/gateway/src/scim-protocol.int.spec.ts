import { describe, expect, it } from '@jest/globals';
import { routes } from './scim/http/routes.js';
import { expectScimError } from './testing/expect-scim-error.js';
import { scimRequest } from './testing/gateway-world.js';
import { worldOfFile } from './testing/world-of-file.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0';
const MESSAGES = 'urn:ietf:params:scim:api:messages:2.0';
const UNKNOWN_ID = '0192f5c4-0000-7000-8000-00000000dead';

const { world, tenant } = worldOfFile();

describe('every route', () => {
  const inventory = routes.flatMap(({ template, methods }) =>
    methods.map((method) => ({ method, template })),
  );
  const pathOf = (template: string): string => template.replace(':id', UNKNOWN_ID).replace(':type', 'Robots');
  const bodyFor = (method: string): { body?: object } =>
    method === 'GET' || method === 'DELETE' ? {} : { body: {} };

  it.each(inventory)('$method $template refuses a request without a token', async ({ method, template }) => {
    const response = await world.scim(pathOf(template), { method, ...bodyFor(method) });
    expectScimError(response, 401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="scim"');
  });

  it.each(inventory)('$method $template refuses a token that nobody has', async ({ method, template }) => {
    const token = `${tenant.token.slice(0, -1)}${tenant.token.endsWith('a') ? 'b' : 'a'}`;
    const response = await world.scim(pathOf(template), {
      method,
      token,
      ...bodyFor(method),
    });
    expectScimError(response, 401);
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it.each(inventory.filter(({ template }) => /^\/(Users|Groups)\/:id$/.test(template)))(
    "$method $template does not know another tenant's id",
    async ({ method, template }) => {
      const isUser = template.startsWith('/Users');
      const created = await world.scim(isUser ? '/Users' : '/Groups', {
        token: tenant.token,
        body: isUser ? { userName: `theirs-${method}@contoso.test` } : { displayName: `Theirs ${method}` },
      });
      const theirs = String(created.body.id);
      const other = world.addTenant();
      const bodies: Record<string, object> = {
        PUT: { body: isUser ? { userName: 'mine@contoso.test' } : { displayName: 'Mine' } },
        PATCH: { body: { Operations: [{ op: 'replace', path: 'displayName', value: 'Mine' }] } },
      };
      const path = template.replace(':id', theirs);
      expectScimError(await world.scim(path, { method, token: other.token, ...bodies[method] }), 404);
      const untouched = await world.scim(path, { token: tenant.token });
      expect(untouched.status).toBe(200);
      expect(untouched.headers.get('etag')).toBe('W/"1"');
    },
  );

  it.each([
    ['DELETE', '/Users', 'GET, POST'],
    ['PATCH', '/Groups', 'GET, POST'],
    ['POST', `/Users/${UNKNOWN_ID}`, 'GET, PUT, PATCH, DELETE'],
    ['GET', '/Users/.search', undefined],
    ['PUT', '/ServiceProviderConfig', 'GET'],
    ['GET', '/Bulk', 'POST'],
  ])('%s %s is not allowed', async (method, path, allow) => {
    const response = await world.scim(path, { method, token: tenant.token });
    if (allow === undefined) {
      expectScimError(response, 404);
    } else {
      expectScimError(response, 405);
      expect(response.headers.get('allow')).toBe(allow);
    }
  });

  it.each(['/users', '/Roles', '/Users/a/b', '/%2e%2e/internal', '/Users%2f..'])(
    'there is nothing at %s',
    async (path) => {
      expectScimError(await world.scim(path, { token: tenant.token }), 404);
    },
  );

  it('there is nothing outside the base paths', async () => {
    for (const path of ['/Users', '/scim/v20/Users', '/scim', '/metrics', '/.outside']) {
      expectScimError(await scimRequest(`${world.gateway.url}${path}`, { token: tenant.token }), 404);
    }
  });

  it('/Me is not offered', async () => {
    expectScimError(await world.scim('/Me', { method: 'POST', token: tenant.token, body: {} }), 501);
  });
});

describe('what clients do to addresses', () => {
  it.each([
    '/scim/v2/Users/',
    '/scim/v2//Users',
    '//scim//v2///Users//',
    '/moservices/scim/v1/Users',
    '/scim/v2/Users?aadOptscim062020&whatever=1',
    '/scim/v2/Users/?startIndex=1&count=0',
  ])('%s is the list of users', async (path) => {
    const response = await scimRequest(`${world.gateway.url}${path}`, { token: tenant.token });
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({ schemas: [`${MESSAGES}:ListResponse`] });
  });

  it('a token may come with its scheme twice', async () => {
    const headers = { authorization: `Bearer Bearer ${tenant.token}` };
    expect((await world.scim('/Users?count=0', { headers })).status).toBe(200);
  });
});

describe('a connection test', () => {
  it.each([
    '/Users?filter=userName+eq+%22',
    '/Users?filter=externalId+eq+%22',
    '/Groups?excludedAttributes=members&filter=displayName+eq+%22',
  ])('%s<guid>" finds nothing and does not fail', async (start) => {
    const response = await world.scim(`${start}c7e0a4f2-2f4e-4d0e-9a3c-6a4b1f0f7b11%22`, {
      token: tenant.token,
    });
    expect(response.status).toBe(200);
    expect(response.body).toEqual({
      schemas: [`${MESSAGES}:ListResponse`],
      totalResults: 0,
      startIndex: 1,
      itemsPerPage: 0,
      Resources: [],
    });
  });
});

describe('discovery', () => {
  it('says what is offered', async () => {
    const { body } = await world.scim('/ServiceProviderConfig', { token: tenant.token });
    expect(body).toMatchObject({
      patch: { supported: true },
      filter: { supported: true },
      etag: { supported: true },
      bulk: { supported: true, maxOperations: 1_000, maxPayloadSize: 1_048_576 },
    });
  });

  it('lists users first among the resource types, and each by its name', async () => {
    const { body } = await world.scim('/ResourceTypes', { token: tenant.token });
    expect(body).toMatchObject({
      totalResults: 2,
      Resources: [{ endpoint: '/Users' }, { endpoint: '/Groups' }],
    });
    expect((await world.scim('/ResourceTypes/User', { token: tenant.token })).body).toMatchObject({
      name: 'User',
    });
    expectScimError(await world.scim('/ResourceTypes/Robot', { token: tenant.token }), 404);
  });

  it('lists the schemas, and each by its URN', async () => {
    const { body } = await world.scim('/Schemas', { token: tenant.token });
    expect(body).toMatchObject({
      totalResults: 3,
      Resources: [{ id: `${CORE}:User`, description: 'User Account' }, {}, {}],
    });
    expect((await world.scim(`/Schemas/${CORE}:Group`, { token: tenant.token })).body).toMatchObject({
      id: `${CORE}:Group`,
    });
    expectScimError(await world.scim('/Schemas/urn:none', { token: tenant.token }), 404);
  });

  it.each(['/Schemas', '/ResourceTypes'])('%s refuses a filter rather than ignoring it', async (path) => {
    expectScimError(
      await world.scim(`${path}?filter=id+eq+%22x%22`, { token: tenant.token }),
      403,
      'invalidFilter',
    );
  });
});

describe('lists', () => {
  it.each([
    ['userName eq', 'invalidFilter'],
    ['nonsense eq "x"', 'invalidFilter'],
    [`${'('.repeat(500)}userName eq "x"${')'.repeat(500)}`, 'invalidFilter'],
    [`userName eq "${'x'.repeat(5_000)}"`, 'invalidFilter'],
    ['userName eq "a\\u0000b"', 'invalidFilter'],
  ])('refuse the filter %.40s and never show everything', async (filter, scimType) => {
    const response = await world.scim(`/Users?filter=${encodeURIComponent(filter)}`, { token: tenant.token });
    expectScimError(response, 400, scimType);
  });

  it('refuse a filter on a secret', async () => {
    const { status } = await world.scim('/Users?filter=password+eq+%22x%22', { token: tenant.token });
    expect([400, 403]).toContain(status);
  });

  it('refuse what is not a number, and cap what is too much', async () => {
    expectScimError(await world.scim('/Users?count=many', { token: tenant.token }), 400, 'invalidValue');
    await world.scim('/Users?count=100000&startIndex=-5&sortBy=username&sortOrder=descending', {
      token: tenant.token,
    });
    expect(world.directory.requests.at(-1)?.body).toMatchObject({
      count: 1_000,
      startIndex: 1,
      sortBy: 'userName',
      sortOrder: 'descending',
    });
    expectScimError(await world.scim('/Users?sortBy=nothing', { token: tenant.token }), 400, 'invalidPath');
  });

  it('by cursor have no startIndex', async () => {
    const { body } = await world.scim('/Users?cursor=', { token: tenant.token });
    expect(body).not.toHaveProperty('startIndex');
    expect(world.directory.requests.at(-1)?.body).toMatchObject({ cursor: '' });
  });
});
