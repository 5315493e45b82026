import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createRoleIfMissing, enableTenantIsolation } from '@muster/persistence';

/** The registry: who may provision. Looked up by credential before a tenant is known, hence outside of row-level security. */
const registry = `
  create table directory.tenants (
    tenant_id uuid primary key,
    name text not null unique check (octet_length(name) between 1 and 100),
    state text not null default 'active' check (state in ('active', 'paused', 'deleting')),
    any_domain boolean not null default false,
    settings jsonb not null default '{}',
    notification_email text,
    notification_enabled boolean not null default true,
    created_at timestamptz not null,
    updated_at timestamptz not null
  );

  create table directory.tenant_domains (
    tenant_id uuid not null references directory.tenants on delete cascade,
    domain text not null check (domain = lower(domain) and octet_length(domain) between 1 and 253),
    created_at timestamptz not null,
    primary key (tenant_id, domain)
  );

  create table directory.tokens (
    token_id uuid primary key,
    tenant_id uuid not null references directory.tenants on delete cascade,
    hmac bytea not null unique,
    name text not null,
    hint text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    last_used_at timestamptz
  );
  create index tokens_by_tenant on directory.tokens (tenant_id);
`;

/**
 * Documents as jsonb plus the few columns that a connector joins on. `last_modified` and the document stay unindexed so
 * that updates are HOT; `seq` gives lists their order. Keys are normalised before they get here and compare by code point
 * ("C"), so that an index answers prefixes and orders as the SCIM engine does, whatever the database's own collation.
 */
const resources = `
  create table directory.users (
    tenant_id uuid not null,
    id uuid not null,
    seq bigint generated always as identity,
    version integer not null check (version > 0),
    user_name_key text collate "C" not null,
    external_id text collate "C",
    active boolean not null,
    document jsonb not null,
    created_at timestamptz(3) not null,
    last_modified timestamptz(3) not null,
    created_by uuid not null,
    primary key (tenant_id, id)
  ) with (fillfactor = 85);
  create unique index users_by_seq on directory.users (tenant_id, seq);
  create index users_by_user_name on directory.users (tenant_id, user_name_key);
  create index users_by_external_id on directory.users (tenant_id, external_id) where external_id is not null;

  create table directory.user_emails (
    tenant_id uuid not null,
    user_id uuid not null,
    ordinal smallint not null,
    value_key text collate "C" not null,
    type_key text collate "C",
    primary key (tenant_id, user_id, ordinal)
  );
  create index user_emails_by_value on directory.user_emails (tenant_id, value_key);

  create table directory.groups (
    tenant_id uuid not null,
    id uuid not null,
    seq bigint generated always as identity,
    version integer not null check (version > 0),
    display_name_key text collate "C" not null,
    external_id text collate "C",
    member_count integer not null check (member_count >= 0),
    document jsonb not null,
    created_at timestamptz(3) not null,
    last_modified timestamptz(3) not null,
    created_by uuid not null,
    primary key (tenant_id, id)
  ) with (fillfactor = 85);
  create unique index groups_by_seq on directory.groups (tenant_id, seq);
  create index groups_by_display_name on directory.groups (tenant_id, display_name_key);
  create index groups_by_external_id on directory.groups (tenant_id, external_id) where external_id is not null;

  create table directory.group_members (
    tenant_id uuid not null,
    group_id uuid not null,
    member_id uuid not null,
    member_kind text not null check (member_kind in ('User', 'Group')),
    primary key (tenant_id, group_id, member_id)
  );
  create index group_members_by_member on directory.group_members (tenant_id, member_id);

  create table directory.unique_values (
    tenant_id uuid not null,
    kind text not null,
    value text collate "C" not null,
    resource_id uuid not null,
    primary key (tenant_id, kind, value)
  ) with (fillfactor = 85);

  create table directory.resource_counters (
    tenant_id uuid not null,
    kind text not null check (kind in ('user', 'group')),
    shard smallint not null,
    count bigint not null,
    primary key (tenant_id, kind, shard)
  ) with (fillfactor = 50);
`;

/**
 * One row per command: claim, outcome and activity entry in one. Its id is a UUIDv7, so ranges of ids are ranges of time and
 * a day is a partition that goes as a whole.
 */
