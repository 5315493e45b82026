import { describe, expect, it } from '@jest/globals';
import { directoryPaths, type BulkCommand, type Command, type SchemasDigest } from '@muster/contracts';
import { expectScimError } from './testing/expect-scim-error.js';
import { eventually, type SampleTenant } from './testing/gateway-world.js';
import { BADGE, DEVICE, sampleDevice, sampleRegistration, WARRANTY } from './testing/sample-registration.js';
import { worldOfFile } from './testing/world-of-file.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const { world, tenant } = worldOfFile({ registration: sampleRegistration });
const { token } = tenant;

const lastCommand = (): Command => world.directory.commands.at(-1) as Command;

describe('a user with an extension of the tenant', () => {
  it('has it beside the standard one, and lists it in schemas', async () => {
    const created = await world.scim('/Users', {
      token,
      body: {
        userName: 'badge@contoso.test',
        password: 'secret',
        [ENTERPRISE]: { department: 'R&D' },
        [BADGE]: { number: 'B-1', floors: [1, 2] },
      },
    });
    expect(created).toMatchObject({
      status: 201,
      body: {
        schemas: [`${CORE}:User`, ENTERPRISE, BADGE],
        [ENTERPRISE]: { department: 'R&D' },
        [BADGE]: { number: 'B-1', floors: [1, 2] },
      },
    });
    expect(lastCommand()).toMatchObject({
      type: 'user.create.requested',
      schemas: expect.any(String),
      warnings: [{ kind: 'secretDropped', path: 'password' }],
    });
    expect(lastCommand()).not.toHaveProperty('resourceType');

    const path = `/Users/${String(created.body.id)}`;
    const Operations = [
      { op: 'add', path: `${BADGE}:floors`, value: [3] },
      { op: 'replace', value: { [`${BADGE}:number`]: 'B-2' } },
    ];
    const patched = await world.scim(path, { method: 'PATCH', token, body: { Operations } });
    expect(patched).toMatchObject({ status: 200, body: { [BADGE]: { number: 'B-2', floors: [1, 2, 3] } } });
    const only = await world.scim(`${path}?attributes=${BADGE}:number`, { token });
    expect(only.body).toEqual({
      schemas: [`${CORE}:User`, ENTERPRISE, BADGE],
      id: created.body.id,
      [BADGE]: { number: 'B-2' },
    });
    const whole = await world.scim(`${path}?attributes=${BADGE.toUpperCase()}`, { token });
    expect(whole.body).toMatchObject({ [BADGE]: { number: 'B-2', floors: [1, 2, 3] } });
    expect(whole.body).not.toHaveProperty('userName');
    const without = await world.scim(`${path}?excludedAttributes=${BADGE}`, { token });
    expect(without.body).not.toHaveProperty([BADGE]);
    const filter = encodeURIComponent(`${BADGE}:number eq "b-2"`);
    expect((await world.scim(`/Users?filter=${filter}`, { token })).body).toMatchObject({ totalResults: 1 });
    expect(world.directory.requests.at(-1)?.body).toMatchObject({ schemas: expect.any(String) });
  });

  it('is of another tenant without it', async () => {
    const other = world.addTenant();
    const created = await world.scim('/Users', {
      token: other.token,
      body: { userName: 'plain@contoso.test', [BADGE]: { number: 'B-1' } },
    });
    expect(created.body).not.toHaveProperty([BADGE]);
    expect(lastCommand()).toMatchObject({ warnings: [{ kind: 'unknownAttribute', path: BADGE }] });
    expect(lastCommand()).not.toHaveProperty('schemas');
    const filter = encodeURIComponent(`${BADGE}:number eq "b-2"`);
    expectScimError(
      await world.scim(`/Users?filter=${filter}`, { token: other.token }),
      400,
      'invalidFilter',
    );
  });
});

describe('discovery', () => {
  it("shows the tenant's resource types", async () => {
    const { body } = await world.scim('/ResourceTypes', { token });
    expect(body).toMatchObject({
      totalResults: 3,
      Resources: [
        { id: 'User', schemaExtensions: [{ schema: ENTERPRISE }, { schema: BADGE, required: false }] },
        { id: 'Group' },
        {
          id: 'Device',
          endpoint: '/Devices',
          description: 'What people carry.',
          schema: DEVICE,
          schemaExtensions: [{ schema: WARRANTY, required: true }],
          meta: { location: 'https://scim.example.test/scim/v2/ResourceTypes/Device' },
        },
      ],
    });
    const one = await world.scim('/ResourceTypes/Device', { token });
    expect(one.body).toEqual((body.Resources as object[])[2]);
  });

  it("shows the tenant's schemas, with the characteristics that hold", async () => {
    const { body } = await world.scim('/Schemas', { token });
    expect((body.Resources as { id: string }[]).map(({ id }) => id)).toEqual([
      `${CORE}:User`,
      `${CORE}:Group`,
      DEVICE,
      ENTERPRISE,
      BADGE,
      WARRANTY,
    ]);
    const one = await world.scim(`/Schemas/${DEVICE}`, { token });
    expect(one.body).toMatchObject({
      attributes: expect.arrayContaining([
        expect.objectContaining({ name: 'serial', mutability: 'immutable', uniqueness: 'server' }),
        expect.objectContaining({ name: 'pin', mutability: 'writeOnly', returned: 'never' }),
        expect.objectContaining({ name: 'owner', type: 'reference', referenceTypes: ['User'] }),
      ]),
    });
  });

  it('shows the service itself as to everybody', async () => {
    const other = world.addTenant();
    const mine = await world.scim('/ServiceProviderConfig', { token });
    const theirs = await world.scim('/ServiceProviderConfig', { token: other.token });
    expect(mine.text).toBe(theirs.text);
  });
});

