import { describe, expect, it } from '@jest/globals';
import { decodeFailure, type Command } from '@muster/contracts';
import { expectScimError } from './testing/expect-scim-error.js';
import { failureOfRequest } from './testing/failure-of-request.js';
import { eventually, type ScimResponse } from './testing/gateway-world.js';
import { DEVICE, sampleDevice, sampleRegistration, WARRANTY } from './testing/sample-registration.js';
import { worldOfFile } from './testing/world-of-file.js';

const { world, tenant } = worldOfFile({ registration: sampleRegistration });
const { token } = tenant;

function createDevice(more: object = {}): Promise<string> {
  return world.create('/Devices', token, { ...sampleDevice, ...more });
}

function patch(id: string, ...Operations: object[]): Promise<ScimResponse> {
  return world.scim(`/Devices/${id}`, { method: 'PATCH', token, body: { Operations } });
}

const lastCommand = (): Command => world.directory.commands.at(-1) as Command;
const digestOf = (): unknown => lastCommand().schemas;

describe('a resource of an own type', () => {
  it('is created with a value of every type', async () => {
    const created = await world.scim('/Devices', { token, body: sampleDevice });
    const id = String(created.body.id);
    const location = `https://scim.example.test/scim/v2/Devices/${id}`;
    const { hiddenNote: _never, history: _request, ...shown } = sampleDevice;
    expect(created.body).toEqual({
      ...shown,
      id,
      meta: {
        resourceType: 'Device',
        created: expect.any(String),
        lastModified: expect.any(String),
        location,
        version: 'W/"1"',
      },
    });
    expect(Object.fromEntries(created.headers)).toMatchObject({ location, etag: 'W/"1"' });
    expect(created.status).toBe(201);
    expect(lastCommand()).toMatchObject({
      type: 'resource.create.requested',
      resourceType: 'Device',
      schemas: expect.stringMatching(/^[0-9a-f]{64}$/),
      documentHash: expect.any(String),
      document: { hiddenNote: 'lent', [WARRANTY]: { contract: 'W-1' } },
    });
    expect(lastCommand()).not.toHaveProperty('warnings');
    expect((await world.scim(`/Devices/${id}`, { token })).body).toEqual(created.body);
  });

  it('is replaced, changed, and deleted', async () => {
    const id = await createDevice();
    const replaced = await world.scim(`/Devices/${id}`, {
      method: 'PUT',
      token,
      body: { label: 'Phone', [WARRANTY]: { contract: 'W-2' } },
    });
    expect(replaced).toMatchObject({ status: 200, body: { label: 'Phone', meta: { version: 'W/"2"' } } });
    // What is immutable stays when a PUT leaves it out.
    expect(replaced.body).toMatchObject({ serial: 'SN-1', [WARRANTY]: { contract: 'W-2' } });
    expect(replaced.body).not.toHaveProperty('weight');

    const changed = await patch(
      id,
      { op: 'Add', path: 'slots', value: [{ value: 'b', size: 2 }] },
      { op: 'replace', path: `${WARRANTY}:until`, value: '2028-01-01T00:00:00Z' },
      { op: 'replace', value: { isOnline: 'False' } },
    );
    expect(changed).toMatchObject({
      status: 200,
      body: {
        isOnline: false,
        slots: [{ value: 'b', size: 2 }],
        [WARRANTY]: { until: '2028-01-01T00:00:00Z' },
      },
    });
    expect(changed.headers.get('etag')).toBe('W/"3"');
    expect(lastCommand()).toMatchObject({ type: 'resource.patch.requested', resourceType: 'Device' });

    const sent = world.directory.commands.length;
    const deleted = await world.scim(`/Devices/${id}`, {
      method: 'DELETE',
      token,
      headers: { 'if-match': 'W/"3"' },
    });
    expect(deleted).toMatchObject({ status: 204, text: '' });
    expect(world.directory.commands[sent]).toMatchObject({
      type: 'resource.delete.requested',
      resourceType: 'Device',
      schemas: digestOf(),
      ifMatch: { versions: [3] },
    });
    expectScimError(await world.scim(`/Devices/${id}`, { token }), 404);
  });

  it('is not there under the path of another kind', async () => {
    const id = await createDevice();
    expectScimError(await world.scim(`/Users/${id}`, { token }), 404);
    expectScimError(await world.scim(`/Groups/${id}`, { method: 'DELETE', token }), 404);
    expect((await world.scim(`/Devices/${id}`, { token })).status).toBe(200);
  });

  it('has preconditions', async () => {
    const id = await createDevice();
    const read = await world.scim(`/Devices/${id}`, { token, headers: { 'if-none-match': 'W/"1"' } });
    expect(read).toMatchObject({ status: 304, text: '' });
  });

  it('is refused when its directory says that a value is taken', async () => {
    world.directory.script = () => ({
      status: 'rejected',
      cause: 'duplicate_value',
      detail: 'Another resource of this type (id x) already has this serial.',
    });
    const response = await world.scim('/Devices', { token, body: sampleDevice });
    world.directory.script = () => 'apply';
    expectScimError(response, 409, 'uniqueness');
    expect(response.body).toMatchObject({ detail: expect.stringContaining('serial') });
  });
});