const operations = `
  create table directory.operations (
    id uuid primary key,
    tenant_id uuid not null,
    token_id uuid not null,
    request_id text not null,
    type text not null,
    resource_id uuid not null,
    state text not null check (state in ('claimed', 'applied', 'rejected', 'cancelled', 'expired')),
    cause text,
    detail text,
    version integer,
    changed boolean,
    document_hash text,
    undelivered boolean not null default false,
    queued_at timestamptz(3),
    decided_at timestamptz(3) not null
  ) partition by range (id);
  create index operations_by_tenant on directory.operations (tenant_id, id);
  create table directory.operations_default partition of directory.operations default;

  create function directory.uuid_at(at timestamptz) returns uuid language sql immutable as $$
    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
  $$;

  create function directory.utc_day() returns date language sql stable as $$
    select (now() at time zone 'UTC')::date
  $$;

  -- Attaching leaves the readers and writers of the parent alone, which creating in place would not. A day whose rows are
  -- in the default partition already stays there.
  create function directory.ensure_operation_partitions(days_ahead integer) returns integer
  language plpgsql security definer set search_path = pg_catalog, directory, pg_temp set lock_timeout = '1s' as $$
  declare
    day date;
    low uuid;
    high uuid;
    partition_name text;
    made integer := 0;
  begin
    perform pg_advisory_xact_lock(hashtext('directory.operation_partitions'));
    for day in select directory.utc_day() + days from generate_series(0, least(greatest(days_ahead, 0), 30)) as days loop
      partition_name := 'operations_' || to_char(day, 'YYYYMMDD');
      low := directory.uuid_at(day::timestamp at time zone 'UTC');
      high := directory.uuid_at((day + 1)::timestamp at time zone 'UTC');
      continue when to_regclass('directory.' || partition_name) is not null;
      continue when exists (select from directory.operations_default where id >= low and id < high);
      execute format('create table directory.%I (like directory.operations including all)', partition_name);
      execute format('alter table directory.operations attach partition directory.%I for values from (%L) to (%L)',
        partition_name, low, high);
      made := made + 1;
    end loop;
    return made;
  end $$;

  create function directory.drop_operation_partitions(keep_days integer) returns integer
  language plpgsql security definer set search_path = pg_catalog, directory, pg_temp set lock_timeout = '1s' as $$
  declare
    oldest_kept date := directory.utc_day() - greatest(keep_days, 1);
    child record;
    dropped integer := 0;
  begin
    perform pg_advisory_xact_lock(hashtext('directory.operation_partitions'));
    for child in
      select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'directory.operations'::regclass and c.relname ~ '^operations_[0-9]{8}$'
        and to_date(right(c.relname, 8), 'YYYYMMDD') < oldest_kept
    loop
      execute format('drop table directory.%I', child.relname);
      dropped := dropped + 1;
    end loop;
    delete from directory.operations_default where id < directory.uuid_at(oldest_kept::timestamp at time zone 'UTC');
    return dropped;
  end $$;
`;

/**
 * `fold_case` is the SQL twin of the SCIM engine's folding (NFKC, lower case, NFKC), for attributes that have no normalised
 * column of their own. The two differ for characters that are newer than the server's Unicode tables, which is why
 * everything unique is normalised before it is stored and never by SQL.
 */
const searching = `
  do $$ declare
    full_mapping text := coalesce((select collname from pg_collation where collname = 'pg_unicode_fast'), 'und-x-icu');
  begin
    execute format($body$
      create function directory.fold_case(value text) returns text language sql immutable parallel safe
      return case when octet_length(value) = length(value) then lower(value collate "C")
        else normalize(lower(normalize(value, nfkc) collate pg_catalog.%I) collate "C", nfkc) end
    $body$, full_mapping);
  end $$;
`;

/** Facts and failures on their way to the log; emptied by the relay. The payload is rendered JSON. */
const outbox = `
  create table directory.outbox (
    seq bigint generated always as identity primary key,
    key_hash integer not null,
    tenant_id uuid not null,
    kind text not null check (kind in ('fact', 'failure')),
    payload text not null,
    traceparent text,
    created_at timestamptz(3) not null
  ) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
  -- Without a broker failures are moved and facts stay: those few rows must be found among all that wait.
  create index outbox_failures on directory.outbox (seq) where kind = 'failure';

  create table directory.outbox_parked (
    seq bigint primary key,
    key_hash integer not null,
    tenant_id uuid not null,
    kind text not null,
    payload text not null,
    traceparent text,
    created_at timestamptz(3) not null,
    reason text not null,
    parked_at timestamptz(3) not null
  );
`;

const grants = `
  grant usage on schema directory to muster_directory, muster_relay;
  grant select, insert, update, delete on all tables in schema directory to muster_directory;
  -- A partition read by its own name would answer without the parent's row-level security: only the owner may.
  revoke all on directory.operations_default from muster_directory;
  revoke insert, update, delete on directory.migrations from muster_directory;
  revoke all on directory.outbox from muster_directory;
  grant insert, select on directory.outbox to muster_directory;
  grant select, delete on directory.outbox to muster_relay;
  revoke all on directory.outbox_parked from muster_directory;
  grant select, insert on directory.outbox_parked to muster_relay;
  revoke execute on all functions in schema directory from public;
  grant execute on all functions in schema directory to muster_directory;
`;

const isolated = [
  'users',
  'user_emails',
  'groups',
  'group_members',
  'unique_values',
  'resource_counters',
  'operations',
  'outbox',
  'outbox_parked',
];

export class CreateDirectoryTables1795400000000 implements MigrationInterface {
  readonly name = 'CreateDirectoryTables1795400000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const role of ['muster_directory', 'muster_relay']) await runner.query(createRoleIfMissing(role));
    for (const statements of [searching, registry, resources, operations, outbox, grants])
      await runner.query(statements);
    for (const table of isolated) await runner.query(enableTenantIsolation(`directory.${table}`));
    // The relay reads and empties the outbox of every tenant; nothing else of theirs is open to it.
    for (const table of ['outbox', 'outbox_parked']) {
      await runner.query(
        `create policy relay on directory.${table} to muster_relay using (true) with check (true)`,
      );
    }
    await runner.query('select directory.ensure_operation_partitions(7)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table directory.tenant_domains, directory.tokens, directory.tenants, directory.users, directory.user_emails,
        directory.groups, directory.group_members, directory.unique_values, directory.resource_counters,
        directory.operations, directory.outbox, directory.outbox_parked;
      drop function directory.ensure_operation_partitions, directory.drop_operation_partitions, directory.uuid_at,
        directory.utc_day, directory.fold_case`);
  }
}
