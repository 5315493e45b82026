import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { CommandId, ResourceId, TenantId, TokenId } from '@muster/contracts';
import { openDatabase, type Database, type Transaction } from '@muster/persistence';
import { createTestDatabase, type TestDatabase } from '@muster/persistence/testing';
import { v7 as uuidV7 } from 'uuid';
import { DIRECTORY_ROLE } from '../schema/directory-roles.js';
import { directorySchema } from '../schema/directory-schema.js';
import { PostgresOperationStore } from './adapters/postgres/postgres-operation-store.js';
import { cancelCommands } from './application/cancel-commands.js';
import type { CancellableCommand } from './application/operation-store.js';
import { PartitionUpkeep } from './application/partition-upkeep.js';

jest.setTimeout(60_000);

const TENANT = '0192f0c1-0000-7000-8000-00000000000a' as TenantId;
const OTHER_TENANT = '0192f0c1-0000-7000-8000-00000000000b' as TenantId;
const DAY_MS = 86_400_000;

function command(more: Partial<CancellableCommand> = {}): CancellableCommand {
  return {
    commandId: uuidV7() as CommandId,
    tenantId: TENANT,
    tokenId: uuidV7() as TokenId,
    resourceId: uuidV7() as ResourceId,
    type: 'user.create.requested',
    requestId: 'r-1',
    ...more,
  };
}

/** What the write path does to a command: claim it, decide it. */
async function claim(tx: Transaction, commands: readonly CancellableCommand[]): Promise<readonly string[]> {
  const { rows } = await tx.query<{ id: string }>(
    'spec.claim',
    `insert into directory.operations (id, tenant_id, token_id, request_id, type, resource_id, state, decided_at)
     select t.id, t.tenant_id, t.id, 'r', t.type, t.id, 'claimed', now()
     from unnest($1::uuid[], $2::uuid[], $3::text[]) as t (id, tenant_id, type) order by t.id
     on conflict (id) do nothing returning id`,
    [
      commands.map((each) => each.commandId),
      commands.map((each) => each.tenantId),
      commands.map((each) => each.type),
    ],
  );
  const ids = rows.map((row) => row.id);
  await tx.query(
    'spec.decide',
    `update directory.operations set state = 'applied', version = 1, changed = true where id = any ($1::uuid[])`,
    [ids],
  );
  return ids;
}

