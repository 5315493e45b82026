import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { GROUP_EVENTS_TOPIC, USER_EVENTS_TOPIC } from '@muster/contracts';
import { until } from '@muster/messaging/testing';
import {
  ERROR_URN,
  idOf,
  ScimClient,
  USER_URN,
  type ScimAnswer,
  type ScimRequest,
} from './world/scim-client.js';
import { describeSystem, startWorld, type SystemWorld, type TestTenant } from './world/system-world.js';

jest.setTimeout(60_000);

interface BadRequest {
  readonly what: string;
  readonly request: (ids: Ids) => ScimRequest;
  readonly status: number;
  readonly scimType?: string;
}

interface Ids {
  /** Of a user and a group of the tenant that asks. */
  readonly user: string;
  readonly group: string;
  /** Of a user of another tenant. */
  readonly stranger: string;
}

const post = (body: string | Buffer | object, headers: Record<string, string> = {}): ScimRequest => ({
  method: 'POST',
  path: '/Users',
  body,
  headers,
});
const get = (path: string): ScimRequest => ({ method: 'GET', path });
const query = (filter: string): ScimRequest => get(`/Users?filter=${encodeURIComponent(filter)}`);
const search = (filter: string): ScimRequest => ({
  method: 'POST',
  path: '/Users/.search',
  body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter },
});
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const user = (more: string): string => `{"schemas":["${USER_URN}"],"userName":"bad@example.com"${more}}`;

const badRequests: readonly BadRequest[] = [
  {
    what: 'JSON that ends early',
    request: () => post(user('').slice(0, -1)),
    status: 400,
    scimType: 'invalidSyntax',
  },
  { what: 'no JSON at all', request: () => post('userName=ann'), status: 400, scimType: 'invalidSyntax' },
  { what: 'no body', request: () => post(''), status: 400, scimType: 'invalidSyntax' },
  { what: 'a list', request: () => post('[]'), status: 400, scimType: 'invalidSyntax' },
  { what: 'a body of 5 MB', request: () => post(user(`,"title":"${'x'.repeat(5_000_000)}"`)), status: 413 },
  { what: '10,000 levels', request: () => post(nested(10_000)), status: 400, scimType: 'invalidSyntax' },
  {
    what: 'bytes that are no UTF-8',
    request: () => post(Buffer.from([0x7b, 0xff, 0xfe, 0x7d])),
    status: 400,
    scimType: 'invalidSyntax',
  },
  {
    what: 'a NUL in a name',
    request: () => post(user(',"title":"a\\u0000b"')),
    status: 400,
    scimType: 'invalidValue',
  },
  {
    what: 'a lone surrogate',
    request: () => post(user(',"title":"\\ud800"')),
    status: 400,
    scimType: 'invalidValue',
  },
  {
    what: 'no user name',
    request: () => post({ schemas: [USER_URN] }),
    status: 400,
    scimType: 'invalidValue',
  },
  {
    what: 'a domain that is not registered',
    request: () => post({ schemas: [USER_URN], userName: 'a@b.example' }),
    status: 400,
    scimType: 'invalidValue',
  },
  {
    what: 'an unknown content type',
    request: () => post(user(''), { 'content-type': 'text/csv' }),
    status: 415,
  },
  { what: 'an unknown id', request: () => get(`/Users/${randomUUID()}`), status: 404 },
  { what: 'an id that is none', request: () => get(`/Users/..%2f..%2fetc`), status: 404 },
  { what: 'the id of another tenant', request: ({ stranger }) => get(`/Users/${stranger}`), status: 404 },
  {
    what: 'a deletion in another tenant',
    request: ({ stranger }) => ({ method: 'DELETE', path: `/Users/${stranger}` }),
    status: 404,
  },
  {
    what: 'a member of another tenant',
    request: ({ group, stranger }) =>
      patchOf(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: stranger }] }),
    status: 400,
    scimType: 'invalidValue',
  },
  {
    what: 'a path that names a prototype',
    request: ({ user: id }) =>
      patchOf(`/Users/${id}`, { op: 'replace', path: '__proto__.active', value: true }),
    status: 400,
    scimType: 'invalidPath',
  },
  {
    what: 'an operation that is none',
    request: ({ user: id }) => patchOf(`/Users/${id}`, { op: 'move', path: 'title', value: 'x' }),
    status: 400,
    scimType: 'invalidSyntax',
  },
  {
    what: 'a filter of 10,000 parentheses',
    request: () => search(`${'('.repeat(10_000)}active eq true${')'.repeat(10_000)}`),
    status: 400,
    scimType: 'invalidFilter',
  },
  {
    what: 'a filter of 5,000 terms',
    request: () => search(Array(5_000).fill('id pr').join(' or ')),
    status: 400,
    scimType: 'invalidFilter',
  },
  {
    what: 'a filter with a literal of 30 KB',
    request: () => search(`title eq "${'x'.repeat(30_000)}"`),
    status: 400,
    scimType: 'invalidFilter',
  },
  {
    what: 'a search of 500 KB',
    request: () => search(`title eq "${'x'.repeat(500_000)}"`),
    status: 413,
  },
  {
    what: 'a filter that is SQL',
    request: () => query(`userName eq "x" '); drop table users; --`),
    status: 400,
    scimType: 'invalidFilter',
  },
  {
    what: 'a filter without a value',
    request: () => query('userName eq'),
    status: 400,
    scimType: 'invalidFilter',
  },
  {
    what: 'a filter on what no schema has',
    request: () => query('constructor eq "x"'),
    status: 400,
    scimType: 'invalidFilter',
  },
  {
    what: 'a filter on a password',
    request: () => query('password eq "x"'),
    status: 403,
    scimType: 'sensitive',
  },
];

