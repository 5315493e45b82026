import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  COMMAND_EXPIRY_MS,
  type Applied,
  type Command,
  type Fact,
  type Outcome,
  type ResourceId,
} from '@muster/contracts';
import { wherePostgres } from '@muster/persistence/testing';
import { CommandMaker, CommandWorld, queued, type WorldTenant } from '../testing/command-world.js';
import { applyBatch } from './apply-batch.js';

interface Row {
  readonly id: ResourceId;
  readonly version: number;
  readonly document: Record<string, unknown>;
}

wherePostgres(describe)('a batch of commands', () => {
  let world: CommandWorld;
  beforeAll(async () => {
    world = await CommandWorld.open();
  });
  afterAll(() => world.close());

  async function apply(...commands: Command[]): Promise<Outcome[]> {
    const batch = commands.map((command) => queued(command));
    const tenants = [...new Set(commands.map((command) => command.tenantId))];
    const outcomes = await world.transaction(tenants, (tx) => applyBatch(tx, batch, world.clock()));
    return commands.map((command) => outcomes.get(command.commandId) as Outcome);
  }

  async function given(tenant: WorldTenant, ...commands: Command[]): Promise<void> {
    for (const outcome of await apply(...commands)) expect(outcome).toMatchObject({ status: 'applied' });
    await world.rows('delete from directory.outbox where tenant_id = $1', [tenant.tenantId]);
  }

  const users = (tenant: WorldTenant) =>
    world.rows<Row>('select id, version, document from directory.users where tenant_id = $1 order by seq', [
      tenant.tenantId,
    ]);
  const names = async (tenant: WorldTenant) =>
    (
      await world.rows<{ name: string; resource_id: string }>(
        `select kind || '=' || value as name, resource_id from directory.unique_values where tenant_id = $1 order by 1`,
        [tenant.tenantId],
      )
    ).map((row) => [row.name, row.resource_id]);
  const facts = async (tenant: WorldTenant) =>
    (
      await world.rows<{ payload: string }>(
        `select payload from directory.outbox where tenant_id = $1 and kind = 'fact' order by seq`,
        [tenant.tenantId],
      )
    ).map((row) => JSON.parse(row.payload) as Fact);
  const failures = async (tenant: WorldTenant) =>
    (
      await world.rows<{ payload: string }>(
        `select payload from directory.outbox where tenant_id = $1 and kind = 'failure' order by seq`,
        [tenant.tenantId],
      )
    ).map((row) => JSON.parse(row.payload) as { cause: string; subject: object; groupingKey: string });
  const members = async (groupId: string) =>
    (
      await world.rows<{ member_id: string }>(
        'select member_id from directory.group_members where group_id = $1 order by 1',
        [groupId],
      )
    ).map((row) => row.member_id);
  const counter = async (tenant: WorldTenant, kind: string) =>
    (
      await world.rows<{ count: number }>(
        'select coalesce(sum(count), 0)::int as count from directory.resource_counters where tenant_id = $1 and kind = $2',
        [tenant.tenantId, kind],
      )
    )[0]?.count;

  it('stores a user with its names, its fact, its count and its outcome', async () => {
    const tenant = await world.tenant();
    const create = new CommandMaker(tenant).createUser('Rita@Example.com', {
      externalId: 'e-1',
      emails: [{ value: 'Rita@Example.com', type: 'work' }],
    });
    const [outcome] = await apply(create);
    expect(outcome).toMatchObject({
      status: 'applied',
      version: 1,
      changed: true,
      resourceId: create.resourceId,
    });
    expect((outcome as Applied).resource?.document).toMatchObject({
      userName: 'Rita@Example.com',
      active: true,
    });
    expect(await users(tenant)).toMatchObject([
      { id: create.resourceId, version: 1, document: { userName: 'Rita@Example.com' } },
    ]);
    expect(await names(tenant)).toEqual([['user.userName=rita@example.com', create.resourceId]]);
    expect(await facts(tenant)).toMatchObject([
      {
        type: 'directory.user.created.v1',
        version: 1,
        part: 1,
        parts: 1,
        resource: { id: create.resourceId, userName: 'Rita@Example.com' },
      },
    ]);
    expect(await counter(tenant, 'user')).toBe(1);
    const [operation] = await world.rows(
      'select state, version, changed, cause from directory.operations where id = $1',
      [create.commandId],
    );
    expect(operation).toEqual({ state: 'applied', version: 1, changed: true, cause: null });
    const [email] = await world.rows(
      'select value_key, type_key from directory.user_emails where user_id = $1',
      [create.resourceId],
    );
    expect(email).toEqual({ value_key: 'rita@example.com', type_key: 'work' });
  });

  it('gives one of two equal names and says who holds it', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const [first, second] = [make.createUser('rita@example.com'), make.createUser('RITA@example.com')];
    const outcomes = await apply(first, second);
    expect(outcomes[0]).toMatchObject({ status: 'applied' });
    expect(outcomes[1]).toMatchObject({ status: 'rejected', cause: 'duplicate_username' });
    expect((outcomes[1] as { detail: string }).detail).toContain(first.resourceId);
    expect(await counter(tenant, 'user')).toBe(1);
    expect(await failures(tenant)).toMatchObject([
      {
        cause: 'duplicate_username',
        subject: { userName: 'RITA@example.com' },
        groupingKey: 'duplicate_username',
      },
    ]);
  });

  it('deletes and creates one user name in one batch', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const old = make.createUser('rita@example.com');
    await given(tenant, old);
    const again = make.createUser('rita@example.com');
    const outcomes = await apply(make.deleteUser(old.resourceId), again);
    expect(outcomes).toMatchObject([
      { status: 'applied', version: 2 },
      { status: 'applied', version: 1 },
    ]);
    expect(await names(tenant)).toEqual([['user.userName=rita@example.com', again.resourceId]]);
    expect((await users(tenant)).map((user) => user.id)).toEqual([again.resourceId]);
    expect(await counter(tenant, 'user')).toBe(1);
  });

  it('refuses the create where it comes before the delete', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const old = make.createUser('rita@example.com');
    await given(tenant, old);
    const outcomes = await apply(make.createUser('rita@example.com'), make.deleteUser(old.resourceId));
    expect(outcomes).toMatchObject([{ status: 'rejected' }, { status: 'applied' }]);
    expect(await names(tenant)).toEqual([]);
    expect(await counter(tenant, 'user')).toBe(0);
  });

  it('swaps two user names through a third in one batch', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const [a, b] = [make.createUser('a@example.com'), make.createUser('b@example.com')];
    await given(tenant, a, b);
    const rename = (id: string, to: string) =>
      make.patchUser(id, { op: 'Replace', path: 'userName', value: to });
    const outcomes = await apply(
      rename(a.resourceId, 'c@example.com'),
      rename(b.resourceId, 'a@example.com'),
      rename(a.resourceId, 'b@example.com'),
    );
    expect(outcomes).toMatchObject([{ version: 2 }, { version: 2 }, { version: 3 }]);
    expect(await names(tenant)).toEqual([
      ['user.userName=a@example.com', b.resourceId],
      ['user.userName=b@example.com', a.resourceId],
    ]);
    expect((await facts(tenant)).map((fact) => [fact.resourceId, fact.version])).toEqual([
      [a.resourceId, 2],
      [b.resourceId, 2],
      [a.resourceId, 3],
    ]);
  });

  it('keeps version and time where a patch changes nothing, and tells nobody', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const create = make.createUser('rita@example.com', { displayName: 'Rita' });
    await given(tenant, create);
    const [outcome] = await apply(
      make.patchUser(create.resourceId, { op: 'Replace', path: 'displayName', value: 'Rita' }),
    );
    expect(outcome).toMatchObject({ status: 'applied', version: 1, changed: false });
    expect(await facts(tenant)).toEqual([]);
  });

  it('tells activation apart from other updates, with what was there before', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const create = make.createUser('rita@example.com', { displayName: 'Rita' });
    await given(tenant, create);
    await apply(
      make.patchUser(create.resourceId, { op: 'Replace', path: 'active', value: 'False' }),
      make.patchUser(create.resourceId, { op: 'Add', path: 'displayName', value: 'R' }),
      make.patchUser(create.resourceId, { op: 'Replace', path: 'active', value: 'True' }),
      make.deleteUser(create.resourceId),
    );
    expect(await facts(tenant)).toMatchObject([
      { type: 'directory.user.deactivated.v1', version: 2, changed: ['active'], previous: { active: true } },
      {
        type: 'directory.user.updated.v1',
        version: 3,
        changed: ['displayName'],
        previous: { displayName: 'Rita' },
      },
      { type: 'directory.user.activated.v1', version: 4, changed: ['active'] },
      { type: 'directory.user.deleted.v1', version: 5, resource: null },
    ]);
  });

  it('answers a command that comes twice with the outcome of the first time', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const create = make.createUser('rita@example.com');
    await given(tenant, create);
    const [again, twin] = [queued(create), queued(create)];
    const outcomes = await world.transaction([tenant.tenantId], (tx) =>
      applyBatch(tx, [again, twin], world.clock()),
    );
    expect(outcomes.get(create.commandId)).toEqual({
      status: 'applied',
      resourceId: create.resourceId,
      version: 1,
      changed: true,
    });
    expect(await facts(tenant)).toEqual([]);
    expect(await counter(tenant, 'user')).toBe(1);
  });

  it('never applies what waited past its expiry: a deleted user stays deleted', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const late = queued(make.createUser('ghost@example.com'), Date.now() - COMMAND_EXPIRY_MS - 1_000);
    const outcomes = await world.transaction([tenant.tenantId], (tx) =>
      applyBatch(tx, [late], world.clock()),
    );
    expect(outcomes.get(late.command.commandId)).toEqual({ status: 'expired' });
    expect(await users(tenant)).toEqual([]);
    expect(await names(tenant)).toEqual([]);
  });

  it('looks again at token and tenant: what was queued before a revocation or a pause is refused', async () => {
    const revoked = await world.tenant();
    const paused = await world.tenant();
    await world.rows('update directory.tokens set revoked_at = now() where token_id = $1', [revoked.tokenId]);
    await world.rows(`update directory.tenants set state = 'paused' where tenant_id = $1`, [paused.tenantId]);
    const outcomes = await apply(
      new CommandMaker(revoked).createUser('a@example.com'),
      new CommandMaker(paused).createUser('a@example.com'),
    );
    expect(outcomes).toMatchObject([
      { status: 'rejected', cause: 'token_revoked' },
      { status: 'rejected', cause: 'tenant_paused' },
    ]);
    expect(await users(revoked)).toEqual([]);
    expect(await users(paused)).toEqual([]);
  });

  it('accepts registered domains only, and asks again only when the user name changes', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const create = make.createUser('rita@example.com');
    await given(tenant, create);
    const refused = await apply(
      make.createUser('rita@fabrikam.example'),
      make.createUser('no-domain'),
      make.patchUser(create.resourceId, { op: 'Replace', path: 'userName', value: 'rita@fabrikam.example' }),
      make.replaceUser(create.resourceId, { userName: 'rita@fabrikam.example' }),
    );
    for (const outcome of refused)
      expect(outcome).toMatchObject({ status: 'rejected', cause: 'domain_not_registered' });
    expect((await failures(tenant))[0]).toMatchObject({ groupingKey: 'fabrikam.example' });
    await world.rows('delete from directory.tenant_domains where tenant_id = $1', [tenant.tenantId]);
    expect(
      await apply(make.patchUser(create.resourceId, { op: 'Replace', path: 'active', value: false })),
    ).toMatchObject([{ status: 'applied' }]);
    expect(await names(tenant)).toEqual([['user.userName=rita@example.com', create.resourceId]]);
  });

  it('moves a group by one version and one fact, however many commands touch it', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const people = ['a', 'b', 'c'].map((name) => make.createUser(`${name}@example.com`));
    const group = make.createGroup('Engineering', [people[0]?.resourceId ?? '']);
    await given(tenant, ...people, group);
    const add = (index: number) =>
      make.patchGroup(group.resourceId, {
        op: 'Add',
        path: 'members',
        value: [{ value: people[index]?.resourceId }],
      });
    const outcomes = await apply(
      add(1),
      add(2),
      make.patchGroup(group.resourceId, { op: 'Replace', path: 'displayName', value: 'Eng' }),
    );
    expect(outcomes).toMatchObject([{ version: 2 }, { version: 2 }, { version: 2 }]);
    expect(await members(group.resourceId)).toEqual(people.map((each) => each.resourceId).sort());
    expect(await facts(tenant)).toMatchObject([
      {
        type: 'directory.group.updated.v1',
        version: 2,
        changed: ['displayName', 'members'],
        members: { added: [people[1]?.resourceId, people[2]?.resourceId], removed: [] },
      },
    ]);
    const [row] = await world.rows('select member_count from directory.groups where id = $1', [
      group.resourceId,
    ]);
    expect(row).toEqual({ member_count: 3 });
  });

  it('takes a deleted user out of her groups, also where she is added in the same batch', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const [rita, sam] = [make.createUser('rita@example.com'), make.createUser('sam@example.com')];
    const [old, fresh] = [make.createGroup('Old', [rita.resourceId]), make.createGroup('Fresh')];
    await given(tenant, rita, sam, old, fresh);
    const add = (id: string) =>
      make.patchGroup(fresh.resourceId, { op: 'Add', path: 'members', value: [{ value: id }] });
    const outcomes = await apply(add(sam.resourceId), make.deleteUser(rita.resourceId), add(rita.resourceId));
    expect(outcomes).toMatchObject([
      { status: 'applied' },
      { status: 'applied' },
      { status: 'rejected', cause: 'unknown_member' },
    ]);
    expect(await members(old.resourceId)).toEqual([]);
    expect(await members(fresh.resourceId)).toEqual([sam.resourceId]);
    expect((await facts(tenant)).map((fact) => [fact.type, fact.members])).toEqual([
      ['directory.user.deleted.v1', undefined],
      ['directory.group.updated.v1', { added: [sam.resourceId], removed: [] }],
      ['directory.group.updated.v1', { added: [], removed: [rita.resourceId] }],
    ]);
  });

  it('replaces, empties and filters memberships down to the difference', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const people = ['a', 'b', 'c', 'd'].map((name) => make.createUser(`${name}@example.com`));
    const ids = people.map((each) => each.resourceId);
    const inner = make.createGroup('Inner');
    const group = make.createGroup('Outer', ids.slice(0, 3));
    await given(tenant, ...people, inner, group);
    await apply(make.replaceGroup(group.resourceId, 'Outer', [ids[1] ?? '', ids[3] ?? '', inner.resourceId]));
    const [fact] = await facts(tenant);
    expect(fact?.changed).toEqual(['members']);
    expect([...(fact?.members?.added ?? [])].sort()).toEqual([ids[3], inner.resourceId].sort());
    expect([...(fact?.members?.removed ?? [])].sort()).toEqual([ids[0], ids[2]].sort());
    await apply(make.patchGroup(group.resourceId, { op: 'remove', path: 'members[type eq "Group"]' }));
    expect(await members(group.resourceId)).toEqual([ids[1], ids[3]].sort());
    await apply(make.patchGroup(group.resourceId, { op: 'remove', path: 'members' }));
    expect(await members(group.resourceId)).toEqual([]);
  });

  it('refuses an unknown member, or leaves it out where the tenant says so', async () => {
    const strict = await world.tenant();
    const lenient = await world.tenant({ unknownMembers: 'lenient' });
    const stranger = '01890000-0000-7000-8000-000000000000';
    expect(await apply(new CommandMaker(strict).createGroup('G', [stranger]))).toMatchObject([
      { status: 'rejected', cause: 'unknown_member' },
    ]);
    const create = new CommandMaker(lenient).createGroup('G', [stranger]);
    expect(await apply(create)).toMatchObject([{ status: 'applied' }]);
    expect(await members(create.resourceId)).toEqual([]);
  });

  it('repeats a create whose answer was lost, once, and only while nothing has changed', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const first = make.createUser('rita@example.com');
    await given(tenant, first);
    const lost = (command: Command) =>
      world.rows('update directory.operations set undelivered = true where id = $1', [command.commandId]);
    await lost(first);
    expect(await apply(make.createUser('rita@example.com', { title: 'other' }))).toMatchObject([
      { status: 'rejected' },
    ]);
    const second = make.createUser('rita@example.com');
    expect(await apply(second)).toMatchObject([
      { status: 'applied', resourceId: first.resourceId, version: 1, changed: false },
    ]);
    expect(await apply(make.createUser('rita@example.com'))).toMatchObject([
      { status: 'rejected', cause: 'duplicate_username' },
    ]);
    await lost(second);
    expect(await apply(make.createUser('rita@example.com'))).toMatchObject([
      { status: 'applied', resourceId: first.resourceId },
    ]);
    expect(await users(tenant)).toHaveLength(1);
  });

  it('holds If-Match against the version inside the batch', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const create = make.createUser('rita@example.com');
    await given(tenant, create);
    const change = (title: string): Command => ({
      ...make.patchUser(create.resourceId, { op: 'Replace', path: 'title', value: title }),
      ...{ ifMatch: { kind: 'oneOf' as const, versions: [1] } },
    });
    expect(await apply(change('x'), change('y'))).toMatchObject([
      { status: 'applied', version: 2 },
      { status: 'rejected', cause: 'version_conflict' },
    ]);
  });

  it('keeps tenants apart in one batch: the same name, and an id of the other', async () => {
    const [a, b] = [await world.tenant(), await world.tenant()];
    const create = new CommandMaker(a).createUser('rita@example.com');
    await given(a, create);
    const outcomes = await apply(
      new CommandMaker(b).createUser('rita@example.com'),
      new CommandMaker(b).deleteUser(create.resourceId),
      new CommandMaker(a).patchUser(create.resourceId, { op: 'Replace', path: 'title', value: 'x' }),
    );
    expect(outcomes).toMatchObject([
      { status: 'applied' },
      { status: 'rejected', cause: 'not_found' },
      { status: 'applied', version: 2 },
    ]);
  });
});