describe('operations', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let owner: Database;
  let store: PostgresOperationStore;

  beforeAll(async () => {
    testDatabase = await createTestDatabase({ migrations: [directorySchema] });
    const { url } = testDatabase;
    database = openDatabase({ url, role: DIRECTORY_ROLE, poolMax: 12, applicationName: 'operations' });
    owner = openDatabase({ url, poolMax: 2, applicationName: 'operations-owner' });
    store = new PostgresOperationStore(database);
    // The template of test databases may be some days old.
    await store.ensure(7);
  });

  afterAll(async () => {
    await database?.close();
    await owner?.close();
    await testDatabase?.drop();
  });

  const apply = (...commands: readonly CancellableCommand[]): Promise<readonly string[]> =>
    database.transaction({ tenants: [TENANT, OTHER_TENANT] }, (tx) => claim(tx, commands));
  const cancel = (...commands: readonly CancellableCommand[]) => cancelCommands(store, commands, new Date());
  const outcomeOf = async ({ commandId, tenantId }: CancellableCommand) =>
    (await store.outcomes([{ commandId, tenantId }])).get(commandId);

  it('decides between cancelling and claiming once, in a crowd', async () => {
    for (let round = 0; round < 10; round += 1) {
      const commands = Array.from({ length: 40 }, () => command());
      const shuffled = (n: number) =>
        commands.toSorted((a, b) => a.commandId.charCodeAt(30 + n) - b.commandId.charCodeAt(30 + n));
      const [claims, ...cancels] = await Promise.all([
        Promise.all([
          apply(...shuffled(0).slice(0, 30)),
          apply(...shuffled(1).slice(0, 30)),
          apply(...commands),
        ]),
        cancel(...shuffled(2)),
        cancel(...shuffled(3).slice(0, 20)),
        cancel(...shuffled(4).slice(20)),
      ]);
      const claimed = claims.flat();
      expect(new Set(claimed).size).toBe(claimed.length);
      for (const each of commands) {
        const stored = await outcomeOf(each);
        expect(stored?.status).toBe(claimed.includes(each.commandId) ? 'applied' : 'cancelled');
        const said = cancels
          .flatMap(({ results }) => results)
          .filter(({ commandId }) => commandId === each.commandId);
        for (const result of said) {
          if (result.result === 'cancelled') expect(stored).toEqual({ status: 'cancelled' });
          if (result.result === 'decided') expect(result.outcome).toEqual(stored);
        }
      }
    }
  });

  it('does not know only of those that are being decided right now', async () => {
    const [contended, free, decided] = [command(), command(), command()];
    await apply(decided);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: claimed, resolve: hasClaimed } = Promise.withResolvers<void>();
    const deciding = database.transaction({ tenants: [TENANT] }, async (tx) => {
      await claim(tx, [contended]);
      hasClaimed();
      await released;
    });
    await claimed;
    const startedAt = performance.now();
    const { results } = await cancel(contended, free, decided);
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    expect(results.map(({ commandId, result }) => [commandId, result])).toEqual([
      [contended.commandId, 'unknown'],
      [free.commandId, 'cancelled'],
      [decided.commandId, 'decided'],
    ]);
    release();
    await deciding;
    expect((await cancel(contended)).results).toEqual([
      {
        commandId: contended.commandId,
        result: 'decided',
        outcome: { status: 'applied', resourceId: contended.commandId, version: 1, changed: true },
      },
    ]);
  });

  it('answers a repeated cancellation the same, and one command named twice once', async () => {
    const once = command();
    expect((await cancel(once, once)).results).toEqual([{ commandId: once.commandId, result: 'cancelled' }]);
    expect((await cancel(once)).results).toEqual([
      { commandId: once.commandId, result: 'decided', outcome: { status: 'cancelled' } },
    ]);
    expect((await cancel()).results).toEqual([]);
  });

  it('finds outcomes of the named tenant only', async () => {
    const [applied, foreign, undecided] = [command(), command({ tenantId: OTHER_TENANT }), command()];
    await apply(applied, foreign);
    const asked = [applied, foreign, undecided].map(({ commandId }) => ({ commandId, tenantId: TENANT }));
    expect([...(await store.outcomes(asked)).keys()]).toEqual([applied.commandId]);
    const both = await store.outcomes([applied, foreign]);
    expect(both.size).toBe(2);
    expect((await cancel({ ...foreign, tenantId: TENANT })).results).toEqual([
      { commandId: foreign.commandId, result: 'unknown' },
    ]);
  });

  it('reads every kind of outcome', async () => {
    const [rejected, expired] = [command(), command()];
    await apply(rejected, expired);
    await owner.query(
      'spec.reject',
      `update directory.operations set state = 'rejected', cause = 'duplicate_username', detail = 'Taken.' where id = $1`,
      [rejected.commandId],
    );
    await owner.query('spec.expire', `update directory.operations set state = 'expired' where id = $1`, [
      expired.commandId,
    ]);
    expect(await outcomeOf(rejected)).toEqual({
      status: 'rejected',
      cause: 'duplicate_username',
      detail: 'Taken.',
    });
    expect(await outcomeOf(expired)).toEqual({ status: 'expired' });
  });

  it('marks applied creates as undelivered, nothing else', async () => {
    const [create, group, own, patch, cancelled, foreign] = [
      command(),
      command({ type: 'group.create.requested' }),
      command({ type: 'resource.create.requested', resourceType: 'Badge' }),
      command({ type: 'user.patch.requested' }),
      command(),
      command({ tenantId: OTHER_TENANT }),
    ];
    await apply(create, group, own, patch, foreign);
    await cancel(cancelled);
    await store.markUndelivered([create, group, own, patch, cancelled, { ...foreign, tenantId: TENANT }]);
    const { rows } = await owner.query<{ id: string }>(
      'spec.undelivered',
      'select id from directory.operations where undelivered',
      [],
    );
    expect(rows.map((row) => row.id).sort()).toEqual(
      [create.commandId, group.commandId, own.commandId].sort(),
    );
  });

  describe('partitions', () => {
    async function partitionOf(id: string): Promise<string> {
      const { rows } = await owner.query<{ partition: string }>(
        'spec.partition',
        `select replace(tableoid::regclass::text, 'directory.', '') as partition from directory.operations where id = $1`,
        [id],
      );
      return rows[0]?.partition ?? 'none';
    }

    const name = (atMs: number): string =>
      `operations_${new Date(atMs).toISOString().slice(0, 10).replaceAll('-', '')}`;
    const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS;

    it.each([
      ['the first millisecond of tomorrow', midnight + DAY_MS, midnight + DAY_MS],
      ['the last millisecond of tomorrow', midnight + 2 * DAY_MS - 1, midnight + DAY_MS],
      ['a week ahead', midnight + 7 * DAY_MS + 5, midnight + 7 * DAY_MS],
    ])('cut days at UTC: %s', async (_, atMs, dayMs) => {
      const each = command({ commandId: uuidV7({ msecs: atMs }) as CommandId });
      await cancel(each);
      expect(await partitionOf(each.commandId)).toBe(name(dayMs));
      expect(await outcomeOf(each)).toEqual({ status: 'cancelled' });
    });

    it('take what no partition is for, and leave it there', async () => {
      const far = command({ commandId: uuidV7({ msecs: midnight + 9 * DAY_MS }) as CommandId });
      await cancel(far);
      expect(await partitionOf(far.commandId)).toBe('operations_default');
      expect(await store.ensure(10)).toBe(2);
      expect(await store.ensure(10)).toBe(0);
      expect(await partitionOf(far.commandId)).toBe('operations_default');
      expect(await outcomeOf(far)).toEqual({ status: 'cancelled' });
    });

    it('are made while others write', async () => {
      const writing = database.transaction({ tenants: [TENANT] }, async (tx) => {
        await claim(tx, [command()]);
        expect(await store.ensure(12)).toBe(2);
      });
      await writing;
    });

    it('go as a whole when their time is over, and so do rows without one', async () => {
      const old = midnight - 40 * DAY_MS;
      await owner.query(
        'spec.old-partition',
        `create table directory.${name(old)} partition of directory.operations
         for values from ('${uuidV7({ msecs: old }).slice(0, 13)}-0000-0000-000000000000') to ('${uuidV7({ msecs: old + DAY_MS }).slice(0, 13)}-0000-0000-000000000000')`,
        [],
        { prepare: false },
      );
      const [inOld, inDefault, recent] = [old + 5, midnight - 50 * DAY_MS, midnight - 29 * DAY_MS].map(
        (msecs) => command({ commandId: uuidV7({ msecs }) as CommandId }),
      ) as [CancellableCommand, CancellableCommand, CancellableCommand];
      await cancel(inOld, inDefault, recent);
      expect(await partitionOf(inOld.commandId)).toBe(name(old));
      const done = Promise.withResolvers<{ made: number; dropped: number }>();
      const upkeep = new PartitionUpkeep({
        store,
        retentionDays: 30,
        onDone: done.resolve,
        onProblem: done.reject,
      });
      await upkeep.start();
      expect(await done.promise).toEqual({ made: 0, dropped: 1 });
      await upkeep.stop();
      expect(await Promise.all([inOld, inDefault, recent].map(outcomeOf))).toEqual([
        undefined,
        undefined,
        { status: 'cancelled' },
      ]);
    });

    it('never keep a directory from starting', async () => {
      const problems: unknown[] = [];
      const broken = {
        ensure: () => Promise.reject(new Error('no')),
        dropOlderThan: () => Promise.resolve(0),
      };
      const upkeep = new PartitionUpkeep({
        store: broken,
        retentionDays: 1,
        onDone: () => undefined,
        onProblem: (error) => problems.push(error),
      });
      await upkeep.start();
      await upkeep.stop();
      expect(problems).toHaveLength(1);
    });
  });
});
