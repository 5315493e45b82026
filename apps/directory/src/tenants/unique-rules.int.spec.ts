import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { tenantSchemasFromJson, type Outcome } from '@muster/contracts';
import { openDatabase, type Database } from '@muster/persistence';
import { applyBatch } from '../commands/application/apply-batch.js';
import { CommandMaker, CommandWorld, eventually, queued } from '../commands/testing/command-world.js';
import { DirectoryWorld, type WorldTenant } from '../testing/directory-world.js';
import { registration } from './testing/sample-registration.js';
import { PostgresTenantRegistry } from './adapters/postgres/postgres-tenant-registry.js';

jest.setTimeout(60_000);

describe('turning a rule of uniqueness on and off', () => {
  let world: DirectoryWorld;

  beforeAll(async () => {
    world = await DirectoryWorld.open();
  });

  afterAll(() => world?.close());

  const set = (tenant: WorldTenant, settings: Readonly<Record<string, boolean>>) =>
    world.admin('PATCH', `/${tenant.tenantId}`, { settings });

  async function listed(text: string, tenant: WorldTenant): Promise<string[]> {
    const { rows } = await world.owner.query<{ value: string }>('spec', text, [tenant.tenantId], {
      prepare: false,
    });
    return rows.map(({ value }) => value);
  }
  const enteredValues = (tenant: WorldTenant, kind: string) =>
    listed(
      `select value || ' ' || resource_id as value from directory.unique_values where tenant_id = $1 and kind = '${kind}' order by 1`,
      tenant,
    );
  const externalIds = (tenant: WorldTenant) =>
    listed(
      `select external_id || ' ' || id as value from directory.users where tenant_id = $1 and external_id is not null order by 1`,
      tenant,
    );

  const statusOf = (outcome: Outcome) => (outcome.status === 'rejected' ? outcome.cause : outcome.status);

  it('holds for what is there already, and lets go of everything', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    for (const name of ['a', 'b'])
      await world.apply(make.createUser(`${name}@x.example`, { externalId: `E-${name}` }));
    await world.apply(make.createUser('none@x.example'));

    expect((await set(tenant, { externalIdUnique: true })).status).toBe(200);
    expect(await enteredValues(tenant, 'user.externalId')).toEqual(await externalIds(tenant));
    const again = make.createUser('c@x.example', { externalId: 'E-a' });
    expect(statusOf(await world.apply(again))).toBe('duplicate_external_id');

    expect((await set(tenant, { externalIdUnique: false })).status).toBe(200);
    expect(await enteredValues(tenant, 'user.externalId')).toEqual([]);
    expect(statusOf(await world.apply(make.createUser('d@x.example', { externalId: 'E-a' })))).toBe(
      'applied',
    );
  });

  it('is about each of the tenant`s own types by itself', async () => {
    const tenant = await world.tenant();
    const json = registration({ location: null });
    expect((await world.admin('PUT', `/${tenant.tenantId}/schemas`, json)).status).toBe(200);
    const make = new CommandMaker(tenant, tenantSchemasFromJson(json));
    const device = (externalId: string) => world.apply(make.createResource('Device', { externalId }));
    await device('E-1');
    await world.apply(make.createUser('a@x.example', { externalId: 'E-1' }));

    expect((await set(tenant, { externalIdUnique: true })).status).toBe(200);
    expect(await enteredValues(tenant, 'type:Device.externalId')).toHaveLength(1);
    expect(statusOf(await device('E-1'))).toBe('duplicate_external_id');

    expect((await set(tenant, { externalIdUnique: false })).status).toBe(200);
    expect(await enteredValues(tenant, 'type:Device.externalId')).toEqual([]);
    expect(statusOf(await device('E-1'))).toBe('applied');
    expect((await set(tenant, { externalIdUnique: true })).status).toBe(409);
  });

  it('is refused with the values that are there more than once, and then changes nothing', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    await set(tenant, { groupDisplayNameUnique: false });
    for (const name of ['Sales', 'SALES', 'Support']) await world.apply(make.createGroup(name));

    const refused = await set(tenant, { groupDisplayNameUnique: true, externalIdUnique: true });
    expect(refused).toMatchObject({
      status: 409,
      body: {
        type: 'urn:muster:problem:values_not_unique',
        detail: expect.stringContaining('"sales" (2 groups)'),
      },
    });
    expect(JSON.stringify(refused.body)).not.toContain('support');
    const { body } = await world.admin('GET', `/${tenant.tenantId}`);
    expect(body).toMatchObject({ settings: { groupDisplayNameUnique: false, externalIdUnique: false } });
    expect(await enteredValues(tenant, 'group.displayName')).toEqual([]);
    expect(statusOf(await world.apply(make.createGroup('sales')))).toBe('applied');
  });

  it('names every kind that the setting is about, each with its own values', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    await world.apply(make.createGroup('One'));
    await set(tenant, { groupDisplayNameUnique: false });
    expect(await enteredValues(tenant, 'group.displayName')).toEqual([]);
    await set(tenant, { groupDisplayNameUnique: true });
    const [entered] = await enteredValues(tenant, 'group.displayName');
    expect(entered).toMatch(/^one /);
    expect(statusOf(await world.apply(make.createGroup('ONE')))).toBe('duplicate_display_name');
    expect(await enteredValues(tenant, 'user.userName')).toEqual([]);
  });

  it.each([1, 4])('keeps values and rule together while a crowd creates (%i)', async (round) => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    // Every externalId is tried twice, for the second time together with the change: either is first.
    const user = (name: string, place: number) =>
      world.apply(make.createUser(`${name}${place}@x.example`, { externalId: `E-${place}` }));
    const places = Array.from({ length: 5 * round }, (_, place) => place);
    const first = places.map((place) => user('a', place));
    const [changed] = await Promise.all([
      Promise.all(first).then(() => set(tenant, { externalIdUnique: true })),
      ...first.map(async (created, place) => created.then(() => user('b', place))),
    ]);
    const held = await externalIds(tenant);
    const entered = await enteredValues(tenant, 'user.externalId');
    expect(held.length).toBeGreaterThanOrEqual(places.length);
    if (changed.status === 200) {
      expect(entered).toEqual(held);
      expect(new Set(held.map((each) => each.split(' ')[0])).size).toBe(held.length);
    } else {
      expect(changed.status).toBe(409);
      expect(entered).toEqual([]);
    }
  });
});

