import { beforeEach, describe, expect, it } from '@jest/globals';
import { decodeFailure, type CommandId, type CommandMessage, type ResourceId } from '@muster/contracts';
import { failureOfRequest } from './testing/failure-of-request.js';
import { eventually, type ScimResponse } from './testing/gateway-world.js';
import { postAndLeave } from './testing/post-and-leave.js';
import { vulnerableLog } from './testing/vulnerable-log.js';
import { worldOfFile } from './testing/world-of-file.js';

const GONE = '0192f5c4-0000-7000-8000-00000000dead' as ResourceId;

const { eventLog, hurt } = vulnerableLog();
const { world, tenant } = worldOfFile({
  overrides: { eventLog, times: { commandDeadlineMs: 2_000, lookUpAfterMs: 300 } },
  env: { COMMANDS_IN_FLIGHT_MAX: '16' },
});
let sequence = 0;

beforeEach(() => {
  hurt.commands = 'accept';
  sequence += 1;
});

const userName = (): string => `user-${sequence}@contoso.test`;
const create = (): Promise<ScimResponse> =>
  world.scim('/Users', { token: tenant.token, body: { userName: userName() } });
const lastCommand = (): CommandMessage => world.directory.commands.at(-1)!;

/** Begins a create and waits until the directory has read its command. */
async function createPublished(): Promise<{ answer: Promise<ScimResponse>; command: CommandMessage }> {
  const before = world.directory.commands.length;
  const answer = create();
  await eventually(() => world.directory.commands.length > before);
  return { answer, command: lastCommand() };
}

function expectUnavailable(response: ScimResponse, detail: RegExp): void {
  expect(response.status).toBe(503);
  expect(response.body.detail).toMatch(detail);
  expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
}

describe('what the directory refuses', () => {
  it('is answered as the directory says, and published by the directory alone', async () => {
    world.directory.script = () => ({
      status: 'rejected',
      cause: 'duplicate_username',
      detail: 'Another user (id x) has this name.',
    });
    const response = await create();
    expect(response.status).toBe(409);
    expect(response.body).toMatchObject({
      scimType: 'uniqueness',
      detail: 'Another user (id x) has this name.',
    });
    const requestId = response.headers.get('x-request-id');
    const other = await world.scim('/Users', { token: tenant.token, body: { userName: 'x@elsewhere.test' } });
    await failureOfRequest(world, other);
    expect(world.failures.map(decodeFailure).filter((failure) => failure.requestId === requestId)).toEqual(
      [],
    );
  });

  it.each([
    ['version_conflict', 412],
    ['token_revoked', 401],
    ['tenant_paused', 403],
    ['unknown_member', 400],
    ['store_failed', 500],
  ] as const)('%s is %d', async (cause, status) => {
    world.directory.script = () => ({ status: 'rejected', cause, detail: 'Why.' });
    expect((await create()).status).toBe(status);
  });

  it('an expired command had no effect', async () => {
    world.directory.script = () => ({ status: 'expired' });
    expectUnavailable(await create(), /nothing was changed/i);
  });
});

describe('a reply that does not come', () => {
  it('is looked up, and the resource read back', async () => {
    world.directory.script = () => 'apply without reply';
    const response = await create();
    expect(response.status).toBe(201);
    expect(response.body).toMatchObject({ userName: userName(), meta: { version: 'W/"1"' } });
  });

  it('is looked up at once when the inbox joins again', async () => {
    world.directory.script = () => 'apply without reply';
    const before = world.directory.askedFor('/internal/v1/commands/outcomes');
    const { answer } = await createPublished();
    hurt.inbox!.onJoined();
    expect((await answer).status).toBe(201);
    expect(world.directory.askedFor('/internal/v1/commands/outcomes')).toBe(before + 1);
  });

  it('may still come twice, late, or for somebody else', async () => {
    const response = await create();
    const command = lastCommand();
    const outcome = world.directory.outcomes.get(command.commandId)!;
    await world.directory.reply(command, outcome);
    await world.directory.reply(
      { ...command, replyTo: { ...command.replyTo, instanceId: 'another' } },
      outcome,
    );
    await world.directory.reply(
      { ...command, commandId: '0192f5c4-0000-7000-8000-00000000beef' as CommandId },
      outcome,
    );
    expect(response.status).toBe(201);
    expect((await create()).status).toBe(201);
  });

  it('of a repeated create names the resource that the first one made', async () => {
    const first = await create();
    const resourceId = String(first.body.id) as ResourceId;
    world.directory.script = () => ({ status: 'applied', resourceId, version: 1, changed: false });
    const repeated = await create();
    expect(repeated).toMatchObject({ status: 201, body: { id: resourceId, userName: userName() } });
    expect(repeated.headers.get('location')).toBe(first.headers.get('location'));
  });

  it('is answered with 204 for a delete, which has no resource', async () => {
    const { body } = await create();
    world.directory.script = () => 'apply without reply';
    expect(
      await world.scim(`/Users/${String(body.id)}`, { method: 'DELETE', token: tenant.token }),
    ).toMatchObject({ status: 204 });
  });
});

