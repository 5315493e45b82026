import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EXIT_CODES } from './exit-codes.js';
import { runMusterctl } from './run-musterctl.js';

const ADMIN_TOKEN = 'admin-token-of-the-test-0123456789abcdef';
const TENANT = {
  tenantId: '0192f1c2-0000-7000-8000-000000000001',
  name: 'acme',
  state: 'active',
  domains: ['acme.test'],
  anyDomain: false,
  settings: { externalIdUnique: true, unknownMembers: 'strict', requestBurstMax: 10_000 },
  chosenSettings: ['externalIdUnique'],
  schemas: {
    digest: 'd'.repeat(64),
    resourceTypes: [
      {
        name: 'Device',
        endpoint: '/Devices',
        schema: 'urn:example:Device',
        extensions: [{ schema: 'urn:example:Location', required: true }],
      },
    ],
    schemas: ['urn:example:Device', 'urn:example:Location'],
  },
  scimUrl: 'http://127.0.0.1:8080/scim/v2',
  createdAt: '2026-01-31T12:00:00.000Z',
};

const REGISTRATION = {
  schemas: [
    { id: 'urn:example:Device', name: 'Device', attributes: [{ name: 'serial', uniqueness: 'server' }] },
    { id: 'urn:example:Location', name: 'Location', attributes: [{ name: 'room' }] },
  ],
  resourceTypes: [
    {
      name: 'Device',
      endpoint: '/Devices',
      schema: 'urn:example:Device',
      schemaExtensions: [{ schema: 'urn:example:Location', required: true }],
    },
  ],
};

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

