import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { directoryPaths, type CommandId, type QueryResponse, type StoredResource } from '@muster/contracts';
import { SchemaVersionError } from '@muster/persistence';
import { createTestDatabase } from '@muster/persistence/testing';
import { createLogger } from '@muster/service';
import { openInProcessEventLog } from '@muster/messaging';
import { parseFilter } from '@muster/scim';
import { CommandMaker } from './commands/testing/command-world.js';
import { parseDirectoryConfig } from './config.js';
import { startDirectory } from './start-directory.js';
import { ADMIN_TOKEN, DirectoryWorld, INTERNAL_TOKEN } from './testing/directory-world.js';

jest.setTimeout(60_000);

describe('the directory', () => {
  let world: DirectoryWorld;

  beforeAll(async () => {
    world = await DirectoryWorld.open();
  });

  afterAll(async () => {
    await world?.close();
  });

  it('shows in the next query what a command did', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    // Full-width letters: what is stored and what is sought are folded by the same function.
    const create = make.createUser('Ann@Example.com', {
      emails: [{ value: 'ＡNN@example.com', type: 'Ｗork' }],
    });
    expect(await world.apply(create)).toMatchObject({
      status: 'applied',
      version: 1,
      resourceId: create.resourceId,
    });

    const read = await world.internal<StoredResource>(
      'GET',
      directoryPaths.resource(tenant.tenantId, 'users', create.resourceId),
    );
    expect(read.status).toBe(200);
    expect(read.body).toMatchObject({
      id: create.resourceId,
      version: 1,
      document: { userName: 'Ann@Example.com', active: true },
      groups: [],
    });
    const filter = parseFilter('emails[type eq "work"].value eq "ANN@example.com"');
    const list = await world.internal<QueryResponse>('POST', directoryPaths.query(tenant.tenantId, 'users'), {
      filter,
      startIndex: 1,
      count: 100,
      withReferences: false,
    });
    expect(list.body).toMatchObject({ totalResults: 1, resources: [{ id: create.resourceId }] });
    expect(list.body.resources[0]).not.toHaveProperty('groups');

    expect(await world.apply(make.deleteUser(create.resourceId))).toMatchObject({ status: 'applied' });
    const gone = await world.internal(
      'GET',
      directoryPaths.resource(tenant.tenantId, 'users', create.resourceId),
    );
    expect(gone.status).toBe(404);
    expect(gone.body).toMatchObject({ status: 404, cause: 'not_found' });
  });

  it('answers another tenant as if the resource did not exist', async () => {
    const [mine, other] = [await world.tenant(), await world.tenant()];
    const create = new CommandMaker(mine).createUser('secret@example.com');
    await world.apply(create);
    const stolen = await world.internal(
      'GET',
      directoryPaths.resource(other.tenantId, 'users', create.resourceId),
    );
    const missing = await world.internal(
      'GET',
      directoryPaths.resource(other.tenantId, 'users', other.tenantId),
    );
    expect([stolen.status, stolen.body]).toEqual([404, missing.body]);
    const list = await world.internal<QueryResponse>('POST', directoryPaths.query(other.tenantId, 'users'), {
      startIndex: 1,
      count: 10,
      withReferences: true,
    });
    expect(list.body).toEqual({ totalResults: 0, resources: [] });
    const outcome = { commandId: create.commandId, tenantId: other.tenantId };
    expect(
      (await world.internal('POST', directoryPaths.lookUpOutcomes, { commands: [outcome] })).body,
    ).toEqual({ outcomes: [] });
    const cancelled = await world.internal('POST', directoryPaths.cancelCommands, {
      commands: [{ ...create, tenantId: other.tenantId }],
    });
    expect(cancelled.body).toEqual({ results: [{ commandId: create.commandId, result: 'unknown' }] });
  });

  it.each([
    [
      'GET',
      '/internal/v1/tenants/0192f0c1-0000-7000-8000-00000000000a/users/0192f0c1-0000-7000-8000-00000000000b',
      ADMIN_TOKEN,
    ],
    ['POST', directoryPaths.resolveCredential, null],
    ['POST', directoryPaths.cancelCommands, `${INTERNAL_TOKEN}x`],
    ['GET', '/admin/tenants', INTERNAL_TOKEN],
    ['POST', '/admin/tenants', null],
    ['DELETE', '/admin/tenants/a/tokens/b', 'x'],
  ] as const)('%s %s is 401 with the wrong credential', async (method, path, credential) => {
    const answer = await world.call(method, path, credential, method === 'POST' ? {} : undefined);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toEqual({ type: 'about:blank', title: 'Unauthorized', status: 401 });
  });

  it.each([
    ['no JSON', '{', 400, undefined],
    ['no object', '[]', 400, 'invalidSyntax'],
    [
      'an unknown attribute',
      { filter: parseFilter('nope eq "x"'), startIndex: 1, count: 1 },
      400,
      'invalidFilter',
    ],
    [
      'a filter that is no tree',
      { filter: { kind: 'raw', sql: 'true' }, startIndex: 1, count: 1 },
      400,
      'invalidFilter',
    ],
    [
      'what only the gateway knows',
      { filter: parseFilter('meta.location pr'), startIndex: 1, count: 1 },
      400,
      'invalidFilter',
    ],
    ['a secret', { filter: parseFilter('password sw "a"'), startIndex: 1, count: 1 }, 403, 'sensitive'],
    ['a made-up cursor', { cursor: 'bmV4dA', startIndex: 1, count: 1 }, 400, 'invalidCursor'],
    ['a sort by nothing', { sortBy: 'nope', startIndex: 1, count: 1 }, 400, 'invalidValue'],
    ['a count that is none', { startIndex: 1, count: 'all' }, 400, 'invalidCount'],
  ])('a query with %s is refused, never answered with everything', async (_, body, status, scimType) => {
    const { tenantId } = await world.tenant();
    const answer = await world.internal('POST', directoryPaths.query(tenantId, 'users'), body);
    expect(answer.status).toBe(status);
    expect(answer.body['scimType']).toBe(scimType);
    expect(answer.body).not.toHaveProperty('resources');
  });

  it('cancels a command that never came, and says what became of one that did', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const [early, late] = [make.createUser('early@example.com'), make.createUser('late@example.com')];
    await world.apply(early);
    const { body } = await world.internal('POST', directoryPaths.cancelCommands, { commands: [early, late] });
    expect(body).toEqual({
      results: [
        {
          commandId: early.commandId,
          result: 'decided',
          outcome: { status: 'applied', resourceId: early.resourceId, version: 1, changed: true },
        },
        { commandId: late.commandId, result: 'cancelled' },
      ],
    });
    expect(await world.apply(late)).toEqual({ status: 'cancelled' });
    const read = await world.internal(
      'GET',
      directoryPaths.resource(tenant.tenantId, 'users', late.resourceId),
    );
    expect(read.status).toBe(404);
  });

  it('answers an identical create again once its first answer is known to be lost', async () => {
    const make = new CommandMaker(await world.tenant());
    const first = make.createUser('lost@example.com');
    await world.apply(first);
    expect(await world.apply({ ...make.createUser('lost@example.com') })).toMatchObject({
      status: 'rejected',
      cause: 'duplicate_username',
    });
    const { commandId, tenantId } = first;
    expect(
      (await world.internal('POST', directoryPaths.markUndelivered, { commands: [{ commandId, tenantId }] }))
        .status,
    ).toBe(204);
    expect(await world.apply(make.createUser('lost@example.com'))).toMatchObject({
      status: 'applied',
      resourceId: first.resourceId,
    });
  });

  it('cancels whatever a record of the log may ask for, and nothing else', async () => {
    const make = new CommandMaker(await world.tenant());
    const cancel = async (type: string): Promise<unknown> => {
      const commands = [{ ...make.createUser('x@example.com'), type }];
      const { status, body } = await world.internal('POST', directoryPaths.cancelCommands, { commands });
      return status === 200 ? (body['results'] as { result: string }[])[0]?.result : status;
    };
    expect(await cancel('bulk.requested')).toBe('cancelled');
    expect(await cancel('group.patch.requested')).toBe('cancelled');
    expect(await cancel('tenant.delete.requested')).toBe(400);
  });

  it('limits what one call may ask', async () => {
    const commands = Array.from({ length: 1_001 }, () => ({
      commandId: '0192f0c1-0000-7000-8000-00000000000a' as CommandId,
    }));
    const answer = await world.internal('POST', directoryPaths.lookUpOutcomes, { commands });
    expect(answer.status).toBe(400);
    expect(
      (await world.internal('POST', directoryPaths.lookUpOutcomes, { commands: 'x'.repeat(1_100_000) }))
        .status,
    ).toBe(413);
  });

  it('serves probes and metrics on a listener of their own', async () => {
    const { operationsUrl } = world.directory;
    expect((await fetch(`${operationsUrl}/livez`)).status).toBe(200);
    const metrics = await (await fetch(`${operationsUrl}/metrics`)).text();
    expect(metrics).toMatch(/muster_query_seconds_count{[^}]*kind="read"/);
  });
});

it('refuses to start on a schema of another version, and lets go of everything', async () => {
  const empty = await createTestDatabase();
  const config = parseDirectoryConfig({
    PORT: '0',
    METRICS_PORT: '0',
    DATABASE_URL: empty.url,
    INTERNAL_TOKEN,
    ADMIN_TOKEN,
    TOKEN_PEPPER: 'the-pepper-of-the-spec-is-long-enough',
    DATABASE_ROLE: new URL(empty.url).username,
  });
  const logger = createLogger({ service: 'directory', level: 'silent' });
  await expect(startDirectory(config, { eventLog: openInProcessEventLog(), logger })).rejects.toThrow(
    SchemaVersionError,
  );
  await empty.drop();
});
