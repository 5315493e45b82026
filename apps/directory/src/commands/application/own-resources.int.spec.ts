import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Applied, TenantSchemas } from '@muster/contracts';
import { wherePostgres } from '@muster/persistence/testing';
import { BatchBook } from '../testing/batch-book.js';
import { CommandMaker, CommandWorld, queued, type WorldTenant } from '../testing/command-world.js';
import { applyJob } from './apply-job.js';

const BADGE = 'urn:example:schemas:Badge';
const DEVICE = 'urn:example:schemas:Device';
const ACCESS = 'urn:example:schemas:extension:access:User';

const badge = {
  id: BADGE,
  name: 'Badge',
  attributes: [
    { name: 'number', required: true, uniqueness: 'server' },
    { name: 'colour' },
    { name: 'issued', type: 'dateTime', mutability: 'immutable' },
    { name: 'pin', mutability: 'writeOnly', returned: 'never' },
  ],
};
const registration = {
  schemas: [
    badge,
    { id: DEVICE, name: 'Device', attributes: [{ name: 'label' }] },
    {
      id: ACCESS,
      name: 'Access',
      attributes: [
        { name: 'cardId', uniqueness: 'server', caseExact: true },
        { name: 'floor', type: 'integer' },
      ],
    },
  ],
  resourceTypes: [
    { name: 'Badge', endpoint: '/Badges', schema: BADGE },
    { name: 'Device', endpoint: '/Devices', schema: DEVICE },
    { name: 'User', schemaExtensions: [{ schema: ACCESS }] },
  ],
};