describe('a rule that changes while a batch is under way', () => {
  let world: CommandWorld;
  let registry: Database;

  beforeAll(async () => {
    world = await CommandWorld.open();
    registry = openDatabase({
      url: world.url,
      role: 'muster_directory',
      poolMax: 2,
      applicationName: 'registry',
    });
  });

  afterAll(async () => {
    await registry?.close();
    await world?.close();
  });

  const advisoryWaits = () =>
    world.rows<{ waits: number }>(
      `select count(*) as waits from pg_stat_activity where application_name = 'registry' and wait_event = 'advisory'
         and datname = current_database()`,
    );

  it('waits for the batch, whose values it then finds', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const create = queued(make.createUser('late@example.com', { externalId: 'E-late' }));
    const tenants = new PostgresTenantRegistry(registry);
    const change = await world.transaction([tenant.tenantId], async (tx) => {
      const { tenants: admitted } = await tx.readAdmission([tenant.tenantId], [tenant.tokenId]);
      expect(admitted.get(tenant.tenantId)?.settings.externalIdUnique).toBe(false);
      const changing = tenants.change(
        { id: tenant.tenantId },
        { settings: { externalIdUnique: true } },
        new Date(),
      );
      await eventually(advisoryWaits, ([seen]) => seen?.waits === 1);
      const outcomes = await applyBatch(tx, [create], world.clock());
      expect([...outcomes.values()]).toEqual([expect.objectContaining({ status: 'applied' })]);
      return { changing };
    });
    expect((await change.changing).settings).toEqual({ externalIdUnique: true });
    expect(
      await world.rows(
        `select value, resource_id from directory.unique_values where tenant_id = $1 and kind = 'user.externalId'`,
        [tenant.tenantId],
      ),
    ).toEqual([{ value: 'E-late', resource_id: create.command.resourceId }]);
  });
});
