import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase, type Database } from '@muster/persistence';
import { createTestDatabase, type TestDatabase } from '@muster/persistence/testing';
import { DIRECTORY_ROLE, RELAY_ROLE } from './directory-roles.js';
import { directorySchema } from './directory-schema.js';

const A = '0192f0c1-0000-7000-8000-00000000000a';
const B = '0192f0c1-0000-7000-8000-00000000000b';
const ID = '0192f0c1-0000-7000-8000-0000000000ff';
const DATED_ID = '01a205b3-d000-7000-8000-000000000001';

/** One row of each table that holds something of a tenant. */
const rows: Readonly<Record<string, string>> = {
  users: `insert into directory.users (tenant_id, id, version, user_name_key, active, document, created_at, last_modified, created_by)
    values ($1, '${ID}', 1, 'ann', true, '{}', now(), now(), '${ID}')`,
  user_emails: `insert into directory.user_emails (tenant_id, user_id, ordinal, value_key) values ($1, '${ID}', 0, 'a@example.com')`,
  groups: `insert into directory.groups (tenant_id, id, version, display_name_key, member_count, document, created_at, last_modified, created_by)
    values ($1, '${ID}', 1, 'staff', 0, '{}', now(), now(), '${ID}')`,
  group_members: `insert into directory.group_members (tenant_id, group_id, member_id, member_kind) values ($1, '${ID}', '${ID}', 'User')`,
  unique_values: `insert into directory.unique_values (tenant_id, kind, value, resource_id) values ($1, 'user.userName', 'ann', '${ID}')`,
  resource_counters: `insert into directory.resource_counters (tenant_id, kind, shard, count) values ($1, 'user', 0, 1)`,
  operations: `insert into directory.operations (id, tenant_id, token_id, request_id, type, resource_id, state, decided_at)
    values (gen_random_uuid(), $1, '${ID}', 'r', 'user.create.requested', '${ID}', 'applied', now())`,
  former_users: `insert into directory.former_users (tenant_id, user_name_key, id, version, document, created_at, deleted_at)
    values ($1, 'eve', '${ID}', 1, '{}', now(), now())`,
  tenant_schemas: `insert into directory.tenant_schemas (tenant_id, digest, registration, registered_at)
    values ($1, repeat('0', 64), '{}', now())`,
  resources: `insert into directory.resources (tenant_id, id, type, version, document, created_at, last_modified, created_by)
    values ($1, '${ID}', 'Badge', 1, '{}', now(), now(), '${ID}')`,
  outbox: `insert into directory.outbox (key_hash, tenant_id, kind, payload, created_at) values (1, $1, 'fact', '{}', now())`,
};

/** Looked up by credential or name before a tenant is known; they hold no resource. */
const outsideOfIsolation = ['migrations', 'tenant_domains', 'tenants', 'tokens'];

