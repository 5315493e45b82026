import { describe, expect, it } from '@jest/globals';
import { expectScimError } from './testing/expect-scim-error.js';
import { scimRequest } from './testing/gateway-world.js';
import { sampleDevice, sampleRegistration } from './testing/sample-registration.js';
import { worldOfFile } from './testing/world-of-file.js';

const UNKNOWN_ID = '0192f5c4-0000-7000-8000-00000000dead';

const {
  world,
  tenant: { token },
} = worldOfFile({ registration: sampleRegistration });

describe('paths of own types', () => {
  it.each([
    '/scim/v2/Devices/',
    '//scim//v2//Devices//',
    '/moservices/scim/v1/Devices',
    '/scim/v2/Devices?aadOptscim062020',
  ])('%s is the list of devices', async (path) => {
    const response = await scimRequest(`${world.gateway.url}${path}`, { token });
    expect(response).toMatchObject({ status: 200, body: { Resources: expect.any(Array) } });
  });

  it.each([
    ['PUT', '/Devices', 'GET, POST'],
    ['DELETE', '/Devices', 'GET, POST'],
    ['GET', '/Devices/.search', 'POST'],
    ['POST', `/Devices/${UNKNOWN_ID}`, 'GET, PUT, PATCH, DELETE'],
    ['GET', '/Bulk', 'POST'],
    ['GET', '/.search', 'POST'],
    ['POST', '/Schemas', 'GET'],
    ['DELETE', '/ResourceTypes/Device', 'GET'],
    ['DELETE', '/Users', 'GET, POST'],
  ])('%s %s is not allowed', async (method, path, allow) => {
    const response = await world.scim(path, { method, token });
    expectScimError(response, 405);
    expect(response.headers.get('allow')).toBe(allow);
  });

  it.each([
    '/devices',
    '/Device',
    '/users',
    '/__proto__',
    '/constructor',
    '/toString',
    '/hasOwnProperty/x',
    '/__proto__/.search',
    '/%5f%5fproto%5f%5f',
    '/Devices%2f..',
    '/..%2fUsers',
    `/${'x'.repeat(10_000)}`,
    `/${'x'.repeat(10_000)}/${UNKNOWN_ID}`,
    `/Devices/${'x'.repeat(10_000)}`,
    '/Devices/__proto__',
    `/Devices/${UNKNOWN_ID}/x`,
    '/Bulk/x',
    '/Me/x',
  ])('there is nothing at %.40s', async (path) => {
    for (const method of ['GET', 'DELETE']) expectScimError(await world.scim(path, { token, method }), 404);
  });

  it('are not told apart by a stranger', async () => {
    for (const path of ['/Devices', '/Robots', `/Devices/${UNKNOWN_ID}`, '/__proto__/x']) {
      for (const method of ['GET', 'PUT', 'DELETE']) expectScimError(await world.scim(path, { method }), 401);
    }
  });

  it('are templates in metrics', async () => {
    await world.scim(`/Devices/${UNKNOWN_ID}`, { token });
    await world.scim('/Ghosts', { token });
    const metrics = await (await fetch(`${world.gateway.operationsUrl}/metrics`)).text();
    expect(metrics).toMatch(/muster_scim_requests_total\{[^}]*route="\/:type\/:id"/);
    expect(metrics).not.toMatch(/Devices|Ghosts/);
  });
});

describe('a tenant', () => {
  it('has no part in what another registered', async () => {
    const id = await world.create('/Devices', token, sampleDevice);
    const other = world.addTenant();
    for (const path of [
      '/Devices',
      `/Devices/${id}`,
      '/Schemas/urn:example:schemas:2.0:Device',
      '/ResourceTypes/Device',
    ])
      expectScimError(await world.scim(path, { token: other.token }), 404);
    const before = world.directory.commands.length;
    expectScimError(await world.scim('/Devices', { token: other.token, body: sampleDevice }), 404);
    expect(world.directory.commands).toHaveLength(before);
    for (const path of ['/Schemas', '/ResourceTypes'])
      expect((await world.scim(path, { token: other.token })).text).not.toMatch(/Device|Badge/);
  });

  it('that registered the same has resources of its own', async () => {
    const id = await world.create('/Devices', token, sampleDevice);
    const twin = world.addTenant({ registration: sampleRegistration });
    expectScimError(await world.scim(`/Devices/${id}`, { token: twin.token }), 404);
    const body = { Operations: [{ op: 'replace', path: 'state', value: 'theirs' }] };
    expectScimError(await world.scim(`/Devices/${id}`, { token: twin.token, method: 'PATCH', body }), 404);
    expect((await world.scim(`/Devices/${id}`, { token })).body).toMatchObject({ state: 'in use' });
  });
});
