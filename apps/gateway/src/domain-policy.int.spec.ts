import { describe, expect, it } from '@jest/globals';
import { failureOfRequest } from './testing/failure-of-request.js';
import { type ScimResponse } from './testing/gateway-world.js';
import { worldOfFile } from './testing/world-of-file.js';

const { world, tenant } = worldOfFile();
let sequence = 0;

function create(): Promise<ScimResponse> {
  sequence += 1;
  return world.scim('/Users', { token: tenant.token, body: { userName: `user-${sequence}@contoso.test` } });
}

describe('the domain of a user name', () => {
  const wrong = 'jo@elsewhere.test';
  const patches: readonly [string, object][] = [
    ['a path', { op: 'Replace', path: 'userName', value: wrong }],
    ['a path in another case', { op: 'add', path: 'USERNAME', value: wrong }],
    [
      'a path with its URN',
      { op: 'replace', path: 'urn:ietf:params:scim:schemas:core:2.0:User:userName', value: wrong },
    ],
    ['no path', { op: 'replace', value: { userName: wrong } }],
    [
      'no path, a key with its URN',
      { op: 'replace', value: { 'urn:ietf:params:scim:schemas:core:2.0:User:userName': wrong } },
    ],
    ['no path, a key in another case', { op: 'Add', value: { displayName: 'x', UserName: wrong } }],
  ];

  async function expectRefused(response: ScimResponse, operation: string): Promise<void> {
    expect(response.status).toBe(400);
    expect(response.body).toMatchObject({
      scimType: 'invalidValue',
      detail: expect.stringContaining('"elsewhere.test" of this user name is not registered'),
    });
    expect(await failureOfRequest(world, response)).toMatchObject({
      cause: 'domain_not_registered',
      groupingKey: 'elsewhere.test',
      operation,
      subject: { userName: wrong },
    });
  }

  it('is checked when a user is created or replaced', async () => {
    const { body } = await create();
    const before = world.directory.commands.length;
    await expectRefused(
      await world.scim('/Users', { token: tenant.token, body: { userName: wrong } }),
      'create',
    );
    const path = `/Users/${String(body.id)}`;
    await expectRefused(
      await world.scim(path, { method: 'PUT', token: tenant.token, body: { userName: wrong } }),
      'replace',
    );
    expect(world.directory.commands).toHaveLength(before);
  });

  it.each(patches)('is checked in a PATCH with %s', async (_name, operation) => {
    const { body } = await create();
    const before = world.directory.commands.length;
    const patch = { Operations: [{ op: 'replace', path: 'title', value: 'x' }, operation] };
    const response = await world.scim(`/Users/${String(body.id)}`, {
      method: 'PATCH',
      token: tenant.token,
      body: patch,
    });
    await expectRefused(response, 'patch');
    expect(world.directory.commands).toHaveLength(before);
  });

  it.each(['jo', 'jo@', 'jo@contoso.test.evil.test', 'jo@contoso.test@elsewhere.test'])(
    '%s has none that is registered',
    async (name) => {
      expect((await world.scim('/Users', { token: tenant.token, body: { userName: name } })).status).toBe(
        400,
      );
    },
  );

  it('is not checked where the tenant does not want it, nor on reads', async () => {
    const open = world.addTenant({ domainPolicy: { kind: 'any' } });
    expect((await world.scim('/Users', { token: open.token, body: { userName: 'jo' } })).status).toBe(201);
    expect(
      (await world.scim('/Users?filter=userName+eq+%22jo%40elsewhere.test%22', { token: tenant.token }))
        .status,
    ).toBe(200);
  });
});
