import { describe, expect, it } from '@jest/globals';
import { expectScimError } from './testing/expect-scim-error.js';
import { worldOfFile } from './testing/world-of-file.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0';
const MESSAGES = 'urn:ietf:params:scim:api:messages:2.0';

const { world, tenant } = worldOfFile();

function createUser(userName: string, more: object = {}): Promise<string> {
  return world.create('/Users', tenant.token, { userName, ...more });
}

describe('the life of a user', () => {
  it('is created, read, replaced, changed and deleted', async () => {
    const { token } = tenant;
    const created = await world.scim('/Users', {
      token,
      body: {
        schemas: [`${CORE}:User`],
        userName: 'life@contoso.test',
        active: 'True',
        name: { givenName: 'Jo' },
        password: 'x',
      },
    });
    expect(created.status).toBe(201);
    const id = String(created.body.id);
    const location = `https://scim.example.test/scim/v2/Users/${id}`;
    expect(created.body).toMatchObject({
      userName: 'life@contoso.test',
      active: true,
      meta: { location, version: 'W/"1"', resourceType: 'User' },
    });
    expect(created.body).not.toHaveProperty('password');
    expect(Object.fromEntries(created.headers)).toMatchObject({
      location,
      'content-location': location,
      etag: 'W/"1"',
      'content-type': 'application/scim+json',
    });

    const read = await world.scim(`/Users/${id}`, { token });
    expect(read).toMatchObject({ status: 200, body: created.body });

    const replaced = await world.scim(`/Users/${id}`, {
      method: 'PUT',
      token,
      body: { userName: 'life2@contoso.test' },
    });
    expect(replaced).toMatchObject({
      status: 200,
      body: { userName: 'life2@contoso.test', meta: { version: 'W/"2"' } },
    });
    expect(replaced.body).not.toHaveProperty('name');

    const patch = { Operations: [{ op: 'Replace', path: 'active', value: 'False' }] };
    const patched = await world.scim(`/Users/${id}`, { method: 'PATCH', token, body: patch });
    expect(patched).toMatchObject({ status: 200, body: { active: false, meta: { version: 'W/"3"' } } });

    const deleted = await world.scim(`/Users/${id}`, { method: 'DELETE', token });
    expect(deleted).toMatchObject({ status: 204, text: '' });
    expect(deleted.headers.get('content-type')).toBeNull();
    expectScimError(await world.scim(`/Users/${id}`, { token }), 404);
  });

  it('answers a PATCH with 204 where the tenant wants that, but not when attributes are asked for', async () => {
    const quiet = world.addTenant({ settings: { patchUserReturnsBody: false } });
    const { body } = await world.scim('/Users', {
      token: quiet.token,
      body: { userName: 'quiet@contoso.test' },
    });
    const patch = { Operations: [{ op: 'add', path: 'title', value: 'Lead' }] };
    const path = `/Users/${String(body.id)}`;
    const empty = await world.scim(path, { method: 'PATCH', token: quiet.token, body: patch });
    expect(empty).toMatchObject({ status: 204, text: '' });
    expect(empty.headers.get('etag')).toBe('W/"2"');
    const asked = await world.scim(`${path}?attributes=title`, {
      method: 'PATCH',
      token: quiet.token,
      body: patch,
    });
    expect(asked.status).toBe(200);
    expect(asked.body).toEqual({ schemas: expect.any(Array), id: body.id, title: 'Lead' });
  });

  it('shows the attributes that are asked for', async () => {
    const id = await createUser('shown@contoso.test', { title: 'Lead', nickName: 'S' });
    const only = await world.scim(`/Users/${id}?attributes=title`, { token: tenant.token });
    expect(only.body).toEqual({ schemas: expect.any(Array), id, title: 'Lead' });
    const except = await world.scim(`/Users/${id}?excludedAttributes=title`, { token: tenant.token });
    expect(except.body).toMatchObject({ nickName: 'S' });
    expect(except.body).not.toHaveProperty('title');
    expectScimError(
      await world.scim(`/Users/${id}?attributes=a&excludedAttributes=b`, { token: tenant.token }),
      400,
      'invalidValue',
    );
  });

  it('is found by filter and by search', async () => {
    await createUser('found@contoso.test');
    const filter = 'userName eq "FOUND@contoso.test"';
    const listed = await world.scim(`/Users?filter=${encodeURIComponent(filter)}`, { token: tenant.token });
    expect(listed.body).toMatchObject({
      totalResults: 1,
      itemsPerPage: 1,
      Resources: [{ userName: 'found@contoso.test' }],
    });
    const body = { schemas: [`${MESSAGES}:SearchRequest`], filter, attributes: ['userName'] };
    const searched = await world.scim('/Users/.search', { token: tenant.token, body });
    expect(searched).toMatchObject({ status: 200, body: { totalResults: 1 } });
    expect(searched.body.Resources).toEqual([expect.not.objectContaining({ meta: expect.anything() })]);
  });

  it.each([
    ['/Users', true],
    ['/Users?excludedAttributes=groups', true],
    ['/Users?attributes=userName', false],
    ['/Users?attributes=manager', true],
    ['/Users?attributes=manager.value', false],
    ['/Users?excludedAttributes=manager', false],
    ['/Groups', false],
    ['/', true],
    ['/?attributes=displayName', false],
  ])('asks for the names of managers where they are shown: %s', async (path, withManagerNames) => {
    await world.scim(path, { token: tenant.token });
    expect(world.directory.requests.at(-1)?.body).toMatchObject({ withManagerNames });
  });

  it('has preconditions', async () => {
    const id = await createUser('conditional@contoso.test');
    const path = `/Users/${id}`;
    const { token } = tenant;
    const unchanged = await world.scim(path, { token, headers: { 'if-none-match': 'W/"1"' } });
    expect(unchanged).toMatchObject({ status: 304, text: '' });
    expect((await world.scim(path, { token, headers: { 'if-none-match': 'W/"7", "8"' } })).status).toBe(200);
    const sent = world.directory.commands.length;
    await world.scim(path, { method: 'DELETE', token, headers: { 'if-match': 'W/"4", "5", other' } });
    expect(world.directory.commands[sent]).toMatchObject({ ifMatch: { kind: 'oneOf', versions: [4, 5] } });
  });
});

