import { describe, expect, it } from '@jest/globals';
import { decodeFailure, type BulkCommand, type CommandMessage } from '@muster/contracts';
import { BulkRequests, createGroup, createUser, statusesOf } from './testing/bulk-requests.js';
import { expectScimError } from './testing/expect-scim-error.js';
import { eventually } from './testing/gateway-world.js';
import { postAndLeave } from './testing/post-and-leave.js';
import { worldOfFile } from './testing/world-of-file.js';

const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';

const { world, tenant } = worldOfFile({
  overrides: { times: { commandDeadlineMs: 2_000, lookUpAfterMs: 300 } },
});
const bulk = new BulkRequests(world, tenant);

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
    expectScimError(await bulk.send([createUser('a')], {}, paused.token), 403);
  });

  it('when its operations are more than the tenant may ask for', async () => {
    const slow = world.addTenant({ settings: { requestsPerSecondMax: 1, requestBurstMax: 10 } });
    expect((await bulk.send([createUser('a')], {}, slow.token)).status).toBe(200);
    const refused = await bulk.send(
      Array.from({ length: 10 }, (_, index) => createUser(`u${index}`)),
      {},
      slow.token,
    );
    expectScimError(refused, 429);
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]/);
    const patient = world.addTenant({ settings: { requestsPerSecondMax: 1, requestBurstMax: 10 } });
    const many = Array.from({ length: 50 }, (_, index) => createUser(`patient-${index}`));
    expect((await bulk.send(many, {}, patient.token)).status).toBe(200);
  });

  it.each([
    ['tenant_paused', 403],
    ['token_revoked', 401],
    ['store_failed', 500],
  ] as const)('when the directory says %s', async (cause, status) => {
    world.directory.script = ({ type }: CommandMessage) =>
      type === 'bulk.requested' ? { status: 'rejected', cause, detail: 'Why.' } : 'apply';
    expectScimError(await bulk.send([createUser('a')]), status);
  });

  it('when it is not decided in time: withdrawn, and published as one failure', async () => {
    world.directory.script = () => 'ignore';
    const answer = await bulk.send([createUser('a'), { method: 'DELETE', path: '/Users/42' }]);
    expectScimError(answer, 503);
    expect(answer.body.detail).toMatch(/nothing was changed/i);
    const requestId = answer.headers.get('x-request-id');
    const mine = () => world.failures.map(decodeFailure).filter((each) => each.requestId === requestId);
    await eventually(() => mine().length > 0);
    const { commandId } = bulk.lastJob();
    expect(mine()).toMatchObject([{ operation: 'bulk', cause: 'not_applied_in_time', failureId: commandId }]);
  });

  it('when nobody knows: its creates are marked, so that a repetition is answered', async () => {
    world.directory.script = () => {
      world.directory.http = 'off';
      return 'ignore';
    };
    const answer = await bulk.send([createUser('a'), { method: 'DELETE', path: `/Users/${UNKNOWN_ID}` }]);
    expectScimError(answer, 503);
    expect(answer.body.detail).toMatch(/not known/i);
    const job = bulk.lastJob();
    world.directory.http = 'on';
    const [create] = job.parts;
    await eventually(() => world.directory.undelivered.includes(create!.command.commandId));
    expect(world.directory.undelivered).not.toContain(job.parts[1]?.command.commandId);
  });
});

describe('a bulk request whose reply got lost', () => {
  it('is looked up, and then each of its operations', async () => {
    world.directory.script = () => 'apply without reply';
    const results = await bulk.results([
      createUser('a'),
      { method: 'DELETE', path: `/Users/${UNKNOWN_ID}` },
      createUser('b'),
    ]);
    expect(statusesOf(results)).toEqual(['201', '404', '201']);
  });

  it('is unknown when its operations cannot be looked up, and its creates are marked', async () => {
    world.directory.script = () => 'ignore';
    const before = world.directory.commands.length;
    const answering = bulk.send([createUser('a')]);
    await eventually(() => world.directory.commands.length > before);
    const job = bulk.lastJob();
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
    const Operations = [createUser('a'), createGroup('b')];
    const job = await postAndLeave(world, tenant.token, '/Bulk', { Operations });
    const { parts } = job as BulkCommand;
    await eventually(() =>
      parts.every(({ command }) => world.directory.undelivered.includes(command.commandId)),
    );
  });
});