describe('row-level security', () => {
  let testDatabase: TestDatabase;
  let owner: Database;
  let database: Database;
  let relay: Database;

  beforeAll(async () => {
    testDatabase = await createTestDatabase({ migrations: [directorySchema] });
    const { url } = testDatabase;
    owner = openDatabase({ url, poolMax: 1, applicationName: 'isolation-owner' });
    database = openDatabase({ url, role: DIRECTORY_ROLE, poolMax: 2, applicationName: 'isolation' });
    relay = openDatabase({ url, role: RELAY_ROLE, poolMax: 1, applicationName: 'isolation-relay' });
    await owner.query(
      'spec.tenants',
      `insert into directory.tenants (tenant_id, name, settings, created_at, updated_at)
       values ('${A}', 'a', '{}', now(), now()), ('${B}', 'b', '{}', now(), now())`,
    );
    for (const [table, insert] of Object.entries(rows)) {
      for (const tenant of [A, B]) {
        await database.transaction({ tenants: [tenant] }, (tx) =>
          tx.query(`spec.${table}`, insert, [tenant]),
        );
      }
    }
    await owner.query(
      'spec.dated',
      `insert into directory.operations (id, tenant_id, token_id, request_id, type, resource_id, state, decided_at)
      values ('${DATED_ID}', '${B}', '${ID}', 'r', 'user.create.requested', '${ID}', 'applied', now())`,
    );
  });

  afterAll(async () => {
    await Promise.all([owner, database, relay].map((each) => each?.close()));
    await testDatabase?.drop();
  });

  it('covers every table of the schema', async () => {
    const { rows: tables } = await owner.query<{ name: string; isolated: boolean }>(
      'spec.tables',
      `select relname as name, relrowsecurity and relforcerowsecurity as isolated from pg_class
       where relnamespace = 'directory'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`,
    );
    const unprotected = tables.filter((table) => !table.isolated).map((table) => table.name);
    expect(unprotected).toEqual(outsideOfIsolation);
    const isolated = tables.filter((table) => table.isolated).map((table) => table.name);
    expect(isolated).toEqual(expect.arrayContaining(Object.keys(rows)));
  });

  it.each(Object.keys(rows))(
    'shows of %s the rows of the listed tenants, without any WHERE',
    async (table) => {
      const seenBy = async (tenants: readonly string[]): Promise<string[]> => {
        const { rows: seen } = await database.transaction({ tenants }, (tx) =>
          tx.query<{ tenant_id: string }>(
            'spec.see',
            `select distinct tenant_id from directory.${table} order by 1`,
            [],
            { prepare: false },
          ),
        );
        return seen.map((row) => row.tenant_id);
      };
      expect(await seenBy([A])).toEqual([A]);
      expect(await seenBy([A, B])).toEqual([A, B]);
      expect(await seenBy([])).toEqual([]);
      const outside = await database.query('spec.outside', `select 1 from directory.${table}`, [], {
        prepare: false,
      });
      expect(outside.rowCount).toBe(0);
    },
  );

  it.each(Object.keys(rows).filter((table) => table !== 'outbox'))(
    'changes nothing of another tenant in %s',
    async (table) => {
      const changed = await database.transaction({ tenants: [A] }, async (tx) => {
        const deleted = await tx.query(
          'spec.delete',
          `delete from directory.${table} where tenant_id = '${B}'`,
          [],
          { prepare: false },
        );
        const moved = await tx.query(
          'spec.update',
          `update directory.${table} set tenant_id = tenant_id where tenant_id = '${B}'`,
          [],
          { prepare: false },
        );
        return deleted.rowCount + moved.rowCount;
      });
      expect(changed).toBe(0);
    },
  );

  it.each(Object.entries(rows))(
    'takes no row of %s for a tenant that is not listed',
    async (table, insert) => {
      const smuggling = database.transaction({ tenants: [A] }, (tx) =>
        tx.query(`spec.smuggle-${table}`, insert, [B]),
      );
      await expect(smuggling).rejects.toMatchObject({ code: '42501' });
    },
  );

  it('leaves no way around it by the name of a partition', async () => {
    const { rows: partitions } = await owner.query<{ name: string }>(
      'spec.partitions',
      `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'directory.operations'::regclass`,
    );
    expect(partitions.length).toBeGreaterThan(7);
    for (const { name } of partitions) {
      const reading = database.transaction({ tenants: [A] }, (tx) =>
        tx.query('spec.bypass', `select * from ${name}`, [], { prepare: false }),
      );
      await expect(reading).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('lets the relay empty the outbox of everybody, and see nothing else', async () => {
    const { rows: seen } = await relay.query<{ tenant_id: string }>(
      'spec.relay',
      'select distinct tenant_id from directory.outbox order by 1',
    );
    expect(seen.map((row) => row.tenant_id)).toEqual([A, B]);
    for (const table of [...Object.keys(rows), 'tenants', 'tokens'].filter((name) => name !== 'outbox')) {
      await expect(
        relay.query('spec.relay-peek', `select 1 from directory.${table}`, [], { prepare: false }),
      ).rejects.toMatchObject({
        code: '42501',
      });
    }
  });

  it('gives the directory no hand on its own history of migrations, nor on the outbox once written', async () => {
    for (const statement of [
      'delete from directory.migrations',
      'delete from directory.outbox',
      'create table directory.x ()',
      'drop table directory.users',
    ]) {
      await expect(database.query('spec.forbidden', statement, [], { prepare: false })).rejects.toMatchObject(
        { code: '42501' },
      );
    }
  });
});
