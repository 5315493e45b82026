import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Command, Outcome } from '@muster/contracts';
import { wherePostgres } from '@muster/persistence/testing';
import { CommandMaker, CommandWorld, queued, type WorldTenant } from '../testing/command-world.js';
import { applyBatch } from './apply-batch.js';
import type { Applier } from './applier.js';

const RITA = 'rita@example.com';

wherePostgres(describe)('a tenant that keeps the identities of deleted users', () => {
  let world: CommandWorld;
  beforeAll(async () => {
    world = await CommandWorld.open();
  });
  afterAll(() => world.close());

  async function keeping(): Promise<{ tenant: WorldTenant; make: CommandMaker }> {
    const tenant = await world.tenant({ softDeleteUsers: true });
    return { tenant, make: new CommandMaker(tenant) };
  }

  /** One batch, one transaction. */
  async function apply(tenant: WorldTenant, ...commands: Command[]): Promise<Outcome[]> {
    const batch = commands.map((command) => queued(command));
    const outcomes = await world.transaction([tenant.tenantId], (tx) => applyBatch(tx, batch, world.clock()));
    return commands.map(({ commandId }) => outcomes.get(commandId) as Outcome);
  }

  const idIn = (outcome: Outcome | undefined) =>
    outcome?.status === 'applied' ? outcome.resourceId : outcome?.status;
  const users = (tenant: WorldTenant) =>
    world.rows<{ id: string; version: number; active: boolean }>(
      'select id, version, active from directory.users where tenant_id = $1 order by seq',
      [tenant.tenantId],
    );
  const former = (tenant: WorldTenant) =>
    world.rows<{ id: string; version: number; user_name_key: string; active: string }>(
      `select id, version, user_name_key, document ->> 'active' as active from directory.former_users where tenant_id = $1 order by user_name_key`,
      [tenant.tenantId],
    );
  const facts = async (tenant: WorldTenant) =>
    (
      await world.rows<{ payload: string }>(
        `select payload from directory.outbox where tenant_id = $1 and kind = 'fact' order by seq`,
        [tenant.tenantId],
      )
    ).map(({ payload }) => {
      const fact = JSON.parse(payload) as { type: string; resourceId: string; version: number };
      return [fact.type.split('.')[2], fact.resourceId, fact.version];
    });

  it('takes her out of everything, and gives her id back to who creates her again', async () => {
    const { tenant, make } = await keeping();
    const create = make.createUser('Rita@example.com', { title: 'Lead', externalId: 'E-1' });
    const id = create.resourceId;
    const group = make.createGroup('Sales', [id]);
    await apply(tenant, create);
    await apply(tenant, group);
    await apply(tenant, make.deleteUser(id));
    expect(await users(tenant)).toEqual([]);
    expect(await former(tenant)).toEqual([{ id, version: 2, user_name_key: RITA, active: 'false' }]);
    expect((await apply(tenant, make.deleteUser(id)))[0]).toMatchObject({ cause: 'not_found' });

    const again = make.createUser(RITA, { title: 'Head' });
    const [outcome] = await apply(tenant, again);
    expect(again.resourceId).not.toBe(id);
    expect(outcome).toMatchObject({
      status: 'applied',
      resourceId: id,
      version: 3,
      resource: { id, version: 3, document: { userName: RITA, title: 'Head', active: true } },
    });
    expect(JSON.stringify(outcome)).not.toContain('E-1');
    expect(await users(tenant)).toEqual([{ id, version: 3, active: true }]);
    expect(await former(tenant)).toEqual([]);
    expect((await facts(tenant)).filter(([, resourceId]) => resourceId === id)).toEqual([
      ['created', id, 1],
      ['deleted', id, 2],
      ['created', id, 3],
    ]);
    // She is a member of nothing: memberships are the identity provider's to set again.
    expect(
      await world.rows('select from directory.group_members where tenant_id = $1', [tenant.tenantId]),
    ).toEqual([]);
    const holders = `select resource_id from directory.unique_values where tenant_id = $1 and kind = 'user.userName'`;
    expect(await world.rows(holders, [tenant.tenantId])).toEqual([{ resource_id: id }]);
    expect((await apply(tenant, make.createUser(RITA)))[0]).toMatchObject({ cause: 'duplicate_username' });
    expect(
      idIn((await apply(tenant, make.patchUser(id, { op: 'replace', path: 'title', value: 'x' })))[0]),
    ).toBe(id);
  });

  it('comes out right within one batch, too', async () => {
    const { tenant, make } = await keeping();
    const create = make.createUser(RITA);
    const id = create.resourceId;
    await apply(tenant, create);
    const outcomes = await apply(
      tenant,
      make.deleteUser(id),
      make.createUser(RITA),
      make.deleteUser(id),
      make.createUser(RITA),
      make.createUser(RITA),
    );
    expect(outcomes.map(idIn)).toEqual([id, id, id, id, 'rejected']);
    expect(await users(tenant)).toEqual([{ id, version: 5, active: true }]);
    expect(await former(tenant)).toEqual([]);
    await apply(tenant, make.deleteUser(id), make.createUser(RITA), make.deleteUser(id));
    expect(await former(tenant)).toMatchObject([{ id, version: 8 }]);
    expect(await users(tenant)).toEqual([]);
    const versions = (await facts(tenant)).map(([, , version]) => version);
    expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('gives the name to whoever asks first, and the id with it to one of a crowd', async () => {
    const { tenant, make } = await keeping();
    const create = make.createUser(RITA);
    await apply(tenant, create);
    const appliers = [world.applier(), world.applier()];
    const submit = (applier: Applier, command: Command) => {
      const message = queued(command);
      applier.accept([message]);
      return message.outcome;
    };
    const outcomes = await Promise.all([
      submit(appliers[0] as Applier, make.deleteUser(create.resourceId)),
      ...Array.from({ length: 40 }, (_, n) => submit(appliers[n % 2] as Applier, make.createUser(RITA))),
    ]);
    const made = outcomes.slice(1).filter(({ status }) => status === 'applied');
    expect(made.length).toBeLessThanOrEqual(1);
    for (const outcome of made) expect(idIn(outcome)).toBe(create.resourceId);
    expect((await users(tenant)).length + (await former(tenant)).length).toBe(1);
  });

  it('follows the name she was deleted under, and only where the tenant wants it', async () => {
    const { tenant, make } = await keeping();
    const create = make.createUser(RITA);
    const id = create.resourceId;
    await apply(tenant, create);
    await apply(tenant, make.patchUser(id, { op: 'replace', path: 'userName', value: 'r@example.com' }));
    await apply(tenant, make.deleteUser(id));
    const other = make.createUser(RITA);
    expect(idIn((await apply(tenant, other))[0])).toBe(other.resourceId);
    expect(idIn((await apply(tenant, make.createUser('R@EXAMPLE.com')))[0])).toBe(id);

    const plain = await world.tenant();
    const makePlain = new CommandMaker(plain);
    const first = makePlain.createUser(RITA);
    await apply(plain, first);
    await apply(plain, makePlain.deleteUser(first.resourceId));
    expect(await former(plain)).toEqual([]);
    const second = makePlain.createUser(RITA);
    expect(idIn((await apply(plain, second))[0])).toBe(second.resourceId);
  });
});
