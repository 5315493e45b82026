import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  openOneProcessWorld,
  type OneProcessTenant,
  type OneProcessWorld,
} from './world/one-process-world.js';
import {
  GROUP_URN,
  idOf,
  USER_URN,
  versionOf,
  type ScimAnswer,
  type ScimRequest,
} from './world/scim-client.js';

jest.setTimeout(60_000);

const CROWD = 50;
const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

describe('versions (RFC 7644 section 3.14)', () => {
  let world: OneProcessWorld;
  let tenant: OneProcessTenant;

  beforeAll(async () => {
    world = await openOneProcessWorld();
    tenant = await world.newTenant();
  });

  afterAll(() => world?.close());

  const newUserPath = async (): Promise<string> => {
    const user = { schemas: [USER_URN], userName: `${randomUUID()}@customer.example` };
    return `/Users/${idOf(await tenant.client.post('/Users', user))}`;
  };
  const get = (path: string, ifNoneMatch: string): Promise<ScimAnswer> =>
    tenant.client.send({ method: 'GET', path, headers: { 'if-none-match': ifNoneMatch } });
  const retitled = (path: string, title: string, ifMatch: string): ScimRequest => ({
    method: 'PATCH',
    path,
    body: { schemas: [PATCH_URN], Operations: [{ op: 'replace', path: 'title', value: title }] },
    headers: { 'if-match': ifMatch },
  });

  // If-None-Match | status of a GET at version 1
  it.each([
    ['W/"1"', 304],
    ['"1"', 304],
    ['W/"7", W/"1"', 304],
    ['*', 304],
    ['W/"2"', 200],
    ['"of another server"', 200],
  ])('a GET with If-None-Match %s is %i', async (tag, status) => {
    const answer = await get(await newUserPath(), tag);
    expect(answer.status).toBe(status);
    expect(answer.headers['etag']).toBe('W/"1"');
    expect(answer.text === '').toBe(status === 304);
  });

  // If-Match at version 1 | whether a write is carried out
  const conditions: readonly (readonly [string, boolean])[] = [
    ['W/"1"', true],
    ['"1"', true],
    ['W/"7", W/"1"', true],
    ['*', true],
    ['W/"2"', false],
    ['"of another server"', false],
  ];
  const writes: readonly (readonly [string, (path: string, current: ScimAnswer) => ScimRequest])[] = [
    ['PATCH', (path) => retitled(path, 'Lead', '')],
    ['PUT', (path, { body }) => ({ method: 'PUT', path, body: { ...body, title: 'Lead' } })],
    ['DELETE', (path) => ({ method: 'DELETE', path })],
  ];
  it.each(
    writes.flatMap(([method, request]) =>
      conditions.map(([tag, isDone]) => [method, tag, isDone, request] as const),
    ),
  )('a %s with If-Match %s is carried out: %s', async (_, tag, isDone, request) => {
    const path = await newUserPath();
    const before = await tenant.client.get(path);
    const answer = await tenant.client.send({ ...request(path, before), headers: { 'if-match': tag } });
    expect(answer.status < 300).toBe(isDone);
    if (isDone) return;
    expect(answer.status).toBe(412);
    expect((await tenant.client.get(path)).body).toEqual(before.body);
  });

  it('is one in a crowd that saw the same version, whatever each wants to do', async () => {
    const path = await newUserPath();
    const crowd = Array.from({ length: CROWD }, (_, n) => retitled(path, `Title ${n}`, 'W/"1"'));
    const answers = await Promise.all(crowd.map((request) => tenant.client.send(request)));
    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([200, ...Array.from({ length: CROWD - 1 }, () => 412)]);
    const winner = answers.findIndex(({ status }) => status === 200);
    const now = await tenant.client.get(path);
    expect(versionOf(now)).toBe(2);
    expect(now.body['title']).toBe(`Title ${winner}`);

    const replace = { ...now.body, title: 'Replaced' };
    const mixed: readonly ScimRequest[] = Array.from({ length: CROWD }, (_, n): ScimRequest => {
      const headers = { 'if-match': 'W/"2"' };
      if (n % 3 === 0) return { method: 'DELETE', path, headers };
      return n % 3 === 1 ? { method: 'PUT', path, body: replace, headers } : retitled(path, `T${n}`, 'W/"2"');
    });
    const outcomes = await Promise.all(
      mixed.map(async (request) => (await tenant.client.send(request)).status),
    );
    expect(outcomes.filter((status) => status < 300)).toHaveLength(1);
    // Who comes after a deletion finds nothing; who comes after a change, another version.
    expect(new Set(outcomes.filter((status) => status >= 300)).size).toBe(1);
  });

  it('guards groups and their members in the same way', async () => {
    const member = (await newUserPath()).slice('/Users/'.length);
    const group = { schemas: [GROUP_URN], displayName: randomUUID() };
    const path = `/Groups/${idOf(await tenant.client.post('/Groups', group))}`;
    const add = { op: 'add', path: 'members', value: [{ value: member }] };
    const body = { schemas: [PATCH_URN], Operations: [add] };
    const send = (tag: string) =>
      tenant.client.send({ method: 'PATCH', path, body, headers: { 'if-match': tag } });
    expect((await send('W/"2"')).status).toBe(412);
    expect((await send('W/"1"')).status).toBe(204);
    expect((await send('W/"1"')).status).toBe(412);
    expect((await get(path, 'W/"2"')).status).toBe(304);
  });
});
