import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeFailure, type BulkCommand, type CommandMessage } from '@muster/contracts';
import { expectScimError } from './testing/expect-scim-error.js';
import {
  eventually,
  startGatewayWorld,
  type GatewayWorld,
  type SampleTenant,
  type ScimResponse,
} from './testing/gateway-world.js';

const BASE = 'https://scim.example.test/scim/v2';
const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';

let world: GatewayWorld;
let tenant: SampleTenant;

beforeAll(async () => {
  world = await startGatewayWorld({ times: { commandDeadlineMs: 700, lookUpAfterMs: 200 } });
  tenant = world.addTenant();
  await world.ready();
});

afterAll(async () => {
  await world.close();
});

beforeEach(() => {
  world.directory.script = () => 'apply';
  world.directory.http = 'on';
});

interface Result {
  readonly method?: string;
  readonly bulkId?: string;
  readonly location?: string;
  readonly version?: string;
  readonly status: string;
  readonly response?: { readonly status: string; readonly scimType?: string; readonly detail: string };
}

function bulk(operations: unknown, more: object = {}, token = tenant.token): Promise<ScimResponse> {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
  return world.scim('/Bulk', { token, body: { schemas, Operations: operations, ...more } });
}

async function resultsOf(answer: Promise<ScimResponse>): Promise<readonly Result[]> {
  const { status, headers, body } = await answer;
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('application/scim+json');
  expect(body.schemas).toEqual(['urn:ietf:params:scim:api:messages:2.0:BulkResponse']);
  return body.Operations as Result[];
}

const lastJob = (): BulkCommand => world.directory.commands.at(-1) as BulkCommand;
const idOf = ({ location = '' }: Result): string => location.slice(location.lastIndexOf('/') + 1);
const statuses = (results: readonly Result[]): string[] => results.map(({ status }) => status);

const user = (bulkId: string, more: object = {}): object => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { userName: `${bulkId}@contoso.test`, ...more },
});
const group = (bulkId: string, ...members: string[]): object => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { displayName: bulkId, members: members.map((value) => ({ value })) },
});

describe('a bulk request (RFC 7644 section 3.7)', () => {
  it('creates, replaces, changes and deletes in one command, and answers each in the order of the request', async () => {
    const [old] = await resultsOf(bulk([user('old')]));
    const oldId = idOf(old!);
    const results = await resultsOf(
      bulk([
        group('team', 'bulkId:ada', oldId),
        user('ada'),
        { method: 'PUT', path: `/Users/${oldId}`, data: { userName: 'renamed@contoso.test' } },
        {
          method: 'patch',
          path: '/Users/bulkId:ada',
          data: { Operations: [{ op: 'replace', path: 'title', value: 'Countess' }] },
        },
        { method: 'DELETE', path: `/Users/${oldId}`, bulkId: 'gone', version: 'W/"2"' },
      ]),
    );
    const { commandId } = lastJob();
    expect(world.directory.commands.filter((each) => each.commandId === commandId)).toHaveLength(1);
    const ada = idOf(results[1]!);
    const team = idOf(results[0]!);
    expect(results).toEqual([
      { method: 'POST', bulkId: 'team', location: `${BASE}/Groups/${team}`, version: 'W/"1"', status: '201' },
      { method: 'POST', bulkId: 'ada', location: `${BASE}/Users/${ada}`, version: 'W/"1"', status: '201' },
      { method: 'PUT', location: `${BASE}/Users/${oldId}`, version: 'W/"2"', status: '200' },
      { method: 'PATCH', location: `${BASE}/Users/${ada}`, version: 'W/"2"', status: '200' },
      { method: 'DELETE', bulkId: 'gone', location: `${BASE}/Users/${oldId}`, status: '204' },
    ]);
    const { body } = await world.scim(`/Users/${ada}`, { token: tenant.token });
    expect(body).toMatchObject({ userName: 'ada@contoso.test', title: 'Countess' });
    const read = await world.scim(`/Groups/${team}`, { token: tenant.token });
    expect(read.body.members).toMatchObject([{ value: ada }, { value: oldId }]);
    expect((await world.scim(`/Users/${oldId}`, { token: tenant.token })).status).toBe(404);
  });

  it('replaces every reference by the id of its resource, wherever it points, and says what it needs', async () => {
    const manager = (bulkId: string) => ({
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
        manager: { value: `bulkId:${bulkId}` },
      },
    });
    const results = await resultsOf(
      bulk([
        group('outer', 'bulkId:inner', 'bulkId:sam'),
        group('inner', 'bulkId:outer'),
        user('rita', manager('sam')),
        user('sam', manager('rita')),
        user('solo', manager('solo')),
      ]),
    );
    expect(statuses(results)).toEqual(['201', '201', '201', '201', '201']);
    const ids = new Map(results.map((result) => [result.bulkId, idOf(result)]));
    const job = lastJob();
    expect(JSON.stringify(job)).not.toContain('bulkId:');
    const names = new Map(
      results.map((result) => [
        job.parts.find(({ command }) => command.resourceId === idOf(result))?.command.commandId,
        result.bulkId,
      ]),
    );
    const needs = new Map(
      job.parts.map((part) => [
        names.get(part.command.commandId),
        part.needs.map((id) => names.get(id)).sort(),
      ]),
    );
    expect(needs).toEqual(
      new Map([
        ['outer', ['inner', 'sam']],
        ['inner', ['outer']],
        ['rita', ['sam']],
        ['sam', ['rita']],
        ['solo', []],
      ]),
    );
    const outer = job.parts.find(({ command }) => command.resourceId === ids.get('outer'));
    expect(outer?.command).toMatchObject({
      document: { members: [{ value: ids.get('inner') }, { value: ids.get('sam') }] },
    });
  });

  it('hashes a document as the client would send it again, so that a repetition can be told', async () => {
    const request = [group('same', 'bulkId:member'), user('member')];
    const hashes = async () => {
      await resultsOf(bulk(request));
      return lastJob().parts.map(({ command }) => ('documentHash' in command ? command.documentHash : ''));
    };
    expect(await hashes()).toEqual(await hashes());
  });

  it('is answered on every base path', async () => {
    const response = await fetch(`${world.gateway.url}/moservices/scim/v1/Bulk`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tenant.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ Operations: [] }),
    });
    expect([response.status, await response.json()]).toMatchObject([200, { Operations: [] }]);
  });
});

