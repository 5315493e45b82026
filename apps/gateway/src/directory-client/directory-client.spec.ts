import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { TenantId } from '@muster/contracts';
import { rootContext } from '@muster/telemetry';
import { HttpResourceDirectory } from '../queries/http-resource-directory.js';
import { DirectoryClient } from './directory-client.js';

const TENANT = '0192f5c4-0000-7000-8000-00000000000a' as TenantId;
const PROBLEM = { type: 'about:blank', title: 'Bad Request', status: 400 };

describe('reading from the directory', () => {
  let server: Server;
  let client: DirectoryClient;
  let answer: (response: ServerResponse) => void;
  const seen: { url: string | undefined; authorization: string | undefined }[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push({ url: request.url, authorization: request.headers.authorization });
      request.resume();
      answer(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
  });

  afterEach(async () => {
    await client.close();
  });

  function connect(timeoutMs = 3_000): HttpResourceDirectory {
    const directoryUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    client = new DirectoryClient({ directoryUrl, internalToken: 'the-token', connectionsMax: 1, timeoutMs });
    return new HttpResourceDirectory(client);
  }

  const json = (status: number, body: unknown) => (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

  it('shows the service credential and asks for references only when they are wanted', async () => {
    answer = json(404, { ...PROBLEM, status: 404, cause: 'not_found' });
    const directory = connect();
    expect(await directory.read(TENANT, 'groups', 'g', { withReferences: false }, rootContext)).toBeNull();
    expect(seen.at(-1)).toEqual({
      url: `/internal/v1/tenants/${TENANT}/groups/g?references=false`,
      authorization: 'Bearer the-token',
    });
    expect(await directory.read(TENANT, 'groups', 'g', { withReferences: true }, rootContext)).toBeNull();
    expect(seen.at(-1)?.url).toBe(`/internal/v1/tenants/${TENANT}/groups/g`);
    const bare = { withReferences: false, withManagerNames: true };
    expect(await directory.read(TENANT, 'users', 'u', bare, rootContext)).toBeNull();
    expect(seen.at(-1)?.url).toBe(`/internal/v1/tenants/${TENANT}/users/u?references=false&managers=true`);
  });

  it.each([
    [
      'a refusal with its cause',
      json(400, { ...PROBLEM, cause: 'invalid_value', scimType: 'expiredCursor', detail: 'Start again.' }),
      { causeKey: 'invalid_value', scimType: 'expiredCursor', detail: 'Start again.', status: 400 },
    ],
    [
      'too many queries',
      json(503, { ...PROBLEM, status: 503, cause: 'overloaded' }),
      { causeKey: 'overloaded', retryAfterSeconds: 2 },
    ],
    [
      'an internal error',
      json(500, { ...PROBLEM, status: 500 }),
      { causeKey: 'directory_unavailable', retryAfterSeconds: 2 },
    ],
    [
      'a wrong service credential',
      json(401, { ...PROBLEM, status: 401 }),
      { causeKey: 'directory_unavailable', status: 503 },
    ],
    [
      'a cause that nobody knows',
      json(400, { ...PROBLEM, cause: 'made_up' }),
      { causeKey: 'directory_unavailable' },
    ],
    ['a page that is none', json(200, { totalResults: 'many' }), { causeKey: 'directory_unavailable' }],
    [
      'a proxy in its own words',
      (response: ServerResponse) => response.writeHead(502).end('<html>'),
      { causeKey: 'directory_unavailable' },
    ],
    [
      'a connection that breaks',
      (response: ServerResponse) => response.destroy(),
      { causeKey: 'directory_unavailable' },
    ],
  ])('%s', async (_name, script, expected) => {
    answer = script;
    const query = connect().query(
      TENANT,
      'users',
      { startIndex: 1, count: 1, withReferences: false },
      rootContext,
    );
    await expect(query).rejects.toMatchObject(expected);
  });
});
