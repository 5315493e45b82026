import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { scimEventUris } from '@muster/contracts';
import { until } from '@muster/messaging/testing';
import {
  openOneProcessWorld,
  type OneProcessTenant,
  type OneProcessWorld,
} from './world/one-process-world.js';
import { GROUP_URN, idOf, USER_URN } from './world/scim-client.js';

jest.setTimeout(60_000);

const newUser = (more: object = {}) => ({
  schemas: [USER_URN],
  userName: `${randomUUID()}@customer.example`,
  ...more,
});
const newGroup = (more: object = {}) => ({ schemas: [GROUP_URN], displayName: randomUUID(), ...more });
const retitle = [{ op: 'replace', path: 'title', value: 'Lead' }];

describe('what a tenant may set, from the admin API to the answers of the gateway', () => {
  let world: OneProcessWorld;

  beforeAll(async () => {
    world = await openOneProcessWorld();
  });

  afterAll(() => world?.close());

  /** Two answers to the same request: before the setting was changed, and the first that differs after it. */
  async function beforeAndAfter(
    tenant: OneProcessTenant,
    change: Readonly<Record<string, unknown>>,
    ask: () => Promise<number>,
  ): Promise<[number, number]> {
    const before = await ask();
    await tenant.set(change);
    let after = before;
    await until('the gateway goes by the new setting', async () => (after = await ask()) !== before);
    return [before, after];
  }

  it('patchUserReturnsBody', async () => {
    const tenant = await world.newTenant();
    const id = idOf(await tenant.client.post('/Users', newUser()));
    const ask = async () => (await tenant.client.patch(`/Users/${id}`, retitle)).status;
    expect(await beforeAndAfter(tenant, { patchUserReturnsBody: false }, ask)).toEqual([200, 204]);
  });

  it('patchGroupReturnsBody', async () => {
    const tenant = await world.newTenant();
    const id = idOf(await tenant.client.post('/Groups', newGroup()));
    const rename = [{ op: 'replace', path: 'externalId', value: 'E-1' }];
    const ask = async () => (await tenant.client.patch(`/Groups/${id}`, rename)).status;
    expect(await beforeAndAfter(tenant, { patchGroupReturnsBody: true }, ask)).toEqual([204, 200]);
  });

  it('groupDisplayNameUnique', async () => {
    const tenant = await world.newTenant();
    await tenant.client.post('/Groups', newGroup({ displayName: 'Sales' }));
    const ask = async () => (await tenant.client.post('/Groups', newGroup({ displayName: 'SALES' }))).status;
    expect(await beforeAndAfter(tenant, { groupDisplayNameUnique: false }, ask)).toEqual([409, 201]);
  });

  it('externalIdUnique', async () => {
    const tenant = await world.newTenant();
    await tenant.client.post('/Users', newUser({ externalId: 'E-1' }));
    const other = idOf(await tenant.client.post('/Users', newUser({ externalId: 'E-2' })));
    const take = [{ op: 'replace', path: 'externalId', value: 'E-1' }];
    const leave = [{ op: 'replace', path: 'externalId', value: 'E-2' }];
    const ask = async () => {
      const { status } = await tenant.client.patch(`/Users/${other}`, take);
      await tenant.client.patch(`/Users/${other}`, leave);
      return status;
    };
    expect(await beforeAndAfter(tenant, { externalIdUnique: true }, ask)).toEqual([200, 409]);
  });

  it('unknownMembers', async () => {
    const tenant = await world.newTenant();
    const ask = async () => {
      const stranger = newGroup({ members: [{ value: randomUUID() }] });
      return (await tenant.client.post('/Groups', stranger)).status;
    };
    const [strict, lenient] = await beforeAndAfter(tenant, { unknownMembers: 'lenient' }, ask);
    expect(strict).toBeGreaterThanOrEqual(400);
    expect(lenient).toBe(201);
  });

  it('unknownPatchAttributes', async () => {
    const tenant = await world.newTenant();
    const id = idOf(await tenant.client.post('/Users', newUser()));
    const favourite = [{ op: 'add', path: 'favouriteColour', value: 'red' }];
    const ask = async () => (await tenant.client.patch(`/Users/${id}`, favourite)).status;
    expect(await beforeAndAfter(tenant, { unknownPatchAttributes: 'reject' }, ask)).toEqual([200, 400]);
  });

  it('softDeleteUsers', async () => {
    const tenant = await world.newTenant();
    const person = newUser({ externalId: 'E-1' });
    const deleted = async () => {
      const id = idOf(await tenant.client.post('/Users', person));
      const location = `/Users/${id}`;
      expect((await tenant.client.delete(location)).status).toBe(204);
      // RFC 7644 section 3.6: gone for everybody.
      expect((await tenant.client.get(location)).status).toBe(404);
      expect((await tenant.client.delete(location)).status).toBe(404);
      expect((await tenant.client.get('/Users?count=0')).body['totalResults']).toBe(0);
      const filter = encodeURIComponent(`userName eq "${person.userName}"`);
      expect((await tenant.client.get(`/Users?filter=${filter}`)).body['totalResults']).toBe(0);
      return id;
    };
    expect(await deleted()).not.toBe(await deleted());
    await tenant.set({ softDeleteUsers: true });
    const id = await deleted();
    expect(await deleted()).toBe(id);
    const again = await tenant.client.post('/Users', person);
    expect(again).toMatchObject({ status: 201, body: { id, active: true } });
    expect(String(again.headers['location'])).toContain(`/Users/${id}`);
    expect((await tenant.client.get(`/Users/${id}`)).body).toEqual(again.body);
    expect((await tenant.client.get('/Users')).body['totalResults']).toBe(1);

    // Turning it off forgets who was kept.
    await tenant.client.delete(`/Users/${id}`);
    await tenant.set({ softDeleteUsers: false });
    await tenant.set({ softDeleteUsers: true });
    expect(await deleted()).not.toBe(id);
  });

  it('configNamesEvents', async () => {
    const tenant = await world.newTenant();
    const ask = async () => {
      const { body } = await tenant.client.get('/ServiceProviderConfig');
      const events = body['securityEvents'] as { readonly eventUris: readonly string[] } | undefined;
      return events?.eventUris.length ?? 0;
    };
    const [before, after] = await beforeAndAfter(tenant, { configNamesEvents: true }, ask);
    expect(before).toBe(0);
    // What consumers find as `ce_scimevent`, each once.
    expect(after).toBe(new Set(Object.values(scimEventUris)).size);
  });

  it('requestsPerSecondMax and requestBurstMax', async () => {
    const tenant = await world.newTenant();
    const ask = async () => (await tenant.client.get('/Users?count=0')).status;
    const change = { requestsPerSecondMax: 1, requestBurstMax: 1 };
    expect(await beforeAndAfter(tenant, change, ask)).toEqual([200, 429]);
  });

  it('anyDomain', async () => {
    const tenant = await world.newTenant();
    const ask = async () => (await tenant.client.post('/Users', newUser())).status;
    const [any, registered] = await beforeAndAfter(tenant, { anyDomain: false }, ask);
    expect(any).toBe(201);
    expect(registered).toBe(400);
  });
});