describe('an operation that fails', () => {
  it.each([
    ['an unknown endpoint', { method: 'POST', path: '/Roles', bulkId: 'a', data: {} }, '400', 'invalidPath'],
    ['an unknown method', { method: 'GET', path: '/Users' }, '400', 'invalidSyntax'],
    ['no path', { method: 'DELETE' }, '400', 'invalidPath'],
    [
      'a POST without bulkId',
      { method: 'POST', path: '/Users', data: { userName: 'a@contoso.test' } },
      '400',
      'invalidValue',
    ],
    ['no data', { method: 'POST', path: '/Users', bulkId: 'a' }, '400', 'invalidSyntax'],
    ['no user name', { method: 'POST', path: '/Users', bulkId: 'a', data: {} }, '400', 'invalidValue'],
    [
      'a foreign domain',
      { method: 'POST', path: '/Users', bulkId: 'a', data: { userName: 'a@else.test' } },
      '400',
      'invalidValue',
    ],
    [
      'a PATCH of nothing',
      { method: 'PATCH', path: `/Users/${UNKNOWN_ID}`, data: {} },
      '400',
      'invalidSyntax',
    ],
    ['an id that is none', { method: 'DELETE', path: '/Users/42' }, '404', undefined],
    ['an id that is nobody', { method: 'DELETE', path: `/Users/${UNKNOWN_ID}` }, '404', undefined],
    ['a reference to nothing', group('a', 'bulkId:nobody'), '409', undefined],
    ['a target that is not created', { method: 'DELETE', path: '/Users/bulkId:nobody' }, '409', undefined],
    ['text for an operation', 'DELETE', '400', 'invalidSyntax'],
  ])('for %s says so in its place, and costs only itself', async (_, operation, status, scimType) => {
    const [first, failed, last] = await resultsOf(bulk([user('first'), operation, user('last')]));
    expect([first?.status, last?.status]).toEqual(['201', '201']);
    expect(failed?.status).toBe(status);
    expect(failed?.response).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status,
      ...(scimType === undefined ? {} : { scimType }),
      detail: expect.any(String),
    });
  });

  it('fails what refers to it, and what refers to that', async () => {
    const results = await resultsOf(
      bulk([
        group('outer', 'bulkId:inner'),
        group('inner', 'bulkId:bad'),
        { method: 'POST', path: '/Users', bulkId: 'bad', data: { userName: 'a@else.test' } },
        { method: 'DELETE', path: '/Users/bulkId:bad' },
        user('good'),
      ]),
    );
    expect(statuses(results)).toEqual(['409', '409', '400', '409', '201']);
    expect(lastJob().parts).toHaveLength(1);
  });

  it('has the first of two equal bulkIds done', async () => {
    const results = await resultsOf(bulk([user('twice'), group('twice')]));
    expect(results).toMatchObject([{ status: '201' }, { status: '400', bulkId: 'twice' }]);
  });

  it('is told as the directory says, with the names that the client knows', async () => {
    const job = bulk([
      user('one'),
      { method: 'PUT', path: '/Users/bulkId:one', data: { userName: 'two@contoso.test' } },
    ]);
    world.directory.script = (command: CommandMessage) =>
      command.type === 'user.replace.requested'
        ? { status: 'rejected', cause: 'not_found', detail: `Resource ${command.resourceId} does not exist.` }
        : 'apply';
    const [, failed] = await resultsOf(job);
    expect(failed).toMatchObject({
      method: 'PUT',
      location: expect.stringMatching(/\/Users\//),
      status: '404',
      response: { status: '404', detail: 'Resource bulkId:one does not exist.' },
    });
    expect(failed).not.toHaveProperty('version');
  });

  it('is published like that of a single request', async () => {
    const answer = await bulk([
      { method: 'POST', path: '/Users', bulkId: 'a', data: { userName: 'ada@else.test' } },
      { method: 'POST', path: '/Groups', bulkId: 'b', data: {} },
      { method: 'DELETE', path: '/Users/bulkId:a' },
    ]);
    const requestId = answer.headers.get('x-request-id');
    const mine = () => world.failures.map(decodeFailure).filter((each) => each.requestId === requestId);
    await eventually(() => mine().length === 2);
    expect(mine().sort((one, other) => one.cause.localeCompare(other.cause))).toMatchObject([
      {
        cause: 'domain_not_registered',
        operation: 'create',
        resourceKind: 'user',
        subject: { userName: 'ada@else.test' },
        groupingKey: 'else.test',
        source: 'gateway',
      },
      { cause: 'missing_required', operation: 'create', resourceKind: 'group' },
    ]);
  });
});

