import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { tenantSchemasFromJson, type Command, type Outcome } from '@muster/contracts';
import { v7 as uuidV7 } from 'uuid';
import { CommandMaker } from '../commands/testing/command-world.js';
import { DirectoryWorld, eventually, type WorldTenant } from '../testing/directory-world.js';
import type { RegisteredSchemasAnswer } from './adapters/http/tenant-answers.js';
import { SHARE_TENANT_RULES } from './adapters/postgres/tenant-rules-lock.js';
import { BADGE, INSERTS, colour, registration, type Json } from './testing/sample-registration.js';

jest.setTimeout(60_000);

const CROWD = 20;

let world: DirectoryWorld;

beforeAll(async () => {
  world = await DirectoryWorld.open();
});

afterAll(() => world?.close());

const put = (tenant: WorldTenant, body: unknown) =>
  world.admin<RegisteredSchemasAnswer & Json>('PUT', `/${tenant.tenantId}/schemas`, body);

async function registered(tenant: WorldTenant): Promise<unknown> {
  return (await world.admin('GET', `/${tenant.tenantId}/schemas`)).body;
}

async function count(tenant: WorldTenant, from: string): Promise<number> {
  const { rows } = await world.owner.query<{ total: number }>(
    'count',
    `select count(*) as total from directory.${from} and tenant_id = $1`,
    [tenant.tenantId],
    { prepare: false },
  );
  return rows[0]?.total ?? 0;
}

describe('a registration while others write', () => {
  const statusOf = (outcome: Outcome) => (outcome.status === 'rejected' ? outcome.cause : outcome.status);

  /** A crowd whose commands were read by the schemas before the change, and the change: before all of them, among them, after one. */
  async function meet(
    when: 'before' | 'among' | 'after',
    after: object,
    command: (make: CommandMaker, place: number) => Command,
  ) {
    const tenant = await world.tenant();
    await put(tenant, registration());
    const make = new CommandMaker(tenant, tenantSchemasFromJson(registration()));
    const change = () => put(tenant, after);
    const early = when === 'before' ? await change() : null;
    const crowd = Array.from({ length: CROWD }, (_, place) => world.apply(command(make, place)));
    if (when === 'after') await Promise.race(crowd);
    const { status } = early ?? (await change());
    const outcomes = new Set((await Promise.all(crowd)).map(statusOf));
    expect(await registered(tenant)).toEqual(status === 200 ? after : registration());
    return { tenant, status, outcomes };
  }
  const possible = { before: [200], among: [200, 409], after: [409] } as const;
  const times = ['before', 'among', 'after'] as const;

  it.each(times)('takes a type away or finds what was created of it (%s)', async (when) => {
    const { tenant, status, outcomes } = await meet(when, registration({ device: null }), (make, place) =>
      make.createResource('Device', { serial: `S-${place}` }),
    );
    expect(possible[when]).toContain(status);
    expect(outcomes).toEqual(new Set([status === 200 ? 'not_found' : 'applied']));
    expect(await count(tenant, `resources where type = 'Device'`)).toBe(status === 200 ? 0 : CROWD);
  });

  it.each(times)('takes an extension away or finds who has it (%s)', async (when) => {
    const { tenant, status, outcomes } = await meet(when, registration({ badge: null }), (make, place) =>
      make.createUser(`u${place}@x.example`, { [BADGE]: { colour: 'red' } }),
    );
    expect(possible[when]).toContain(status);
    expect(outcomes).toEqual(new Set(['applied']));
    expect(await count(tenant, 'users where true')).toBe(CROWD);
    expect(await count(tenant, `users where document ? '${BADGE}'`)).toBe(status === 200 ? 0 : CROWD);
  });

  it('waits for a batch under way, whose resources it then finds', async () => {
    const tenant = await world.tenant();
    await put(tenant, registration());
    const changing = await world.owner.transaction({ tenants: [tenant.tenantId] }, async (transaction) => {
      await transaction.query('share', SHARE_TENANT_RULES, [[tenant.tenantId]]);
      const change = put(tenant, registration({ device: null }));
      await eventually('the registration waits', async () => {
        const { rows } = await world.owner.query<{ waits: number }>(
          'waits',
          `select count(*) as waits from pg_locks where locktype = 'advisory' and not granted and database =
             (select oid from pg_database where datname = current_database())`,
        );
        return rows[0]?.waits === 1;
      });
      await transaction.query('store', INSERTS.device, [tenant.tenantId, uuidV7(), '{}']);
      return { change };
    });
    expect((await changing.change).status).toBe(409);
  });

  it('lets one of several registrations of the same kind be the last, whole', async () => {
    const tenant = await world.tenant();
    const crowd = await Promise.all(
      Array.from({ length: 8 }, (_, place) =>
        put(tenant, registration({ badge: [colour, { name: `a${place}` }] })),
      ),
    );
    expect(new Set(crowd.map(({ status }) => status))).toEqual(new Set([200]));
    const { body } = await world.admin<{ schemas: Json }>('GET', `/${tenant.tenantId}`);
    expect(crowd.map((each) => each.body.digest)).toContain(body.schemas['digest']);
  });
});