wherePostgres(describe)('resources of the types that a tenant registered', () => {
  let world: CommandWorld;
  let book: BatchBook;
  beforeAll(async () => {
    world = await CommandWorld.open();
    book = new BatchBook(world);
  });
  afterAll(() => world.close());

  async function given(
    settings: Parameters<CommandWorld['tenant']>[0] = {},
  ): Promise<{ tenant: WorldTenant; schemas: TenantSchemas; make: CommandMaker }> {
    const tenant = await world.tenant(settings);
    const schemas = await world.register(tenant, registration);
    return { tenant, schemas, make: new CommandMaker(tenant, schemas) };
  }

  it('are stored with their name, their fact, their count and their outcome', async () => {
    const { tenant, make } = await given();
    const create = make.createResource('Badge', { number: 'A-1', externalId: 'e1', pin: '1234' });
    const [outcome] = await book.apply(create);
    expect(outcome).toMatchObject({ status: 'applied', version: 1, changed: true });
    expect((outcome as Applied).resource?.document).toEqual({ number: 'A-1', externalId: 'e1' });
    expect(await book.resources(tenant)).toMatchObject([
      { id: create.resourceId, type: 'Badge', version: 1, external_id: 'e1', document: { number: 'A-1' } },
    ]);
    expect(await book.names(tenant)).toEqual([['type:Badge.number=a-1', create.resourceId]]);
    expect(await book.counter(tenant, 'type:Badge')).toBe(1);
    expect(await book.facts(tenant)).toMatchObject([
      {
        type: 'directory.resource.created.v1',
        resourceType: 'Badge',
        resourceId: create.resourceId,
        version: 1,
        resource: { id: create.resourceId, number: 'A-1' },
      },
    ]);
  });

  it('are changed, replaced and deleted, each with a version and a fact of its own', async () => {
    const { tenant, make } = await given();
    const create = make.createResource('Badge', { number: 'A-1', issued: '2026-01-01T00:00:00Z' });
    const id = create.resourceId;
    await book.given(tenant, create);
    const outcomes = await book.apply(
      make.patchResource('Badge', id, { op: 'replace', path: 'colour', value: 'red' }),
      make.patchResource('Badge', id, { op: 'replace', path: 'colour', value: 'red' }),
      make.replaceResource('Badge', id, { number: 'B-2' }),
      make.patchResource('Badge', id, { op: 'replace', path: 'issued', value: '2027-01-01T00:00:00Z' }),
    );
    expect(outcomes).toMatchObject([
      { status: 'applied', version: 2, changed: true },
      { status: 'applied', version: 2, changed: false },
      { status: 'applied', version: 3, changed: true },
      { status: 'rejected', cause: 'mutability' },
    ]);
    expect(await book.resources(tenant)).toMatchObject([
      { version: 3, document: { number: 'B-2', issued: '2026-01-01T00:00:00Z' } },
    ]);
    expect(await book.names(tenant)).toEqual([['type:Badge.number=b-2', id]]);
    expect(
      await book.apply(make.deleteResource('Badge', id), make.deleteResource('Badge', id)),
    ).toMatchObject([
      { status: 'applied', version: 4 },
      { status: 'rejected', cause: 'not_found' },
    ]);
    expect(await book.resources(tenant)).toEqual([]);
    expect(await book.names(tenant)).toEqual([]);
    expect(await book.counter(tenant, 'type:Badge')).toBe(0);
    expect((await book.facts(tenant)).map(({ type, version }) => [type, version])).toEqual([
      ['directory.resource.updated.v1', 2],
      ['directory.resource.updated.v1', 3],
      ['directory.resource.deleted.v1', 4],
    ]);
    expect(await book.failures(tenant)).toMatchObject([
      { cause: 'mutability', resourceKind: 'resource', resourceType: 'Badge' },
      { cause: 'not_found', resourceKind: 'resource', resourceType: 'Badge' },
    ]);
  });

  it('are none of another type', async () => {
    const { tenant, make } = await given();
    const device = make.createResource('Device', { label: 'door' });
    await book.given(tenant, device);
    const outcomes = await book.apply(
      make.patchResource('Badge', device.resourceId, { op: 'add', path: 'colour', value: 'red' }),
      make.deleteResource('Badge', device.resourceId),
      make.deleteUser(device.resourceId),
    );
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', cause: 'not_found' });
    expect(await book.resources(tenant)).toHaveLength(1);
  });

  it('cannot be members of groups', async () => {
    const { tenant, make } = await given();
    const device = make.createResource('Device', { label: 'door' });
    await book.given(tenant, device);
    expect(await book.apply(make.createGroup('G', [device.resourceId]))).toMatchObject([
      { status: 'rejected', cause: 'unknown_member' },
    ]);
  });

  it('share a unique value with nobody of their type, whatever its case, and hand it over in one batch', async () => {
    const { tenant, make } = await given();
    const [first, second] = [
      make.createResource('Badge', { number: 'A-1' }),
      make.createResource('Badge', { number: 'a-1' }),
    ];
    const outcomes = await book.apply(first, second);
    expect(outcomes[1]).toMatchObject({ status: 'rejected', cause: 'duplicate_value' });
    expect((outcomes[1] as { detail: string }).detail).toContain(first.resourceId);
    expect((outcomes[1] as { detail: string }).detail).toContain('number');
    const third = make.createResource('Badge', { number: 'A-1' });
    expect(
      await book.apply(
        make.patchResource('Badge', first.resourceId, { op: 'replace', path: 'number', value: 'Z' }),
        third,
      ),
    ).toMatchObject([{ status: 'applied' }, { status: 'applied' }]);
    expect(await book.names(tenant)).toEqual([
      ['type:Badge.number=a-1', third.resourceId],
      ['type:Badge.number=z', first.resourceId],
    ]);
  });

  it('let exactly one of a crowd have a unique value', async () => {
    const { tenant, make } = await given();
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => book.apply(make.createResource('Badge', { number: 'only-one' }))),
    );
    const statuses = outcomes.flat().map(({ status }) => status);
    expect(statuses.filter((status) => status === 'applied')).toHaveLength(1);
    expect(statuses.filter((status) => status === 'rejected')).toHaveLength(7);
    expect(await book.counter(tenant, 'type:Badge')).toBe(1);
  });

  it('follow the rule of the tenant about externalId, each type by itself', async () => {
    const { make } = await given({ externalIdUnique: true });
    expect(
      await book.apply(
        make.createResource('Device', { externalId: 'x' }),
        make.createResource('Badge', { number: '1', externalId: 'x' }),
        make.createResource('Device', { externalId: 'x' }),
        make.createResource('Device', { externalId: 'X' }),
      ),
    ).toMatchObject([
      { status: 'applied' },
      { status: 'applied' },
      { status: 'rejected', cause: 'duplicate_external_id' },
      { status: 'applied' },
    ]);
  });

  it('are the answer to a repeated create whose first answer was lost', async () => {
    const { tenant, make } = await given();
    const first = make.createResource('Badge', { number: 'A-1' });
    await book.given(tenant, first);
    expect(await book.apply(make.createResource('Badge', { number: 'A-1' }))).toMatchObject([
      { status: 'rejected', cause: 'duplicate_value' },
    ]);
    await world.rows('update directory.operations set undelivered = true where id = $1', [first.commandId]);
    expect(await book.apply(make.createResource('Badge', { number: 'A-1', colour: 'red' }))).toMatchObject([
      { status: 'rejected', cause: 'duplicate_value' },
    ]);
    expect(await book.apply(make.createResource('Badge', { number: 'A-1' }))).toMatchObject([
      { status: 'applied', resourceId: first.resourceId, version: 1, changed: false },
    ]);
    expect(await book.resources(tenant)).toHaveLength(1);
  });

  it('come in jobs beside users', async () => {
    const { tenant, make } = await given();
    const [user, own, bad] = [
      make.createUser('rita@example.com', { [ACCESS]: { cardId: 'C1', floor: 3 } }),
      make.createResource('Badge', { number: 'A-1' }),
      make.createResource('Badge', { number: 'A-1' }),
    ];
    const job = queued(make.bulk([user, own, bad]));
    const outcome = await world.transaction([tenant.tenantId], (tx) =>
      applyJob(tx, job, world.clock(), () => false),
    );
    expect((outcome as Applied).results?.map((each) => each.outcome.status)).toEqual([
      'applied',
      'applied',
      'rejected',
    ]);
    expect(await book.resources(tenant)).toHaveLength(1);
  });

  it('extend users with attributes that are stored, told and unique', async () => {
    const { tenant, make } = await given();
    const user = make.createUser('rita@example.com', { [ACCESS]: { cardId: 'C1', floor: 3 } });
    const outcomes = await book.apply(
      user,
      make.createUser('jo@example.com', { [ACCESS]: { cardId: 'C1' } }),
      make.createUser('al@example.com', { [ACCESS]: { cardId: 'c1' } }),
      make.patchUser(user.resourceId, { op: 'replace', path: `${ACCESS}:floor`, value: 4 }),
    );
    expect(outcomes).toMatchObject([
      { status: 'applied' },
      { status: 'rejected', cause: 'duplicate_value' },
      { status: 'applied' },
      { status: 'applied', version: 2 },
    ]);
    expect((await book.facts(tenant)).at(-1)).toMatchObject({
      type: 'directory.user.updated.v1',
      changed: [`${ACCESS}:floor`],
      resource: { [ACCESS]: { cardId: 'C1', floor: 4 } },
    });
    expect((await book.names(tenant)).map(([name]) => name)).toContain(`user.${ACCESS}:cardId=C1`);
  });

  describe('whose schemas changed while a command was on its way', () => {
    const without = (name: string) => ({
      schemas: registration.schemas.map((schema) => ({
        ...schema,
        attributes: schema.attributes.filter((attribute) => attribute.name !== name),
      })),
      resourceTypes: registration.resourceTypes,
    });

    it('are read by those that hold now', async () => {
      const { tenant, make } = await given();
      const before = make.createResource('Device', {});
      await book.given(tenant, before);
      const late = [
        make.createResource('Device', { label: 'door', externalId: 'd' }),
        make.patchResource('Device', before.resourceId, { op: 'add', path: 'label', value: 'gate' }),
        make.createUser('rita@example.com', { [ACCESS]: { floor: 3 } }),
      ];
      await world.register(tenant, without('label'));
      expect(await book.apply(...late)).toMatchObject([
        { status: 'applied' },
        { status: 'applied', changed: false },
        { status: 'applied' },
      ]);
      expect((await book.resources(tenant)).map(({ document }) => document)).toEqual([
        {},
        { externalId: 'd' },
      ]);
    });

    const patchOfLateUser = async (settings: Parameters<CommandWorld['tenant']>[0]) => {
      const { tenant, make } = await given(settings);
      const user = make.createUser('rita@example.com', {});
      await book.given(tenant, user);
      const late = make.patchUser(
        user.resourceId,
        { op: 'replace', path: `${ACCESS}:floor`, value: 4 },
        { op: 'replace', path: 'active', value: false },
      );
      await world.register(tenant, without('floor'));
      const [outcome] = await book.apply(late);
      const rows = await world.rows<{ warnings: unknown }>(
        'select warnings from directory.operations where id = $1',
        [late.commandId],
      );
      return { outcome, warnings: rows[0]?.warnings };
    };

    it('disable a user though the attribute beside it is gone, with a warning', async () => {
      const { outcome, warnings } = await patchOfLateUser({});
      expect(outcome).toMatchObject({ status: 'applied', version: 2 });
      expect((outcome as Applied).resource?.document).toMatchObject({ active: false });
      expect(warnings).toEqual([{ kind: 'unknownAttribute', path: `${ACCESS}:floor` }]);
    });

    it('refuse such a PATCH where the tenant wants that', async () => {
      const { outcome } = await patchOfLateUser({ unknownPatchAttributes: 'reject' });
      expect(outcome).toMatchObject({ status: 'rejected', cause: 'invalid_path' });
    });

    it('are refused where their type is gone', async () => {
      const { tenant, make } = await given();
      const late = make.createResource('Device', { label: 'door' });
      const user = make.createUser('rita@example.com', { [ACCESS]: { floor: 3 } });
      await world.register(tenant, { schemas: [badge], resourceTypes: [registration.resourceTypes[0]] });
      const [gone, kept] = await book.apply(late, user);
      expect(gone).toMatchObject({ status: 'rejected', cause: 'not_found' });
      expect((gone as { detail: string }).detail).toContain('Device');
      expect((kept as Applied).resource?.document).toEqual({ userName: 'rita@example.com', active: true });
    });
  });
});