describe('failOnErrors', () => {
  const bad = { method: 'DELETE', path: '/Users/42' };
  const missing = { method: 'DELETE', path: `/Users/${UNKNOWN_ID}` };

  it.each([
    ['none that fails', 1, [user('a'), user('b')], ['201', '201'], 2],
    ['one refused here', 1, [user('a'), bad, user('b')], ['201', '404'], 1],
    ['one refused there', 1, [user('a'), missing, user('b'), bad], ['201', '404'], 2],
    ['one of each', 2, [bad, user('a'), missing, user('b')], ['404', '201', '404'], 3],
    ['more allowed than fail', 3, [bad, missing, user('a')], ['404', '404', '201'], 2],
    ['nothing left to send', 1, [bad, user('a')], ['404'], 0],
  ])('with %s', async (_, failOnErrors, operations, expected, sent) => {
    const before = world.directory.commands.length;
    expect(statuses(await resultsOf(bulk(operations, { failOnErrors })))).toEqual(expected);
    if (sent === 0) expect(world.directory.commands).toHaveLength(before);
    else expect(lastJob().parts.length).toBeGreaterThanOrEqual(sent - 1);
  });
});

describe('a bulk request that fails as a whole', () => {
  it.each([
    ['no object', [], 400, 'invalidSyntax'],
    ['no operations', { schemas: [] }, 400, 'invalidSyntax'],
    ['text for operations', { Operations: 'none' }, 400, 'invalidSyntax'],
    ['a limit that is none', { Operations: [], failOnErrors: 0 }, 400, 'invalidSyntax'],
    ['too many operations', { Operations: Array.from({ length: 1_001 }, () => 1) }, 413, undefined],
    ['too many bytes', { Operations: [], padding: 'x'.repeat(1_048_576) }, 413, undefined],
  ])('%s', async (_, body, status, scimType) => {
    const before = world.directory.commands.length;
    expectScimError(await world.scim('/Bulk', { token: tenant.token, body }), status, scimType);
    expect(world.directory.commands).toHaveLength(before);
  });

  it('without a token that may write', async () => {
    expectScimError(await world.scim('/Bulk', { body: { Operations: [] } }), 401);
    const paused = world.addTenant({ state: 'paused' });
    expectScimError(await bulk([user('a')], {}, paused.token), 403);
  });

  it('when its operations are more than the tenant may ask for', async () => {
    const slow = world.addTenant({ settings: { requestsPerSecondMax: 1, requestBurstMax: 10 } });
    expect((await bulk([user('a')], {}, slow.token)).status).toBe(200);
    const refused = await bulk(
      Array.from({ length: 10 }, (_, index) => user(`u${index}`)),
      {},
      slow.token,
    );
    expectScimError(refused, 429);
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]/);
    const patient = world.addTenant({ settings: { requestsPerSecondMax: 1, requestBurstMax: 10 } });
    const many = Array.from({ length: 50 }, (_, index) => user(`patient-${index}`));
    expect((await bulk(many, {}, patient.token)).status).toBe(200);
  });

  it.each([
    ['tenant_paused', 403],
    ['token_revoked', 401],
    ['store_failed', 500],
  ] as const)('when the directory says %s', async (cause, status) => {
    world.directory.script = ({ type }: CommandMessage) =>
      type === 'bulk.requested' ? { status: 'rejected', cause, detail: 'Why.' } : 'apply';
    expectScimError(await bulk([user('a')]), status);
  });

  it('when it is not decided in time: withdrawn, and published as one failure', async () => {
    world.directory.script = () => 'ignore';
    const answer = await bulk([user('a'), { method: 'DELETE', path: '/Users/42' }]);
    expectScimError(answer, 503);
    expect(answer.body.detail).toMatch(/nothing was changed/i);
    const requestId = answer.headers.get('x-request-id');
    const mine = () => world.failures.map(decodeFailure).filter((each) => each.requestId === requestId);
    await eventually(() => mine().length > 0);
    const { commandId } = lastJob();
    expect(mine()).toMatchObject([{ operation: 'bulk', cause: 'not_applied_in_time', failureId: commandId }]);
  });

  it('when nobody knows: its creates are marked, so that a repetition is answered', async () => {
    world.directory.script = () => {
      world.directory.http = 'off';
      return 'ignore';
    };
    const answer = await bulk([user('a'), { method: 'DELETE', path: `/Users/${UNKNOWN_ID}` }]);
    expectScimError(answer, 503);
    expect(answer.body.detail).toMatch(/not known/i);
    const job = lastJob();
    world.directory.http = 'on';
    const [create] = job.parts;
    await eventually(() => world.directory.undelivered.includes(create!.command.commandId));
    expect(world.directory.undelivered).not.toContain(job.parts[1]?.command.commandId);
  });
});