function patchOf(path: string, operation: object): ScimRequest {
  return {
    method: 'PATCH',
    path,
    body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [operation] },
  };
}

describeSystem('requests that are no good', () => {
  let world: SystemWorld;
  let tenant: TestTenant;
  let ids: Ids;

  beforeAll(async () => {
    world = await startWorld();
    tenant = await world.newTenant();
    const other = await world.newTenant();
    ids = {
      user: idOf(await tenant.client.post('/Users', { schemas: [USER_URN], userName: 'ann@example.com' })),
      group: idOf(await tenant.client.post('/Groups', { displayName: 'G' })),
      stranger: idOf(await other.client.post('/Users', { schemas: [USER_URN], userName: 'zoe@example.com' })),
    };
  });

  afterAll(async () => {
    await world.close();
  });

  /** Everything that a write could leave. What it would tell is looked at in the end. */
  async function written(): Promise<unknown> {
    const { rows } = await world.database.query(
      `select (select count(*) from directory.operations where state = 'applied')::int as applied,
         (select count(*) from directory.operations where state <> 'applied' and cause is null)::int as "withoutCause",
         (select json_agg(u order by u.id) from (select id, version, document from directory.users) u) as users,
         (select json_agg(g order by g.id) from (select id, version, document, member_count from directory.groups) g) as groups,
         (select count(*) from directory.unique_values)::int as names`,
    );
    return rows[0];
  }

  function expectError(
    answer: ScimAnswer,
    { status, scimType }: Pick<BadRequest, 'status' | 'scimType'>,
  ): void {
    const { status: got, headers, body } = answer;
    expect({
      status: got,
      type: headers['content-type'],
      schemas: body['schemas'],
      inBody: body['status'],
      scimType: body['scimType'],
    }).toEqual({
      status,
      type: expect.stringMatching(/^application\/scim\+json/),
      schemas: [ERROR_URN],
      inBody: String(status),
      scimType,
    });
    expect(typeof body['detail']).toBe('string');
  }

  it.each(badRequests)('$what: $status, and nothing is written', async ({ request, status, ...more }) => {
    const before = await written();
    const startedAt = performance.now();
    expectError(await tenant.client.send(request(ids)), { status, ...more });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(await written()).toEqual(before);
  });

  it('keys that reach for a prototype are data that nobody has, and do nothing', async () => {
    const body = `{"schemas":["${USER_URN}"],"userName":"proto@example.com","__proto__":{"active":false,"title":"x"},"constructor":{"prototype":{"title":"y"}}}`;
    const created = await tenant.client.send(post(body));
    expect(created.status).toBe(201);
    expect(created.body).not.toHaveProperty('title');
    const { rows } = await world.database.query(
      'select document, active from directory.users where id = $1',
      [idOf(created)],
    );
    expect(rows).toEqual([
      { active: true, document: expect.not.objectContaining({ title: expect.anything() }) },
    ]);
    // Nor has anything been changed for the next one.
    const next = await tenant.client.post('/Users', { schemas: [USER_URN], userName: 'next@example.com' });
    expect(next.body).not.toHaveProperty('title');
  });

  it.each([
    ['no token', () => null],
    ['a token that nobody has', () => `mst_${'a'.repeat(32)}_bbbbbb`],
    ['a token that was cut', (token: string) => token.slice(0, -3)],
    ['a token of another form', () => 'secret'],
    ['a token of the services', () => world.stack.state().internalToken],
    ['the token of the admin API', () => world.stack.state().adminToken],
  ] as const)('%s: 401, and nothing is written', async (_what, tokenOf) => {
    const baseUrl = `http://127.0.0.1:${world.stack.state().ports.scim}/scim/v2`;
    const client = new ScimClient({ baseUrl, token: tokenOf(tenant.token) });
    try {
      const before = await written();
      for (const request of [post(user('')), get(`/Users/${ids.user}`), query('userName pr')]) {
        const answer = await client.send(request);
        expectError(answer, { status: 401 });
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
        expect(answer.text).not.toContain(ids.user);
      }
      expect(await written()).toEqual(before);
    } finally {
      await client.close();
    }
  });

  it('told nothing of all this on the log, and goes on serving', async () => {
    const { rows } = await world.database.query<{ versions: number }>(
      `select (select sum(version) from directory.users)::int + (select sum(version) from directory.groups)::int as versions`,
    );
    const facts = () =>
      [...world.tap.records(USER_EVENTS_TOPIC), ...world.tap.records(GROUP_EVENTS_TOPIC)].length;
    await until('every version is told', () => facts() >= (rows[0]?.versions ?? 0));
    expect(facts()).toBe(rows[0]?.versions);
    expect(await tenant.client.get(`/Users/${ids.user}`)).toMatchObject({
      status: 200,
      body: { userName: 'ann@example.com' },
    });
  });
});