describe('the characteristics of an attribute', () => {
  it.each([
    ['a required attribute that is missing', { label: null }],
    ['a required extension that is missing', { [WARRANTY]: null }],
    [
      'a required attribute of the extension that is missing',
      { [WARRANTY]: { until: '2027-01-01T00:00:00Z' } },
    ],
    ['a boolean that is none', { isOnline: 'perhaps' }],
    ['an integer with a fraction', { ports: 1.5 }],
    ['a decimal that is text', { weight: 'heavy' }],
    ['a date that is none', { boughtAt: 'yesterday' }],
    ['binary that is not base64', { image: '§' }],
    ['an object for a text', { state: { a: 1, b: 2 } }],
    ['NUL', { label: 'a\0b' }],
  ])('refuse %s, before anything is published', async (_name, more) => {
    const before = world.directory.commands.length;
    const response = await world.scim('/Devices', { token, body: { ...sampleDevice, ...more } });
    expectScimError(response, 400, 'invalidValue');
    await createDevice();
    expect(world.directory.commands).toHaveLength(before + 1);
    expect(await failureOfRequest(world, response)).toMatchObject({
      operation: 'create',
      resourceKind: 'resource',
      resourceType: 'Device',
      status: 400,
    });
  });

  it('keep what is immutable', async () => {
    const id = await createDevice();
    expectScimError(await patch(id, { op: 'replace', path: 'serial', value: 'SN-2' }), 400, 'mutability');
    const body = { ...sampleDevice, serial: 'SN-2' };
    expectScimError(await world.scim(`/Devices/${id}`, { method: 'PUT', token, body }), 400, 'mutability');
    expect((await patch(id, { op: 'replace', path: 'serial', value: 'SN-1' })).status).toBe(200);
  });

  it('pass over secrets and what the server sets, and say so', async () => {
    const created = await world.scim('/Devices', {
      token,
      body: { ...sampleDevice, schemas: undefined, pin: '1234', nobodyKnows: 1 },
    });
    expect(created.status).toBe(201);
    expect(created.text).not.toContain('1234');
    expect(lastCommand()).toMatchObject({
      document: expect.not.objectContaining({ pin: expect.anything() }),
      warnings: [
        { kind: 'secretDropped', path: 'pin' },
        { kind: 'unknownAttribute', path: 'nobodyKnows' },
      ],
    });
    expect(JSON.stringify(lastCommand())).not.toContain('1234');

    await patch(
      String(created.body.id),
      { op: 'add', path: 'pin', value: '4321' },
      { op: 'replace', path: 'assignedBy', value: 'me' },
      { op: 'replace', path: 'state', value: 'lost' },
    );
    expect(lastCommand()).toMatchObject({
      patch: { operations: [{ op: 'replace', value: 'lost' }] },
      warnings: [
        { kind: 'secretDropped', path: 'pin' },
        { kind: 'readOnlyAttribute', path: 'assignedBy' },
      ],
    });
    expect(JSON.stringify(lastCommand())).not.toContain('4321');
  });

  it('send twenty warnings at the most', async () => {
    const hats = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`hat${at}`, at]));
    await createDevice(hats);
    expect(lastCommand().warnings).toHaveLength(20);
  });

  it('decide what is returned', async () => {
    const id = await createDevice();
    const only = await world.scim(`/Devices/${id}?attributes=history,hiddenNote`, { token });
    expect(only.body).toEqual({ schemas: expect.any(Array), id, history: 'repaired', state: 'in use' });
    const except = await world.scim(`/Devices/${id}?excludedAttributes=state,label,${WARRANTY}:until`, {
      token,
    });
    expect(except.body).toMatchObject({ state: 'in use', [WARRANTY]: { contract: 'W-1' } });
    expect(except.body).not.toHaveProperty('label');
    expect(except.body).not.toHaveProperty(`${WARRANTY}.until`);
    for (const { text } of [only, except]) expect(text).not.toContain('lent');
  });

  it('keep what is never returned from filters and from the order of a list', async () => {
    for (const name of ['hiddenNote', 'pin']) {
      const filter = encodeURIComponent(`${name} sw "l"`);
      expectScimError(await world.scim(`/Devices?filter=${filter}`, { token }), 403, 'sensitive');
    }
    expectScimError(await world.scim('/Devices?sortBy=hiddenNote', { token }), 403, 'sensitive');
  });
});