describe('a bulk request whose reply got lost', () => {
  it('is looked up, and then each of its operations', async () => {
    world.directory.script = () => 'apply without reply';
    const results = await resultsOf(
      bulk([user('a'), { method: 'DELETE', path: `/Users/${UNKNOWN_ID}` }, user('b')]),
    );
    expect(statuses(results)).toEqual(['201', '404', '201']);
  });

  it('is unknown when its operations cannot be looked up, and its creates are marked', async () => {
    world.directory.script = () => 'ignore';
    const before = world.directory.commands.length;
    const answering = bulk([user('a')]);
    await eventually(() => world.directory.commands.length > before);
    const job = lastJob();
    world.directory.http = 'off';
    const { resourceId } = job;
    await world.directory.reply(job, { status: 'applied', resourceId, version: 1, changed: true });
    const answer = await answering;
    world.directory.http = 'on';
    expectScimError(answer, 503);
    expect(answer.body.detail).toMatch(/not known/i);
    await eventually(() => world.directory.undelivered.includes(job.parts[0]!.command.commandId));
  });

  it('marks its creates when the client has gone before the answer', async () => {
    // The look-up comes long after the server has seen the connection close; a reply would race with that.
    world.directory.script = () => 'apply without reply';
    const before = world.directory.commands.length;
    const body = JSON.stringify({ Operations: [user('a'), group('b')] });
    const socket = connect(world.gateway.port, '127.0.0.1');
    socket.write(
      `POST /scim/v2/Bulk HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${tenant.token}\r\n` +
        `Content-Type: application/scim+json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await eventually(() => world.directory.commands.length > before);
    socket.destroy();
    const { parts } = lastJob();
    await eventually(() =>
      parts.every(({ command }) => world.directory.undelivered.includes(command.commandId)),
    );
  });
});
