import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  COMMAND_EXPIRY_MS,
  type Applied,
  type BulkCommand,
  type CommandId,
  type CommandMessage,
  type Outcome,
} from '@muster/contracts';
import { wherePostgres } from '@muster/persistence/testing';
import { BatchBook } from '../testing/batch-book.js';
import { CommandMaker, CommandWorld, queued, type WorldTenant } from '../testing/command-world.js';
import type { Applier } from './applier.js';
import { JOB_MEMBERS_MAX } from './apply-job.js';

wherePostgres(describe)('a bulk job', () => {
  let world: CommandWorld;
  let book: BatchBook;
  let applier: Applier;
  beforeAll(async () => {
    world = await CommandWorld.open();
    book = new BatchBook(world);
    applier = world.applier();
  });
  afterAll(() => world.close());

  async function submit(message: CommandMessage, to = applier, queuedAtMs?: number): Promise<Outcome> {
    const waiting =
      message.type === 'bulk.requested' ? queued(message, queuedAtMs) : queued(message, queuedAtMs);
    to.accept([waiting]);
    return waiting.outcome;
  }

  /** What became of each part, in order: `applied`, a cause, or undefined where it was not processed. */
  function fates(job: BulkCommand, outcome: Outcome): (string | undefined)[] {
    const results = new Map(
      (outcome as Applied).results?.map(({ commandId, outcome: result }) => [commandId, result]),
    );
    return job.parts.map(({ command }) => {
      const result = results.get(command.commandId);
      return result?.status === 'rejected' ? result.cause : result?.status;
    });
  }

  const stateOf = async (commandId: CommandId) =>
    (
      await world.rows<{ state: string; cause: string | null; type: string }>(
        'select state, cause, type from directory.operations where id = $1',
        [commandId],
      )
    )[0];

  /** A user whose row cannot be inserted, for a reason that no decision can know of. */
  async function poisoned(tenant: WorldTenant, userName: string) {
    const command = new CommandMaker(tenant).createUser(userName);
    await world.rows(
      `insert into directory.users (tenant_id, id, version, user_name_key, active, document, created_at, last_modified, created_by)
       values ($1, $2, 1, 'x', true, '{}', now(), now(), gen_random_uuid())`,
      [tenant.tenantId, command.resourceId],
    );
    return command;
  }

  it('does each of its parts, with a row, a fact and a count for each, and one for itself', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const old = make.createUser('old@example.com');
    await book.given(tenant, old);
    const user = make.createUser('new@example.com');
    const group = make.createGroup('Team', [user.resourceId, old.resourceId]);
    const job = make.bulk(
      [
        user,
        group,
        make.patchUser(user.resourceId, { op: 'replace', path: 'title', value: 'Lead' }),
        make.deleteUser(old.resourceId),
      ],
      { needs: { 1: [0], 2: [0] } },
    );
    const outcome = await submit(job);
    expect(outcome).toMatchObject({ status: 'applied', resourceId: job.resourceId });
    expect(fates(job, outcome)).toEqual(['applied', 'applied', 'applied', 'applied']);
    expect((outcome as Applied).results?.map((each) => each.outcome)).toMatchObject([
      { resourceId: user.resourceId, version: 1 },
      { resourceId: group.resourceId, version: 1 },
      { version: 2 },
      { version: 2 },
    ]);
    expect(JSON.stringify(outcome)).not.toContain('new@example.com');
    expect(await book.users(tenant)).toMatchObject([
      { id: user.resourceId, version: 2, document: { title: 'Lead' } },
    ]);
    expect(await book.members(group.resourceId)).toEqual([user.resourceId]);
    expect(await book.counter(tenant, 'user')).toBe(1);
    expect((await book.facts(tenant)).map((fact) => [fact.type, fact.version])).toEqual([
      ['directory.user.created.v1', 1],
      ['directory.user.updated.v1', 2],
      ['directory.user.deleted.v1', 2],
      ['directory.group.created.v1', 1],
    ]);
    expect(await stateOf(job.commandId)).toEqual({ state: 'applied', cause: null, type: 'bulk.requested' });
    for (const { command } of job.parts)
      expect(await stateOf(command.commandId)).toMatchObject({ state: 'applied', type: command.type });
  });

  it('lets a part that is refused cost only itself and what refers to it', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    await book.given(tenant, make.createUser('taken@example.com'));
    const second = make.createUser('TAKEN@example.com');
    const job = make.bulk(
      [
        second,
        make.createUser('free@example.com'),
        make.createGroup('Of the refused', [second.resourceId]),
        make.patchUser(second.resourceId, { op: 'replace', path: 'title', value: 'x' }),
      ],
      { needs: { 2: [0], 3: [0] } },
    );
    expect(fates(job, await submit(job))).toEqual([
      'duplicate_username',
      'applied',
      'unresolved_reference',
      'unresolved_reference',
    ]);
    expect(await book.failures(tenant)).toMatchObject([
      { cause: 'duplicate_username', subject: { userName: 'TAKEN@example.com' } },
    ]);
    expect((await book.users(tenant)).length).toBe(2);
  });

  it('has groups that are members of each other, and takes them apart where one of them fails', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    await book.given(tenant, make.createGroup('Taken'));
    const pair = (one: string, other: string) => {
      const second = make.createGroup(other);
      const first = make.createGroup(one, [second.resourceId]);
      return [first, { ...second, document: { displayName: other, members: [{ value: first.resourceId }] } }];
    };
    const [a, b] = pair('A', 'B');
    const [c, d] = pair('C', 'taken');
    const job = make.bulk([a!, b!, c!, d!] as never, { needs: { 0: [1], 1: [0], 2: [3], 3: [2] } });
    expect(fates(job, await submit(job))).toEqual([
      'applied',
      'applied',
      'unresolved_reference',
      'unresolved_reference',
    ]);
    expect(await book.members(a!.resourceId)).toEqual([b!.resourceId]);
    expect(await book.members(b!.resourceId)).toEqual([a!.resourceId]);
    expect((await book.facts(tenant)).map((fact) => [fact.version, fact.members?.added])).toEqual([
      [1, [b!.resourceId]],
      [1, [a!.resourceId]],
    ]);
  });

  it.each([
    [1, ['applied', 'duplicate_username', undefined, undefined, undefined]],
    [2, ['applied', 'duplicate_username', 'applied', 'not_found', undefined]],
    [3, ['applied', 'duplicate_username', 'applied', 'not_found', 'applied']],
  ])('stops after %d failures, and leaves no row of the rest', async (failOnErrors, expected) => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const job = make.bulk(
      [
        make.createUser('one@example.com'),
        make.createUser('one@example.com'),
        make.createUser('two@example.com'),
        make.deleteUser('01890000-0000-7000-8000-000000000000'),
        make.createUser('three@example.com'),
      ],
      { failOnErrors },
    );
    expect(fates(job, await submit(job))).toEqual(expected);
    const states = await Promise.all(job.parts.map(({ command }) => stateOf(command.commandId)));
    expect(states.map((state) => state !== undefined)).toEqual(expected.map((fate) => fate !== undefined));
    expect((await book.users(tenant)).length).toBe(expected.filter((fate) => fate === 'applied').length);
    // The name of a part that was not processed is free.
    expect((await book.names(tenant)).length).toBe((await book.users(tenant)).length);
  });

  it('counts what the gateway refused before', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const job = make.bulk([make.createUser('a@example.com'), make.createUser('b@example.com')], {
      failOnErrors: 2,
    });
    const parts = job.parts.map((part, index) => ({ ...part, refusedBefore: index * 2 }));
    expect(fates(job, await submit({ ...job, parts }))).toEqual(['applied', undefined]);
  });

  it('keeps all others where some parts break their statements', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const users = Array.from({ length: 40 }, (_, index) => make.createUser(`user${index}@example.com`));
    users[7] = await poisoned(tenant, 'first-poison@example.com');
    users[33] = await poisoned(tenant, 'second-poison@example.com');
    const job = make.bulk([...users, make.createGroup('Of the poisoned', [users[33].resourceId])], {
      needs: { 40: [33] },
    });
    const expected = users.map((_, index) => (index === 7 || index === 33 ? 'store_failed' : 'applied'));
    expect(fates(job, await submit(job))).toEqual([...expected, 'unresolved_reference']);
    expect(await stateOf(users[7].commandId)).toMatchObject({ state: 'rejected', cause: 'store_failed' });
    expect((await book.failures(tenant)).map((failure) => failure.subject)).toEqual([
      { userName: 'first-poison@example.com' },
      { userName: 'second-poison@example.com' },
    ]);
    expect(await book.counter(tenant, 'user')).toBe(38);
  });

  it('goes through so many members and no more', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const [large, small] = [make.createGroup('Large'), make.createGroup('Small')];
    await book.given(tenant, large, small);
    // What the group says of its size decides; to fill it would take minutes.
    await world.rows('update directory.groups set member_count = $2 where id = $1', [
      large.resourceId,
      String(JOB_MEMBERS_MAX - 1),
    ]);
    const nobody = {
      op: 'remove',
      path: 'members[value eq "01890000-0000-7000-8000-000000000000" or type eq "Group"]',
    };
    const job = make.bulk([
      make.patchGroup(large.resourceId, nobody),
      make.patchGroup(large.resourceId, nobody),
      make.patchGroup(small.resourceId, nobody),
      make.patchGroup(large.resourceId, { op: 'replace', path: 'displayName', value: 'Larger' }),
    ]);
    expect(fates(job, await submit(job))).toEqual(['applied', 'too_many', 'applied', 'applied']);
  });

  it('is done once, however often it is delivered and to whom', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const job = make.bulk(Array.from({ length: 20 }, (_, index) => make.createUser(`${index}@example.com`)));
    const other = world.applier();
    const outcomes = await Promise.all([submit(job), submit(job, other), submit(job), submit(job, other)]);
    expect(outcomes.every((outcome) => outcome.status === 'applied')).toBe(true);
    expect(outcomes.filter((outcome) => 'results' in outcome)).toHaveLength(1);
    expect((await book.users(tenant)).length).toBe(20);
    expect((await book.facts(tenant)).length).toBe(20);
  });

  it('is not done at all once it is cancelled, expired, or its token or tenant may not write', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const some = () => make.bulk([make.createUser('a@example.com'), make.createGroup('G')]);
    const cancelled = some();
    await world.rows(
      `insert into directory.operations (id, tenant_id, token_id, request_id, type, resource_id, state, decided_at)
       values ($1, $2, $3, 'r', 'bulk.requested', $4, 'cancelled', now())`,
      [cancelled.commandId, tenant.tenantId, tenant.tokenId, cancelled.resourceId],
    );
    expect(await submit(cancelled)).toEqual({ status: 'cancelled' });
    const late = Date.now() - COMMAND_EXPIRY_MS - 1_000;
    expect(await submit(some(), applier, late)).toEqual({ status: 'expired' });
    await world.rows(`update directory.tenants set state = 'paused' where tenant_id = $1`, [tenant.tenantId]);
    expect(await submit(some())).toMatchObject({ status: 'rejected', cause: 'tenant_paused' });
    await world.rows(`update directory.tenants set state = 'active' where tenant_id = $1`, [tenant.tenantId]);
    await world.rows('update directory.tokens set revoked_at = now() where token_id = $1', [tenant.tokenId]);
    expect(await submit(some())).toMatchObject({ status: 'rejected', cause: 'token_revoked' });
    expect(await book.users(tenant)).toEqual([]);
    expect(
      await world.rows('select from directory.operations where tenant_id = $1 and type <> $2', [
        tenant.tenantId,
        'bulk.requested',
      ]),
    ).toEqual([]);
    expect(await book.failures(tenant)).toMatchObject([{ cause: 'token_revoked', operation: 'bulk' }]);
  });

  it('whose answer got lost gives it again to an identical one, also to what refers to its resources', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const request = () => {
      const user = make.createUser('again@example.com');
      const group = { ...make.createGroup('Again', [user.resourceId]), documentHash: 'a'.repeat(64) };
      const add = { op: 'add', path: 'members', value: [{ value: user.resourceId }] };
      const more = make.createGroup(`More ${user.resourceId}`);
      const commands = [user, group as typeof user, more, make.patchGroup(more.resourceId, add)];
      return make.bulk(commands, { needs: { 1: [0], 3: [0, 2] } });
    };
    const first = request();
    const created = (await submit(first)) as Applied;
    await world.rows('update directory.operations set undelivered = true where tenant_id = $1', [
      tenant.tenantId,
    ]);
    const second = request();
    const repeated = (await submit(second)) as Applied;
    expect(fates(second, repeated)).toEqual(['applied', 'applied', 'applied', 'applied']);
    const resourcesOf = ({ results = [] }: Applied) =>
      results.map(({ outcome }) => (outcome as Applied).resourceId);
    expect(resourcesOf(repeated).slice(0, 2)).toEqual(resourcesOf(created).slice(0, 2));
    const [userId, , more] = resourcesOf(repeated);
    expect(await book.members(more!)).toEqual([userId]);
    expect((await book.users(tenant)).length).toBe(1);
  });

  it('wants the same names as another in the opposite order, and both end', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const [left, right] = [world.applier(), world.applier()];
    for (let round = 0; round < 4; round += 1) {
      const names = Array.from({ length: 60 }, (_, index) => `round${round}-${index}@example.com`);
      // The poison has both of them go in halves, so that they take their locks in more than one statement.
      const jobs = [
        make.bulk([
          ...names.map((name) => make.createUser(name)),
          await poisoned(tenant, `p${round}@example.com`),
        ]),
        make.bulk([
          await poisoned(tenant, `q${round}@example.com`),
          ...[...names].reverse().map((name) => make.createUser(name)),
        ]),
      ] as const;
      const outcomes = await Promise.all([submit(jobs[0], left), submit(jobs[1], right)]);
      const applied = jobs.flatMap((job, index) =>
        fates(job, outcomes[index]!).filter((fate) => fate === 'applied'),
      );
      expect(applied).toHaveLength(60);
    }
    expect(await book.counter(tenant, 'user')).toBe(240);
  }, 30_000);

  it('is done whole after its connection was lost', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const flaky = world.flakyStore('heavy', 2);
    const job = make.bulk([make.createUser('a@example.com'), make.createUser('b@example.com')]);
    expect(fates(job, await submit(job, world.applier(flaky.store)))).toEqual(['applied', 'applied']);
    expect(flaky.cuts()).toBe(2);
    expect((await book.facts(tenant)).length).toBe(2);
  }, 30_000);

  it('of a thousand parts holds up nobody, and later commands about its resources wait for it', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const users = Array.from({ length: 1_000 }, (_, index) => make.createUser(`many${index}@example.com`));
    const job = make.bulk(users);
    const order: string[] = [];
    const tell = (name: string) => (outcome: Outcome) => {
      order.push(name);
      return outcome;
    };
    const patch = make.patchUser(users[999]!.resourceId, { op: 'replace', path: 'title', value: 'x' });
    const [outcome, patched] = await Promise.all([
      submit(job).then(tell('job')),
      submit(patch).then(tell('patch')),
      submit(make.createUser('other@example.com')).then(tell('other')),
    ]);
    expect(fates(job, outcome).every((fate) => fate === 'applied')).toBe(true);
    expect(patched).toMatchObject({ status: 'applied', version: 2 });
    expect(order.indexOf('patch')).toBe(2);
  }, 30_000);
});
