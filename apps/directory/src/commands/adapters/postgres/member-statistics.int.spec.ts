import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Command } from '@muster/contracts';
import { wherePostgres } from '@muster/persistence/testing';
import { CommandMaker, CommandWorld, eventually, queued } from '../../testing/command-world.js';

/** Members of the large group. */
const MEMBERS = 20_000;
/** Times that a member is looked at at the most: to lock, to compare, to write. */
const LOOKS_MAX = 5;

wherePostgres(describe)('members of which statistics say that there are next to none', () => {
  let world: CommandWorld;
  beforeAll(async () => {
    world = await CommandWorld.open();
  });
  afterAll(() => world.close());

  /** As statistics are that were made while a large transaction was under way: many pages, next to no rows. */
  async function misleadStatistics(): Promise<void> {
    const members = 'directory.group_members';
    for (const statement of [
      `alter table ${members} set (autovacuum_enabled = false)`,
      `insert into ${members} select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'User' from generate_series(1, ${MEMBERS})`,
      `delete from ${members} where ctid <> (select max(ctid) from ${members})`,
      `vacuum (analyze) ${members}`,
    ])
      await world.rows(statement);
  }

  /** Rows of all tables that were looked at for it. */
  async function rowsReadBy(command: Command): Promise<number> {
    const counting = world.countingStore();
    const waiting = queued(command, Date.now() + 3_600_000);
    world.applier(counting.store).accept([waiting]);
    expect(await waiting.outcome).toMatchObject({ status: 'applied' });
    return counting.rowsRead();
  }

  it('are looked at a few times each when their group is deleted', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    await world.seedUsers(tenant, MEMBERS);
    const group = make.createGroup('Everyone');
    await rowsReadBy(group);
    await misleadStatistics();
    await world.rows(
      `insert into directory.group_members select tenant_id, $2, id, 'User' from directory.users where tenant_id = $1`,
      [tenant.tenantId, group.resourceId],
    );
    await world.rows('update directory.groups set member_count = $2 where id = $1', [
      group.resourceId,
      String(MEMBERS),
    ]);
    expect(await rowsReadBy(make.deleteGroup(group.resourceId))).toBeLessThan(LOOKS_MAX * MEMBERS);
    const left = await world.rows('select from directory.group_members where group_id = $1', [
      group.resourceId,
    ]);
    expect(left).toEqual([]);
  }, 60_000);

  it('are counted anew when many have come', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const ids = await world.seedUsers(tenant, MEMBERS);
    const group = make.createGroup('Everyone');
    await rowsReadBy(group);
    await misleadStatistics();
    await rowsReadBy(make.replaceGroup(group.resourceId, 'Everyone', ids));
    await eventually(
      () =>
        world.rows<{ members: number }>(
          `select reltuples::int as members from pg_class where oid = 'directory.group_members'::regclass`,
        ),
      ([table]) => (table?.members ?? 0) > MEMBERS / 2,
    );
  }, 60_000);
});
