import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGatewayWorld, type GatewayWorld, type SampleTenant } from './testing/gateway-world.js';

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

describe('smoke', () => {
  let world: GatewayWorld;
  let tenant: SampleTenant;

  beforeAll(async () => {
    world = await startGatewayWorld();
    tenant = world.addTenant();
    await world.ready();
  });

  afterAll(async () => {
    await world.close();
  });

  it('creates', async () => {
    const { token } = tenant;
    const created = await world.scim('/Users', { token, body: { userName: 'jo@contoso.test' } });
    expect(created.status).toBe(201);
    console.log(created.text, [...created.headers]);
    const read = await world.scim(`/Users/${String(created.body.id)}`, { token });
    console.log(read.text);
    expect((await world.scim('/Users')).body).toMatchObject({ schemas: [ERROR], status: '401' });
  });
});
