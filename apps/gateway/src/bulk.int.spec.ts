import { describe, expect, it } from '@jest/globals';
import { decodeFailure, type CommandMessage } from '@muster/contracts';
import { BulkRequests, createGroup, createUser, idOf, statusesOf } from './testing/bulk-requests.js';
import { eventually } from './testing/gateway-world.js';
import { worldOfFile } from './testing/world-of-file.js';

const BASE = 'https://scim.example.test/scim/v2';
const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';

const { world, tenant } = worldOfFile();
const bulk = new BulkRequests(world, tenant);

describe('a bulk request (RFC 7644 section 3.7)', () => {
  it('creates, replaces, changes and deletes in one command, and answers each in the order of the request', async () => {
    const [old] = await bulk.results([createUser('old')]);
    const oldId = idOf(old!);
    const results = await bulk.results([
      createGroup('team', 'bulkId:ada', oldId),
      createUser('ada'),
      { method: 'PUT', path: `/Users/${oldId}`, data: { userName: 'renamed@contoso.test' } },
      {
        method: 'patch',
        path: '/Users/bulkId:ada',
        data: { Operations: [{ op: 'replace', path: 'title', value: 'Countess' }] },
      },
      { method: 'DELETE', path: `/Users/${oldId}`, bulkId: 'gone', version: 'W/"2"' },
    ]);
    const { commandId } = bulk.lastJob();
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
    const results = await bulk.results([
      createGroup('outer', 'bulkId:inner', 'bulkId:sam'),
      createGroup('inner', 'bulkId:outer'),
      createUser('rita', manager('sam')),
      createUser('sam', manager('rita')),
      createUser('solo', manager('solo')),
    ]);
    expect(statusesOf(results)).toEqual(['201', '201', '201', '201', '201']);
    const ids = new Map(results.map((result) => [result.bulkId, idOf(result)]));
    const job = bulk.lastJob();
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
    const request = [createGroup('same', 'bulkId:member'), createUser('member')];
    const hashes = async () => {
      await bulk.results(request);
      return bulk
        .lastJob()
        .parts.map(({ command }) => ('documentHash' in command ? command.documentHash : ''));
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
    ['a reference to nothing', createGroup('a', 'bulkId:nobody'), '409', undefined],
    ['a target that is not created', { method: 'DELETE', path: '/Users/bulkId:nobody' }, '409', undefined],
    ['text for an operation', 'DELETE', '400', 'invalidSyntax'],
  ])('for %s says so in its place, and costs only itself', async (_, operation, status, scimType) => {
    const [first, failed, last] = await bulk.results([createUser('first'), operation, createUser('last')]);
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
    const results = await bulk.results([
      createGroup('outer', 'bulkId:inner'),
      createGroup('inner', 'bulkId:bad'),
      { method: 'POST', path: '/Users', bulkId: 'bad', data: { userName: 'a@else.test' } },
      { method: 'DELETE', path: '/Users/bulkId:bad' },
      createUser('good'),
    ]);
    expect(statusesOf(results)).toEqual(['409', '409', '400', '409', '201']);
    expect(bulk.lastJob().parts).toHaveLength(1);
  });

  it('has the first of two equal bulkIds done', async () => {
    const results = await bulk.results([createUser('twice'), createGroup('twice')]);
    expect(results).toMatchObject([{ status: '201' }, { status: '400', bulkId: 'twice' }]);
  });

  it('is told as the directory says, with the names that the client knows', async () => {
    world.directory.script = (command: CommandMessage) =>
      command.type === 'user.replace.requested'
        ? { status: 'rejected', cause: 'not_found', detail: `Resource ${command.resourceId} does not exist.` }
        : 'apply';
    const [, failed] = await bulk.results([
      createUser('one'),
      { method: 'PUT', path: '/Users/bulkId:one', data: { userName: 'two@contoso.test' } },
    ]);
    expect(failed).toMatchObject({
      method: 'PUT',
      location: expect.stringMatching(/\/Users\//),
      status: '404',
      response: { status: '404', detail: 'Resource bulkId:one does not exist.' },
    });
    expect(failed).not.toHaveProperty('version');
  });

  it('is published like that of a single request', async () => {
    const answer = await bulk.send([
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
    ['none that fails', 1, [createUser('a'), createUser('b')], ['201', '201'], 2],
    ['one refused here', 1, [createUser('a'), bad, createUser('b')], ['201', '404'], 1],
    ['one refused there', 1, [createUser('a'), missing, createUser('b'), bad], ['201', '404'], 2],
    ['one of each', 2, [bad, createUser('a'), missing, createUser('b')], ['404', '201', '404'], 3],
    ['more allowed than fail', 3, [bad, missing, createUser('a')], ['404', '404', '201'], 2],
    ['nothing left to send', 1, [bad, createUser('a')], ['404'], 0],
  ])('with %s', async (_, failOnErrors, operations, expected, sent) => {
    const before = world.directory.commands.length;
    expect(statusesOf(await bulk.results(operations, { failOnErrors }))).toEqual(expected);
    if (sent === 0) expect(world.directory.commands).toHaveLength(before);
    else expect(bulk.lastJob().parts.length).toBeGreaterThanOrEqual(sent - 1);
  });
});
