import { describe, expect, it } from '@jest/globals';
import { expectScimError } from './testing/expect-scim-error.js';
import { rawHttp } from './testing/raw-http.js';
import { worldOfFile } from './testing/world-of-file.js';

const { world, tenant } = worldOfFile();

function createUser(userName: string, more: object = {}): Promise<string> {
  return world.create('/Users', tenant.token, { userName, ...more });
}

describe('bodies that are no good', () => {
  const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

  it.each([
    ['not JSON', '{"userName":', 400, 'invalidSyntax'],
    ['nothing', '', 400, 'invalidSyntax'],
    ['a list', '[1]', 400, 'invalidSyntax'],
    ['10,000 levels', nested(10_000), 400, 'invalidSyntax'],
    ['NUL in a value', '{"userName":"a\\u0000@contoso.test"}', 400, 'invalidValue'],
    ['a lone surrogate', '{"userName":"\\ud800@contoso.test"}', 400, 'invalidValue'],
    ['a user name of 600 bytes', `{"userName":"${'x'.repeat(600)}@contoso.test"}`, 400, 'invalidValue'],
    ['no user name', '{"displayName":"x"}', 400, 'invalidValue'],
    ['5 MB', `{"userName":"${'x'.repeat(5_000_000)}"}`, 413, undefined],
  ])('%s: refused, and nothing is published', async (_name, body, status, scimType) => {
    const before = world.directory.commands.length;
    expectScimError(
      await world.scim('/Users', { method: 'POST', token: tenant.token, body }),
      status,
      scimType,
    );
    await createUser(`after-${crypto.randomUUID()}@contoso.test`);
    expect(world.directory.commands).toHaveLength(before + 1);
  });

  it('keys that reach for a prototype do nothing', async () => {
    const body =
      '{"userName":"proto@contoso.test","__proto__":{"active":false},"constructor":{"prototype":{"x":1}}}';
    const created = await world.scim('/Users', { method: 'POST', token: tenant.token, body });
    expect(created.status).toBe(201);
    expect(created.body).not.toHaveProperty('active');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it.each(['text/plain', 'application/xml', 'application/jsonx', 'multipart/form-data; boundary=x'])(
    '%s is not a media type of SCIM',
    async (contentType) => {
      const response = await world.scim('/Users', {
        token: tenant.token,
        body: {},
        headers: { 'content-type': contentType },
      });
      expectScimError(response, 415);
    },
  );

  it.each([
    'application/json',
    'application/scim+json',
    'Application/SCIM+JSON;charset=UTF-8',
    'application/json; charset=utf-8',
  ])('%s is', async (contentType) => {
    const userName = `media-${crypto.randomUUID()}@contoso.test`;
    const response = await world.scim('/Users', {
      token: tenant.token,
      body: { userName },
      headers: { 'content-type': contentType },
    });
    expect(response.status).toBe(201);
  });

  it('a group may be larger than a user, up to its own limit', async () => {
    const padding = 'x'.repeat(2_000_000);
    const group = await world.scim('/Groups', {
      token: tenant.token,
      body: { displayName: 'Large', padding },
    });
    expect(group.status).toBe(201);
    const body = JSON.stringify({ displayName: 'Too large', padding: 'x'.repeat(17_000_000) });
    expectScimError(await world.scim('/Groups', { method: 'POST', token: tenant.token, body }), 413);
  });

  it('a body without a length is measured as it comes', async () => {
    const chunk = `${(100_000).toString(16)}\r\n${'x'.repeat(100_000)}\r\n`;
    const head = `POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${tenant.token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const received = await rawHttp(world.gateway.port, head + chunk.repeat(12), /"status":"413"/);
    expect(received).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('a stranger is refused before his body is read', async () => {
    const head =
      'POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n{';
    const received = await rawHttp(world.gateway.port, head, /"status":"401"/);
    expect(received).toMatch(/^HTTP\/1\.1 401 /);
  });
});

describe('what is not HTTP', () => {
  it.each([
    ['GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n', 400],
    [`GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`, 431],
    [
      'POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['hello\r\n\r\n', 400],
  ])('%.60j is answered with a SCIM error', async (bytes, status) => {
    const received = await rawHttp(world.gateway.port, bytes, /"detail"/);
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(received).toContain('content-type: application/scim+json\r\n');
    expect(received).toContain(`"status":"${status}"`);
  });

  it('a URL that cannot be decoded is a SCIM error too', async () => {
    const received = await rawHttp(
      world.gateway.port,
      'GET /scim/v2/Users/%zz HTTP/1.1\r\nHost: x\r\n\r\n',
      /"detail"/,
    );
    expect(received).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(received).toContain('content-type: application/scim+json\r\n');
  });
});