describe('lists of an own type', () => {
  it.each([
    ['label eq "LISTED"', 1],
    ['serial eq "sn-l"', 0],
    [`urn:example:schemas:extension:2.0:Warranty:contract eq "list"`, 1],
    [`${DEVICE}:ports gt 40 and slots[size eq 9]`, 1],
    ['externalId eq "list-1"', 1],
    ['meta.resourceType eq "User"', 0],
  ])('%s finds %i', async (filter, totalResults) => {
    const mine = world.addTenant({ registration: sampleRegistration });
    const body = {
      ...sampleDevice,
      externalId: 'list-1',
      label: 'listed',
      serial: 'SN-L',
      ports: 41,
      slots: [{ value: 'x', size: 9 }],
      [WARRANTY]: { contract: 'list' },
    };
    await world.scim('/Devices', { token: mine.token, body });
    await world.scim('/Devices', { token: mine.token, body: sampleDevice });
    const listed = await world.scim(`/Devices?filter=${encodeURIComponent(filter)}`, { token: mine.token });
    expect(listed).toMatchObject({ status: 200, body: { totalResults } });
    const searched = await world.scim('/Devices/.search', { token: mine.token, body: { filter } });
    expect(searched.body).toEqual(listed.body);
  });

  it('are asked of the directory by the schemas that the filter was read by', async () => {
    await world.scim(`/Devices?sortBy=${WARRANTY.toUpperCase()}:CONTRACT&cursor=&count=3`, { token });
    expect(world.directory.requests.at(-1)).toMatchObject({
      path: `/internal/v1/tenants/${tenant.tenantId}/types/Device/query`,
      body: {
        schemas: digestOf(),
        sortBy: `${WARRANTY}:contract`,
        cursor: '',
        count: 3,
        withReferences: false,
      },
    });
  });

  it('refuse a filter on what the type does not have', async () => {
    for (const filter of ['userName eq "x"', 'ports eq "x"', 'isOnline gt true'])
      expectScimError(
        await world.scim(`/Devices?filter=${encodeURIComponent(filter)}`, { token }),
        400,
        'invalidFilter',
      );
  });
});

describe('a query at the root', () => {
  it('goes over everything that the tenant has', async () => {
    const mine = world.addTenant({ registration: sampleRegistration });
    const { token: own } = mine;
    await world.scim('/Devices', { token: own, body: sampleDevice });
    await world.scim('/Groups', { token: own, body: { displayName: 'G' } });
    await world.scim('/Users', { token: own, body: { userName: 'root@contoso.test' } });
    const all = await world.scim('/', { token: own });
    expect(all.body).toMatchObject({
      totalResults: 3,
      Resources: [{ userName: 'root@contoso.test' }, { displayName: 'G' }, { label: 'Laptop' }],
    });
    expect(world.directory.requests.at(-1)?.body).toMatchObject({
      schemas: expect.any(String),
      withReferencesOf: ['users', 'groups'],
    });
    const filter = 'ports eq 4 or userName sw "root"';
    const some = await world.scim('/.search', {
      token: own,
      body: { filter, attributes: ['label', 'userName'] },
    });
    expect(some.body.Resources).toEqual([
      expect.objectContaining({ userName: 'root@contoso.test' }),
      expect.objectContaining({ label: 'Laptop', state: 'in use' }),
    ]);
    const typed = encodeURIComponent('meta.resourceType eq "Device"');
    expect((await world.scim(`/?filter=${typed}`, { token: own })).body).toMatchObject({ totalResults: 1 });
  });
});

describe('an operation of a bulk request that is none', () => {
  const id = '01890000-0000-7000-8000-000000000000';

  it('is published as what its path says', async () => {
    const Operations = [
      { method: 'POST', path: '/Groups', data: {} },
      { method: 'PUT', path: `/Devices/${id}` },
      { method: 'GET', path: `/Groups/${id}` },
      { method: 'PATCH', path: `/Users/${id}`, data: { Operations: [{ op: 'leap' }] } },
      { method: 'POST', path: '/Nothing', bulkId: 'n', data: {} },
    ];
    const answer = await world.scim('/Bulk', { token, body: { Operations } });
    expect(answer.status).toBe(200);
    const requestId = answer.headers.get('x-request-id');
    const mine = () => world.failures.map(decodeFailure).filter((each) => each.requestId === requestId);
    await eventually(() => mine().length === Operations.length);
    const matters = mine().map(({ operation, resourceKind, resourceType, resourceId }) =>
      [operation, resourceKind, resourceType, resourceId].filter((each) => each !== undefined).join(' '),
    );
    expect(matters.sort()).toEqual([
      `bulk group ${id}`,
      'create group',
      'create user',
      `patch user ${id}`,
      `replace resource Device ${id}`,
    ]);
  });
});