describe('a registration', () => {
  const fetchesOf = ({ tenantId }: SampleTenant, digest: SchemasDigest): number =>
    world.directory.askedFor(directoryPaths.schemas(tenantId, digest));

  it('is fetched once, however many ask, and not at all where there is none', async () => {
    const mine = world.addTenant();
    const digest = world.directory.register(mine.tenantId, sampleRegistration);
    const asks = Array.from({ length: 20 }, () => world.scim('/Devices', { token: mine.token }));
    for (const { status } of await Promise.all(asks)) expect(status).toBe(200);
    expect(fetchesOf(mine, digest)).toBe(1);
    const plain = world.addTenant();
    await world.scim('/Users', { token: plain.token });
    const paths = world.directory.requests.map(({ path }) => path);
    expect(paths.filter((path) => path.includes(`${plain.tenantId}/schemas/`))).toEqual([]);
  });

  it('that changes is used within the time that a credential is remembered', async () => {
    const mine = world.addTenant();
    expectScimError(await world.scim('/Devices', { token: mine.token }), 404);
    const first = world.directory.register(mine.tenantId, sampleRegistration);
    await eventually(async () => (await world.scim('/Devices', { token: mine.token })).status === 200);
    const [device, ...others] = sampleRegistration.schemas;
    const colour = { name: 'colour' };
    const second = world.directory.register(mine.tenantId, {
      ...sampleRegistration,
      schemas: [{ ...device, attributes: [...device!.attributes, colour] }, ...others],
    });
    expect(second).not.toBe(first);
    await eventually(async () => {
      const { text } = await world.scim(`/Schemas/${DEVICE}`, { token: mine.token });
      return text.includes('colour');
    });
    const body = { ...sampleDevice, colour: 'red' };
    const created = await world.scim('/Devices', { token: mine.token, body });
    expect(created.body).toMatchObject({ colour: 'red' });
    expect(lastCommand()).toMatchObject({ schemas: second });
    expect([fetchesOf(mine, first), fetchesOf(mine, second)]).toEqual([1, 1]);
  });

  it('that cannot be had is 503, and the tenant is served as soon as it can', async () => {
    const mine = world.addTenant({ registration: sampleRegistration });
    world.directory.registrations = 'off';
    for (const path of ['/Devices', '/Users', '/Nothing']) {
      const response = await world.scim(path, { token: mine.token });
      expectScimError(response, 503);
      expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    world.directory.registrations = 'unknown';
    expectScimError(await world.scim('/Devices', { token: mine.token }), 503);
    world.directory.registrations = 'on';
    expect((await world.scim('/Devices', { token: mine.token })).status).toBe(200);
  });
});

describe('a bulk request', () => {
  const bulk = (Operations: readonly object[]) => world.scim('/Bulk', { token, body: { Operations } });

  it('creates, changes and deletes resources of own types, which may refer to each other', async () => {
    const created = await bulk([
      {
        method: 'POST',
        path: '/Devices',
        bulkId: 'd1',
        data: { ...sampleDevice, owner: 'bulkId:u1', pin: '1234' },
      },
      { method: 'POST', path: '/Users', bulkId: 'u1', data: { userName: 'bulk@contoso.test' } },
    ]);
    expect(created.body.Operations).toMatchObject([
      { method: 'POST', bulkId: 'd1', status: '201', location: expect.stringContaining('/scim/v2/Devices/') },
      { method: 'POST', bulkId: 'u1', status: '201', location: expect.stringContaining('/scim/v2/Users/') },
    ]);
    const { schemas, parts } = world.directory.commands.at(-1) as unknown as BulkCommand;
    expect(schemas).toMatch(/^[0-9a-f]{64}$/);
    const [user, device] = parts.map(({ command }) => command);
    expect(user).toMatchObject({ type: 'user.create.requested', schemas });
    expect(device).toMatchObject({
      type: 'resource.create.requested',
      resourceType: 'Device',
      schemas,
      document: { owner: user!.resourceId },
      warnings: [{ kind: 'secretDropped', path: 'pin' }],
    });

    const path = `/Devices/${device!.resourceId}`;
    const changed = await bulk([
      { method: 'PATCH', path, data: { Operations: [{ op: 'replace', path: 'state', value: 'lost' }] } },
      { method: 'PUT', path, data: { ...sampleDevice, serial: 'other' } },
      { method: 'PUT', path, data: { label: 'no warranty' } },
      { method: 'DELETE', path },
    ]);
    expect(changed.body.Operations).toMatchObject([
      { status: '200', version: 'W/"2"' },
      { status: '400', response: { scimType: 'mutability' } },
      { status: '400', response: { scimType: 'invalidValue' } },
      { status: '204' },
    ]);
    expectScimError(await world.scim(path, { token }), 404);
  });

  it('knows no path of another tenant', async () => {
    const other = world.addTenant();
    const operation = { method: 'POST', path: '/Devices', bulkId: 'd1', data: sampleDevice };
    const response = await world.scim('/Bulk', { token: other.token, body: { Operations: [operation] } });
    expect(response.body.Operations).toMatchObject([
      { status: '400', response: { scimType: 'invalidPath' } },
    ]);
  });
});