describe('groups', () => {
  it('show members only where they are wanted, and ask for them only then', async () => {
    const { token, tenantId } = tenant;
    const member = await createUser('member@contoso.test');
    const created = await world.scim('/Groups', {
      token,
      body: { displayName: 'Engineers', members: [{ value: member }] },
    });
    expect(created).toMatchObject({
      status: 201,
      body: { displayName: 'Engineers', members: [{ value: member }] },
    });
    const id = String(created.body.id);
    const path = `/internal/v1/tenants/${tenantId}/groups/${id}`;
    expect(world.directory.askedFor(path)).toBe(1);

    const bare = await world.scim(`/Groups/${id}?excludedAttributes=members`, { token });
    expect(bare.body).not.toHaveProperty('members');
    expect(world.directory.askedFor(`${path}?references=false`)).toBe(1);

    const patch = { Operations: [{ op: 'Remove', path: 'members', value: [{ value: member }] }] };
    expect(await world.scim(`/Groups/${id}`, { method: 'PATCH', token, body: patch })).toMatchObject({
      status: 204,
      text: '',
    });
    expect(world.directory.askedFor(path)).toBe(1);
    const asked = await world.scim(`/Groups/${id}?attributes=displayName`, {
      method: 'PATCH',
      token,
      body: patch,
    });
    expect(asked.body).toEqual({ schemas: expect.any(Array), id, displayName: 'Engineers' });

    const match = await world.scim(
      '/Groups?excludedAttributes=members&filter=displayName+eq+%22Engineers%22',
      { token },
    );
    expect(match.body).toMatchObject({ totalResults: 1 });
    expect(match.text).not.toContain('"members"');
    expect(world.directory.requests.at(-1)?.body).toMatchObject({ withReferences: false });
  });

  it('without members are created without asking for any', async () => {
    const before = world.directory.requests.length;
    const created = await world.scim('/Groups', { token: tenant.token, body: { displayName: 'Empty' } });
    expect(created.status).toBe(201);
    const paths = world.directory.requests.slice(before).map(({ path }) => path);
    expect(paths.filter((path) => path.includes('/groups/'))).toEqual([]);
  });
});