let folder: string;
let server: Server;
let url: string;
let calls: Call[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'musterctl-spec-'));
  calls = [];
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  url = `http://127.0.0.1:${address.port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

/** The admin API as the directory promises it, for one tenant. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '';
  const method = request.method ?? '';
  const body = request.headers['content-type'] === undefined ? undefined : await json(request);
  calls.push({ method, path, body });
  const [status, value] = replyTo(
    request.headers.authorization,
    `${method} ${path.replace(TENANT.tenantId, 'ID')}`,
    body,
  );
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(value === undefined ? '' : JSON.stringify(value));
}

const problem = (code: string, detail: string) => ({ type: `urn:muster:problem:${code}`, detail });

function isUnknownSetting(body: unknown): boolean {
  return JSON.stringify(body ?? null).includes('nope');
}

function replyTo(
  authorization: string | undefined,
  call: string,
  body: unknown,
): [status: number, body?: unknown] {
  if (authorization !== `Bearer ${ADMIN_TOKEN}`) return [401, { message: 'unauthorized' }];
  switch (call) {
    case 'POST /admin/tenants':
      return [201, { ...TENANT, token: 'mst_first', tokenId: 'token-1' }];
    case 'GET /admin/tenants':
      return [200, { tenants: [TENANT] }];
    case 'GET /admin/tenants/acme':
    case 'GET /admin/tenants/ID':
    case 'PATCH /admin/tenants/ID':
      if (isUnknownSetting(body)) {
        return [422, { errors: [{ pointer: '/settings/nope', detail: 'property nope should not exist' }] }];
      }
      return [200, TENANT];
    case 'GET /admin/tenants/ID/domains':
      return [200, { domains: ['acme.test', 'b.test'] }];
    case 'POST /admin/tenants/ID/tokens':
      return [201, { tokenId: 'token-2', token: 'mst_second', expiresAt: '2026-02-01T00:00:00.000Z' }];
    case 'GET /admin/tenants/ID/tokens':
      return [
        200,
        { tokens: [{ tokenId: 'token-1', name: 'entra', createdAt: TENANT.createdAt, expiresAt: null }] },
      ];
    case 'DELETE /admin/tenants/ID/tokens/token-1':
    case 'PUT /admin/tenants/ID/domains/b.test':
    case 'DELETE /admin/tenants/ID/domains/b.test':
      return [204];
    case 'PUT /admin/tenants/ID/schemas':
      return [200, TENANT.schemas];
    case 'GET /admin/tenants/acme/schemas':
      return [200, REGISTRATION];
    case 'GET /admin/tenants/bare/schemas':
      return [404, problem('schemas_not_found', 'This tenant has registered no schemas.')];
    case 'GET /admin/tenants/bare':
      return [200, { ...TENANT, tenantId: 'BARE', schemas: null }];
    case 'DELETE /admin/tenants/ID/schemas':
      return [204];
    case 'DELETE /admin/tenants/BARE/schemas':
      return [409, problem('schemas_in_use', 'Device is gone (there are Device resources).')];
    case 'PUT /admin/tenants/ID/domains/not%20a%20domain':
      return [400, { message: ['domain must be a domain name'] }];
    default:
      return [404, { message: 'no such tenant' }];
  }
}

/** Runs a command line in the temporary folder, as in a shell there. */
async function run(commandLine: string | readonly string[], env: NodeJS.ProcessEnv = {}) {
  const data: string[] = [];
  const talk: string[] = [];
  const exitCode = await runMusterctl(
    typeof commandLine === 'string' ? commandLine.split(' ') : commandLine,
    {
      env,
      cwd: folder,
      now: () => new Date('2026-01-31T12:00:00Z'),
      terminal: { data: (text) => data.push(text), talk: (text) => talk.push(text) },
    },
  );
  return { exitCode, data: data.join('\n'), talk: talk.join('\n') };
}

function writeStackFile(at: string, state = 'ready'): void {
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, 'stack.json'), JSON.stringify({ state, adminUrl: url, adminToken: ADMIN_TOKEN }));
}

describe('musterctl with the stack of the checkout', () => {
  beforeEach(() => writeStackFile(join(folder, '.muster')));

  it('creates a tenant and prints exactly what a script needs', async () => {
    const { exitCode, data, talk } = await run(
      'tenant create acme --domain acme.test --domain b.test --notify a@acme.test -o json',
    );
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(JSON.parse(data)).toEqual({
      tenantId: TENANT.tenantId,
      scimUrl: TENANT.scimUrl,
      token: 'mst_first',
    });
    expect(talk).toBe('Keep the token now: it is not shown again.');
    expect(calls[0]?.body).toEqual({
      name: 'acme',
      domains: ['acme.test', 'b.test'],
      notification: { email: 'a@acme.test', enabled: true },
    });
  });

  it('tells a person what to do after a tenant without domains', async () => {
    const { data, talk } = await run('tenant create acme');
    expect(data).toContain('Secret token  mst_first');
    expect(talk).toContain('musterctl domain add acme example.com');
  });

  it.each([
    { line: 'tenant list', shows: /^NAME {2}STATE .*\nacme {2}active/ },
    { line: 'tenant show acme', shows: /Tenant URL {2}http:\/\/127\.0\.0\.1:8080\/scim\/v2/ },
    {
      line: 'tenant show acme',
      shows:
        /anyDomain +false +default\nexternalIdUnique +true *\nunknownMembers +strict +default\nrequestBurstMax +10000 +default/,
    },
    {
      line: 'tenant show acme',
      shows:
        /\n\nRESOURCE TYPE +ENDPOINT +SCHEMA\nDevice +\/Devices +urn:example:Device\nDevice +\/Devices +urn:example:Location +required extension$/,
    },
    { line: 'tenant show bare', shows: /requestBurstMax +10000 +default$/ },
    { line: 'tenant set acme externalIdUnique=true', shows: /externalIdUnique +true/ },
    { line: 'tenant unset acme externalIdUnique', shows: /externalIdUnique +true/ },
    { line: 'domain list acme', shows: /^acme\.test\nb\.test$/ },
    { line: 'token list acme', shows: /token-1 {2}entra .* never$/ },
    { line: 'token create acme --expires 12h', shows: /Secret token {2}mst_second/ },
    { line: 'tenant pause acme', shows: /State {7}paused/ },
  ])('$line', async ({ line, shows }) => {
    const { exitCode, data } = await run(line);
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(data).toMatch(shows);
  });

  it('changes domains, tokens and state by the id of the tenant', async () => {
    await run('domain add acme b.test');
    await run('domain remove acme b.test');
    await run('token revoke acme token-1');
    await run('token create acme --name spare --expires 12h');
    await run('tenant resume acme');
    await run('tenant set acme anyDomain=true requestBurstMax=5 unknownMembers=lenient');
    const changes = calls.filter(({ method }) => method !== 'GET');
    const base = `/admin/tenants/${TENANT.tenantId}`;
    expect(changes).toEqual([
      { method: 'PUT', path: `${base}/domains/b.test`, body: undefined },
      { method: 'DELETE', path: `${base}/domains/b.test`, body: undefined },
      { method: 'DELETE', path: `${base}/tokens/token-1`, body: undefined },
      {
        method: 'POST',
        path: `${base}/tokens`,
        body: { name: 'spare', expiresAt: '2026-02-01T00:00:00.000Z' },
      },
      { method: 'PATCH', path: base, body: { state: 'active' } },
      {
        method: 'PATCH',
        path: base,
        body: { anyDomain: true, settings: { requestBurstMax: 5, unknownMembers: 'lenient' } },
      },
    ]);
  });

  it('registers schemas before it sets anything else, and sends nothing that cannot be registered', async () => {
    writeFileSync(join(folder, 'good.json'), JSON.stringify(REGISTRATION, null, 2));
    writeFileSync(join(folder, 'bad.json'), '{"schemas": {}}');
    const set = await run('tenant set acme requestBurstMax=5 schemas=@good.json');
    expect(set).toMatchObject({ exitCode: EXIT_CODES.done, talk: 'Gateways know within 3 seconds.' });
    expect(set.data).toContain('required extension');
    const base = `/admin/tenants/${TENANT.tenantId}`;
    const changes = () => calls.filter(({ method }) => method !== 'GET');
    expect(changes()).toEqual([
      { method: 'PUT', path: `${base}/schemas`, body: REGISTRATION },
      { method: 'PATCH', path: base, body: { settings: { requestBurstMax: 5 } } },
    ]);
    calls = [];
    expect((await run('tenant set acme requestBurstMax=5 schemas=@bad.json')).exitCode).toBe(
      EXIT_CODES.refused,
    );
    expect(calls).toEqual([]);
    const half = await run('tenant set acme nope=5 schemas=@good.json');
    expect(half).toMatchObject({ exitCode: EXIT_CODES.refused, data: '' });
    expect(half.talk).toContain('The schemas are registered, the rest is not set.');
    expect(changes().map(({ method }) => method)).toEqual(['PUT', 'PATCH']);
  });

  it('leaves settings and schemas to their defaults again', async () => {
    const { exitCode, data } = await run('tenant unset acme schemas externalIdUnique anyDomain -o json');
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(JSON.parse(data)).toMatchObject({ name: 'acme', schemas: { digest: TENANT.schemas.digest } });
    await run('tenant unset acme schemas');
    const base = `/admin/tenants/${TENANT.tenantId}`;
    expect(calls.filter(({ method }) => method !== 'GET')).toEqual([
      { method: 'DELETE', path: `${base}/schemas`, body: undefined },
      { method: 'PATCH', path: base, body: { anyDomain: false, settings: { externalIdUnique: null } } },
      { method: 'DELETE', path: `${base}/schemas`, body: undefined },
    ]);
  });

  it.each(['tenant schemas acme', 'tenant schemas acme -o json'])(
    '%s prints what can be set again',
    async (line) => {
      const { exitCode, data } = await run(line);
      expect(exitCode).toBe(EXIT_CODES.done);
      expect(JSON.parse(data)).toEqual(REGISTRATION);
      writeFileSync(join(folder, 'again.json'), data);
      expect((await run('tenant set acme schemas=@again.json')).exitCode).toBe(EXIT_CODES.done);
    },
  );

  it.each([
    {
      why: 'a tenant without schemas of its own',
      args: ['tenant', 'schemas', 'bare'],
      exitCode: EXIT_CODES.notFound,
      says: 'musterctl tenant set TENANT schemas=@FILE',
    },
    {
      why: 'schemas that are in use',
      args: ['tenant', 'unset', 'bare', 'schemas'],
      exitCode: EXIT_CODES.refused,
      says: 'there are Device resources).\nTo see what is registered now: musterctl tenant schemas TENANT',
    },
    {
      why: 'a file without its @',
      args: ['tenant', 'set', 'acme', 'schemas=file.json'],
      exitCode: EXIT_CODES.usage,
      says: 'musterctl tenant set acme schemas=@schemas.json',
    },
    {
      why: 'a file that is not there',
      args: ['tenant', 'set', 'acme', 'schemas=@file.json'],
      exitCode: EXIT_CODES.usage,
      says: 'the file file.json cannot be read',
    },
    {
      why: 'a default with a value',
      args: ['tenant', 'unset', 'acme', 'externalIdUnique=true'],
      exitCode: EXIT_CODES.usage,
      says: 'is no name of a setting',
    },
    {
      why: 'an unknown tenant',
      args: ['tenant', 'show', 'nobody'],
      exitCode: EXIT_CODES.notFound,
      says: 'musterctl tenant list',
    },
    {
      why: 'a value the platform refuses',
      args: ['domain', 'add', 'acme', 'not a domain'],
      exitCode: EXIT_CODES.refused,
      says: 'domain must be a domain name',
    },
    {
      why: 'a setting that does not exist',
      args: ['tenant', 'set', 'acme', 'nope=1'],
      exitCode: EXIT_CODES.refused,
      says: '/settings/nope: property nope should not exist',
    },
    {
      why: 'a setting without a value',
      args: ['tenant', 'set', 'acme', 'externalIdUnique'],
      exitCode: EXIT_CODES.usage,
      says: 'is no key=value',
    },
    {
      why: 'a missing argument',
      args: ['tenant', 'create'],
      exitCode: EXIT_CODES.usage,
      says: "missing required argument 'name'",
    },
    {
      why: 'an unknown command',
      args: ['tenant', 'explode'],
      exitCode: EXIT_CODES.usage,
      says: 'unknown command',
    },
    {
      why: 'an unknown format',
      args: ['tenant', 'list', '-o', 'xml'],
      exitCode: EXIT_CODES.usage,
      says: 'Allowed choices are table, json',
    },
    {
      why: 'a time in the past',
      args: ['token', 'create', 'acme', '--expires', '2020-01-01'],
      exitCode: EXIT_CODES.usage,
      says: 'not in the future',
    },
  ])('explains $why on standard error and keeps standard output empty', async ({ args, exitCode, says }) => {
    const result = await run(args);
    expect(result).toMatchObject({ exitCode, data: '' });
    expect(result.talk).toContain(says);
  });

  it('finds the stack from a folder below the checkout, and prefers MUSTER_HOME', async () => {
    writeStackFile(join(folder, 'elsewhere'), 'stopped');
    expect((await run('tenant list')).exitCode).toBe(EXIT_CODES.done);
    const other = await run('tenant list', { MUSTER_HOME: join(folder, 'elsewhere') });
    expect(other.exitCode).toBe(EXIT_CODES.unreachable);
    expect(other.talk).toContain('is not running (stopped)');
  });
});

describe('musterctl without a stack of its own', () => {
  it('says how to get one', async () => {
    const { exitCode, talk } = await run('tenant list');
    expect(exitCode).toBe(EXIT_CODES.unreachable);
    expect(talk).toContain('npm start');
  });

  it('takes address and credential from the environment, or from the command line', async () => {
    const env = { MUSTER_ADMIN_URL: url, MUSTER_ADMIN_TOKEN: ADMIN_TOKEN };
    expect((await run('tenant list', env)).exitCode).toBe(EXIT_CODES.done);
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, `${ADMIN_TOKEN}\n`);
    expect((await run(`tenant list --url ${url}/ --admin-token-file ${tokenFile}`)).exitCode).toBe(
      EXIT_CODES.done,
    );
  });

  it('never sends the token of the local stack to another address', async () => {
    writeStackFile(join(folder, '.muster'));
    const { exitCode, talk } = await run(`tenant list --url ${url}`);
    expect(exitCode).toBe(EXIT_CODES.usage);
    expect(talk).toContain('--url needs an admin token');
    expect(calls).toEqual([]);
  });

  it('tells a wrong credential from a server that is down', async () => {
    const refused = await run(`tenant list --url ${url}`, { MUSTER_ADMIN_TOKEN: 'wrong' });
    expect(refused.exitCode).toBe(EXIT_CODES.unauthorized);
    const down = await run('tenant list --url http://127.0.0.1:1', { MUSTER_ADMIN_TOKEN: ADMIN_TOKEN });
    expect(down.exitCode).toBe(EXIT_CODES.unreachable);
    expect(down.talk).toContain('does not answer (ECONNREFUSED)');
  });
});