describe('a resource that is deleted before it can be shown', () => {
  const applied = (version: number) => (command: CommandMessage) =>
    ({ status: 'applied', resourceId: command.resourceId, version, changed: true }) as const;
  const expectNothingSaid = async (): Promise<void> => {
    const other = await world.scim('/Users', { token: tenant.token, body: { userName: 'x@elsewhere.test' } });
    const { requestId } = await failureOfRequest(world, other);
    const said = world.failures.map(decodeFailure);
    expect(said.at(-1)).toMatchObject({ requestId });
    expect(said.filter(({ resourceId }) => resourceId === lastCommand().resourceId)).toEqual([]);
  };

  it('was created', async () => {
    world.directory.script = applied(1);
    const response = await create();
    const { resourceId } = lastCommand();
    expect(response.status).toBe(201);
    expect(response.body).toMatchObject({
      id: resourceId,
      userName: userName(),
      meta: { version: 'W/"1"', location: response.headers.get('location') },
    });
    const { created } = response.body.meta as { created: string };
    expect(Math.abs(Date.parse(created) - Date.now())).toBeLessThan(60_000);
    await expectNothingSaid();
  });

  it('was created with members, which it has no more', async () => {
    world.directory.script = applied(1);
    const members = [{ value: '0192f5c4-0000-7000-8000-00000000beef' }];
    const response = await world.scim('/Groups', {
      token: tenant.token,
      body: { displayName: 'Gone', members },
    });
    expect(response).toMatchObject({ status: 201, body: { displayName: 'Gone', members: [] } });
  });

  it('was replaced', async () => {
    const { body } = await create();
    world.directory.script = () => applied(2)({ ...lastCommand(), resourceId: GONE });
    const response = await world.scim(`/Users/${String(body.id)}`, {
      method: 'PUT',
      token: tenant.token,
      body: { userName: userName(), title: 'Late' },
    });
    expect(response).toMatchObject({ status: 200, body: { title: 'Late', meta: { version: 'W/"2"' } } });
    await expectNothingSaid();
  });

  it('was patched', async () => {
    world.directory.script = applied(2);
    const response = await world.scim(`/Users/${GONE}`, {
      method: 'PATCH',
      token: tenant.token,
      body: { Operations: [{ op: 'Replace', path: 'title', value: 'Late' }] },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('etag')).toBe('W/"2"');
    expect(response.headers.get('location')).toContain(GONE);
    await expectNothingSaid();
  });
});

describe('at the deadline', () => {
  it('what was not applied is withdrawn, said so, and published', async () => {
    world.directory.script = () => 'ignore';
    const response = await create();
    expectUnavailable(response, /withdrawn: nothing was changed/);
    expect(world.directory.outcomes.get(lastCommand().commandId)).toEqual({ status: 'cancelled' });
    expect(await failureOfRequest(world, response)).toMatchObject({
      cause: 'not_applied_in_time',
      operation: 'create',
      resourceId: lastCommand().resourceId,
      subject: { userName: userName() },
      source: 'gateway',
    });
  });

  it('what was decided meanwhile is answered with its outcome', async () => {
    world.directory.script = () => 'ignore';
    const { answer, command } = await createPublished();
    world.directory.outcomes.set(command.commandId, {
      status: 'rejected',
      cause: 'duplicate_username',
      detail: 'Taken.',
    });
    expect((await answer).status).toBe(409);
  });

  it('what nobody can tell of is unknown, marked undelivered, and published', async () => {
    world.directory.script = () => 'ignore';
    const { answer, command } = await createPublished();
    world.directory.http = 'off';
    const response = await answer;
    expectUnavailable(response, /not known yet/);
    world.directory.http = 'on';
    expect((await failureOfRequest(world, response)).cause).toBe('outcome_unknown');
    await eventually(() => world.directory.undelivered.includes(command.commandId));
  });

  it('a directory that is silent keeps nobody waiting for long', async () => {
    world.directory.script = () => 'ignore';
    const { answer } = await createPublished();
    world.directory.http = 'silent';
    const startedAt = performance.now();
    expectUnavailable(await answer, /not known yet/);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    world.directory.http = 'on';
  });
});

describe('a command that cannot be published', () => {
  it('is withdrawn at once: nothing was changed', async () => {
    hurt.commands = 'refuse';
    const response = await create();
    expectUnavailable(response, /could not be queued/);
    hurt.commands = 'accept';
    const failure = await failureOfRequest(world, response);
    expect(failure.cause).toBe('queue_unavailable');
    // Of a create that was withdrawn: one entry of the activity for both.
    expect([...world.directory.outcomes]).toContainEqual([failure.failureId, { status: 'cancelled' }]);
  });

  it('but got into the log has one effect, and its outcome is the answer', async () => {
    hurt.commands = 'lose answer';
    const response = await create();
    hurt.commands = 'accept';
    const outcome = world.directory.outcomes.get(lastCommand().commandId)!;
    expect(response.status).toBe(outcome.status === 'applied' ? 201 : 503);
    expect(
      world.directory.commands.filter(({ commandId }) => commandId === lastCommand().commandId),
    ).toHaveLength(1);
  });

  it('is unknown when the directory is away as well', async () => {
    await create();
    hurt.commands = 'refuse';
    world.directory.http = 'off';
    expectUnavailable(await create(), /not known yet/);
  });
});

describe('an answer that is not delivered', () => {
  it('is marked when the client went away before it', async () => {
    // The look-up comes long after the server has seen the connection close; a reply would race with that.
    world.directory.script = () => 'apply without reply';
    const { commandId } = await postAndLeave(world, tenant.token, '/Users', { userName: userName() });
    await eventually(() => world.directory.undelivered.includes(commandId));
  });

  it('is not marked when it was', async () => {
    await create();
    const { commandId } = lastCommand();
    expect((await create()).status).toBe(201);
    expect(world.directory.undelivered).not.toContain(commandId);
  });

  it('is marked when the resource to answer with cannot be read back', async () => {
    // Away from the moment of the decision on: a look-up that takes place meanwhile must not find the outcome.
    world.directory.script = () => {
      world.directory.http = 'off';
      return 'apply without reply';
    };
    const { answer, command } = await createPublished();
    await world.directory.reply(command, world.directory.outcomes.get(command.commandId)!);
    expectUnavailable(await answer, /not known yet/);
    world.directory.http = 'on';
    await eventually(() => world.directory.undelivered.includes(command.commandId));
  });
});

describe('limits', () => {
  it('more commands in flight than may be are refused, and nothing of them is published', async () => {
    world.directory.script = () => 'ignore';
    const before = world.directory.commands.length;
    const responses = await Promise.all(Array.from({ length: 24 }, () => create()));
    const overloaded = responses.filter(({ body }) => /busy/.test(String(body.detail)));
    expect(overloaded).toHaveLength(8);
    for (const response of overloaded) expectUnavailable(response, /Nothing was changed/);
    expect(world.directory.commands).toHaveLength(before + 16);
  });

  it('a tenant that asks too often gets 429 and whole seconds, its neighbour does not', async () => {
    const eager = world.addTenant({ settings: { requestsPerSecondMax: 1, requestBurstMax: 3 } });
    const responses = await Promise.all(
      Array.from({ length: 5 }, () => world.scim('/Users?count=0', { token: eager.token })),
    );
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
    const limited = responses.find(({ status }) => status === 429)!;
    expect(limited.headers.get('retry-after')).toBe('1');
    expect((await world.scim('/Users?count=0', { token: tenant.token })).status).toBe(200);
  });
});

describe('without the directory', () => {
  it('reads are 503 and ask to come again', async () => {
    expect((await world.scim('/Users?count=0', { token: tenant.token })).status).toBe(200);
    world.directory.http = 'off';
    expectUnavailable(
      await world.scim('/Users?count=0', { token: tenant.token }),
      /directory cannot be reached/,
    );
  });

  it('that is silent, a crowd of reads is answered in time', async () => {
    expect((await world.scim('/Users?count=0', { token: tenant.token })).status).toBe(200);
    world.directory.http = 'silent';
    const startedAt = performance.now();
    const crowd = Array.from({ length: 200 }, () => world.scim('/Users?count=0', { token: tenant.token }));
    for (const response of await Promise.all(crowd))
      expectUnavailable(response, /directory cannot be reached/);
    expect(performance.now() - startedAt).toBeLessThan(8_000);
  });

  it('a token that is not remembered is 503, never 401', async () => {
    const fresh = world.addTenant();
    world.directory.http = 'off';
    expectUnavailable(await world.scim('/Users', { token: fresh.token }), /directory cannot be reached/);
  });
});

describe('credentials', () => {
  it('that are revoked stop working within the time they are remembered', async () => {
    const brief = world.addTenant();
    expect((await world.scim('/Users?count=0', { token: brief.token })).status).toBe(200);
    world.directory.revoke(brief.token);
    const startedAt = performance.now();
    await eventually(async () => (await world.scim('/Users?count=0', { token: brief.token })).status === 401);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('of a tenant that is paused are 403', async () => {
    const paused = world.addTenant({ state: 'paused' });
    const response = await world.scim('/Users', { token: paused.token });
    expect(response.status).toBe(403);
    expect(response.body.detail).toMatch(/paused/);
  });

  it('of strangers publish nothing', async () => {
    const stranger = await world.scim('/Users', { body: { userName: 'x@elsewhere.test' } });
    const known = await world.scim('/Users', { token: tenant.token, body: { userName: 'x@elsewhere.test' } });
    await failureOfRequest(world, known);
    const requestIds = world.failures.map((record) => decodeFailure(record).requestId);
    expect(requestIds).not.toContain(stranger.headers.get('x-request-id'));
  });
});
