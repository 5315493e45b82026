import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Command, type Outcome } from '@muster/contracts';
import { wherePostgres } from '@muster/persistence/testing';
import { CommandMaker, CommandWorld, queued, type WorldTenant } from '../testing/command-world.js';
import type { Applier } from './applier.js';

wherePostgres(describe)('the applier', () => {
  let world: CommandWorld;
  beforeAll(async () => {
    world = await CommandWorld.open();
  });
  afterAll(() => world.close());

  function submit(applier: Applier, ...commands: Command[]): Promise<Outcome[]> {
    // Queued in the future: how long a loaded machine takes is not what these tests ask.
    const batch = commands.map((command) => queued(command, Date.now() + 3_600_000));
    applier.accept(batch);
    return Promise.all(batch.map((each) => each.outcome));
  }

  const userCount = async (tenant: WorldTenant) =>
    (
      await world.rows<{ count: number }>(
        'select count(*)::int as count from directory.users where tenant_id = $1',
        [tenant.tenantId],
      )
    )[0]?.count;

  it('applies what two directories race for exactly once each: a crowd on the same names', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const [left, right] = [world.applier(), world.applier()];
    const names = Array.from({ length: 60 }, (_, index) => `user${index}@example.com`);
    const outcomes = await Promise.all([
      submit(left, ...names.map((name) => make.createUser(name))),
      submit(right, ...[...names].reverse().map((name) => make.createUser(name))),
    ]);
    const applied = outcomes.flat().filter((outcome) => outcome.status === 'applied');
    expect(applied).toHaveLength(60);
    expect(await userCount(tenant)).toBe(60);
    expect(world.warnings.map(({ message }) => message)).not.toContain('a command could not be given up yet');
  });

  it('creates and renames to the same names in opposite order from two directories', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const [left, right] = [world.applier(), world.applier()];
    const users = Array.from({ length: 40 }, (_, index) => make.createUser(`start${index}@example.com`));
    await submit(left, ...users);
    const rename = (index: number, to: string) =>
      make.patchUser(users[index]?.resourceId ?? '', { op: 'Replace', path: 'userName', value: to });
    for (let round = 0; round < 5; round += 1) {
      const targets = Array.from({ length: 20 }, (_, index) => `round${round}-${index}@example.com`);
      const outcomes = await Promise.all([
        submit(left, ...targets.map((to, index) => rename(index, to))),
        submit(right, ...[...targets].reverse().map((to, index) => rename(20 + index, to))),
      ]);
      expect(outcomes.flat().filter((outcome) => outcome.status === 'applied')).toHaveLength(20);
    }
    const rows = await world.rows<{ matching: number }>(
      `select count(*)::int as matching from directory.users u join directory.unique_values n
         on n.tenant_id = u.tenant_id and n.resource_id = u.id and n.kind = 'user.userName' and n.value = u.user_name_key
       where u.tenant_id = $1`,
      [tenant.tenantId],
    );
    expect(rows[0]?.matching).toBe(40);
    expect(world.warnings.filter(({ error }) => String(error).includes('40P01'))).toEqual([]);
  });

  it('applies a command once that both directories were handed', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const [left, right] = [world.applier(), world.applier()];
    const commands = Array.from({ length: 50 }, (_, index) => make.createUser(`twice${index}@example.com`));
    const outcomes = await Promise.all([
      submit(left, ...commands),
      submit(right, ...[...commands].reverse()),
    ]);
    expect(outcomes.flat().every((outcome) => outcome.status === 'applied')).toBe(true);
    expect(await userCount(tenant)).toBe(50);
    const facts = await world.rows('select from directory.outbox where tenant_id = $1', [tenant.tenantId]);
    expect(facts).toHaveLength(50);
  });

  it('keeps no member that is deleted while it is added', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const [left, right] = [world.applier(), world.applier()];
    const users = Array.from({ length: 30 }, (_, index) => make.createUser(`member${index}@example.com`));
    const groups = Array.from({ length: 5 }, (_, index) => make.createGroup(`group${index}`));
    await submit(left, ...users, ...groups);
    const adds = users.flatMap((user, index) => [
      make.patchGroup(groups[index % 5]?.resourceId ?? '', {
        op: 'Add',
        path: 'members',
        value: [{ value: user.resourceId }],
      }),
      make.patchGroup(groups[(index + 1) % 5]?.resourceId ?? '', {
        op: 'Add',
        path: 'members',
        value: [{ value: user.resourceId }],
      }),
    ]);
    const deletes = [...users].reverse().map((user) => make.deleteUser(user.resourceId));
    const [added, deleted] = await Promise.all([
      Promise.all(adds.map((add) => submit(left, add))),
      Promise.all(deletes.map((each) => submit(right, each))),
    ]);
    expect(deleted.flat().every((outcome) => outcome.status === 'applied')).toBe(true);
    const refused = added.flat().filter((outcome) => outcome.status !== 'applied');
    for (const outcome of refused)
      expect(outcome).toMatchObject({ status: 'rejected', cause: 'unknown_member' });
    const dangling = await world.rows(
      `select from directory.group_members m where m.tenant_id = $1
         and not exists (select from directory.users u where u.tenant_id = m.tenant_id and u.id = m.member_id)`,
      [tenant.tenantId],
    );
    expect(dangling).toEqual([]);
    const counts = await world.rows(
      `select from directory.groups g where g.tenant_id = $1 and g.member_count <>
         (select count(*) from directory.group_members m where m.tenant_id = g.tenant_id and m.group_id = g.id)`,
      [tenant.tenantId],
    );
    expect(counts).toEqual([]);
  });

  it('lets others overtake a replacement of 100,000 members, and keeps later commands of its group behind it', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const applier = world.applier();
    const group = make.createGroup('Everyone');
    await submit(applier, group);
    const ids = await world.seedUsers(tenant, 100_000);
    const order: string[] = [];
    const tell = (name: string) => (outcomes: Outcome[]) => {
      order.push(name);
      return outcomes;
    };
    const replacing = submit(applier, make.replaceGroup(group.resourceId, 'Everyone', ids)).then(
      tell('replaced'),
    );
    const renaming = submit(
      applier,
      make.patchGroup(group.resourceId, { op: 'Replace', path: 'displayName', value: 'All' }),
    ).then(tell('renamed'));
    const deleting = submit(applier, make.deleteUser(ids[7] ?? '')).then(tell('deleted'));
    const creating = Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        submit(applier, make.createUser(`meanwhile${index}@example.com`)),
      ),
    ).then((outcomes) => tell('created')(outcomes.flat()));
    const outcomes = (await Promise.all([replacing, renaming, deleting, creating])).flat();
    const refused = outcomes.filter((outcome) => outcome.status !== 'applied');
    expect({ refused, warnings: refused.length > 0 ? world.warnings : [] }).toEqual({
      refused: [],
      warnings: [],
    });
    expect(order[0]).toBe('created');
    expect(order.slice(1, 2)).toEqual(['replaced']);
    const [row] = await world.rows(
      'select version, member_count, document from directory.groups where id = $1',
      [group.resourceId],
    );
    expect(row).toMatchObject({ version: 3, member_count: 99_999, document: { displayName: 'All' } });
    const [parts] = await world.rows<{ parts: number; added: number }>(
      `select count(*)::int as parts, sum(jsonb_array_length(payload::jsonb -> 'members' -> 'added'))::int as added
       from directory.outbox where tenant_id = $1 and payload::jsonb ->> 'version' = '2' and payload::jsonb ->> 'type' = 'directory.group.updated.v1'`,
      [tenant.tenantId],
    );
    expect(parts).toEqual({ parts: 200, added: 100_000 });
  }, 60_000);

  it('makes a command that breaks its batch cost only itself', async () => {
    const [good, bad] = [await world.tenant(), await world.tenant()];
    const poison = new CommandMaker(bad).createUser('poison@example.com');
    // A row that the ledger cannot know of: the insert of the user itself fails.
    await world.rows(
      `insert into directory.users (tenant_id, id, version, user_name_key, active, document, created_at, last_modified, created_by)
       values ($1, $2, 1, 'x', true, '{}', now(), now(), gen_random_uuid())`,
      [bad.tenantId, poison.resourceId],
    );
    const outcomes = await submit(
      world.applier(),
      new CommandMaker(good).createUser('a@example.com'),
      poison,
      new CommandMaker(bad).createUser('b@example.com'),
    );
    expect(outcomes).toMatchObject([
      { status: 'applied' },
      { status: 'rejected', cause: 'store_failed' },
      { status: 'applied' },
    ]);
    expect(
      await world.rows('select state, cause from directory.operations where id = $1', [poison.commandId]),
    ).toEqual([{ state: 'rejected', cause: 'store_failed' }]);
  });

  it('is not stopped by a command that cannot even be claimed', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const poison = queued({ ...make.createUser('poison@example.com'), requestId: 'a\0b' });
    const applier = world.applier();
    applier.accept([poison]);
    await expect(poison.outcome).rejects.toMatchObject({ name: 'DatabaseError' });
    expect(await submit(applier, make.createUser('after@example.com'))).toMatchObject([
      { status: 'applied' },
    ]);
  });

  it('deletes a large group right behind the replacement that filled it', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const applier = world.applier();
    const group = make.createGroup('Everyone');
    await submit(applier, group);
    const ids = await world.seedUsers(tenant, 25_000);
    const outcomes = await submit(
      applier,
      make.replaceGroup(group.resourceId, 'Everyone', ids),
      make.deleteGroup(group.resourceId),
    );
    expect([outcomes, world.warnings.slice(-3)]).toMatchObject([
      [{ status: 'applied' }, { status: 'applied' }],
      expect.anything(),
    ]);
    expect(
      await world.rows('select from directory.group_members where group_id = $1', [group.resourceId]),
    ).toEqual([]);
  }, 60_000);

  it('does not hold up others for a row that somebody keeps locked, and applies the command once it is free', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const applier = world.applier();
    const [held, free] = [make.createUser('held@example.com'), make.createUser('free@example.com')];
    await submit(applier, held, free);
    const release = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const holding = world.sql.transaction({ tenants: [tenant.tenantId] }, async (tx) => {
      await tx.query('hold', 'select from directory.users where id = $1 for update', [held.resourceId]);
      locked.resolve();
      const ticking = setInterval(() => void tx.query('tick', 'select 1'), 500);
      await release.promise;
      clearInterval(ticking);
    });
    await locked.promise;
    const rename = (command: Command) =>
      make.patchUser(command.resourceId, { op: 'Replace', path: 'title', value: 'x' });
    const waiting = submit(applier, rename(held));
    try {
      const outcomes = await submit(applier, rename(free), make.createUser('new@example.com'));
      expect(outcomes.every((outcome) => outcome.status === 'applied')).toBe(true);
    } finally {
      release.resolve();
      await holding;
    }
    expect(await waiting).toMatchObject([{ status: 'applied', version: 2 }]);
  }, 30_000);

  it('waits for a database that goes away, and applies everything once it is back', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const flaky = world.flakyStore('main', 3);
    const outcomes = await submit(
      world.applier(flaky.store),
      ...Array.from({ length: 20 }, (_, index) => make.createUser(`cut${index}@example.com`)),
    );
    expect(outcomes.every((outcome) => outcome.status === 'applied')).toBe(true);
    expect(flaky.cuts()).toBe(3);
    expect(await userCount(tenant)).toBe(20);
  }, 30_000);

  it('cannot be overtaken by a cancellation that was first', async () => {
    const tenant = await world.tenant();
    const command = new CommandMaker(tenant).createUser('cancelled@example.com');
    await world.rows(
      `insert into directory.operations (id, tenant_id, token_id, request_id, type, resource_id, state, decided_at)
       values ($1, $2, $3, 'r', $4, $5, 'cancelled', now())`,
      [command.commandId, tenant.tenantId, tenant.tokenId, command.type, command.resourceId],
    );
    expect(await submit(world.applier(), command)).toEqual([{ status: 'cancelled' }]);
    expect(await userCount(tenant)).toBe(0);
  });

  it('stops between transactions and leaves what waits undecided', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const store = world.store();
    const begun = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const applier = world.applier({
      readMemberCounts: (groups) => store.readMemberCounts(groups),
      classify: (error) => store.classify(error),
      isContention: (error) => store.isContention(error),
      transaction: (lane, tenants, work) =>
        store.transaction(lane, tenants, async (tx) => {
          begun.resolve();
          await release.promise;
          return work(tx);
        }),
    });
    const underWay = queued(make.createUser('under-way@example.com'));
    const waiting = queued(make.createUser('waiting@example.com'));
    applier.accept([underWay]);
    await begun.promise;
    applier.accept([waiting]);
    const stopped = applier.stop();
    release.resolve();
    await stopped;
    expect(await underWay.outcome).toMatchObject({ status: 'applied' });
    const ids = [underWay, waiting].map((each) => each.command.commandId);
    expect(await world.rows('select id from directory.operations where id = any($1::uuid[])', [ids])).toEqual(
      [{ id: underWay.command.commandId }],
    );
    expect(await submit(world.applier(), waiting.command)).toMatchObject([{ status: 'applied' }]);
  });
});
