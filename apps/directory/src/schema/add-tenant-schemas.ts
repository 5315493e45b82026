import type { MigrationInterface, QueryRunner } from 'typeorm';
import { enableTenantIsolation } from '@muster/persistence';

/**
 * What tenants register beside the standard schemas, and the resources of their own types. A registration is kept under its
 * digest, so that whoever read a request by an older one can still look it up; the tenant's row says which one holds.
 */
export class AddTenantSchemas1795420000000 implements MigrationInterface {
  readonly name = 'AddTenantSchemas1795420000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table directory.tenant_schemas (
        tenant_id uuid not null references directory.tenants on delete cascade,
        digest text not null check (digest ~ '^[0-9a-f]{64}$'),
        registration text not null,
        registered_at timestamptz(3) not null,
        primary key (tenant_id, digest)
      );
      alter table directory.tenants add column schemas_digest text,
        add foreign key (tenant_id, schemas_digest) references directory.tenant_schemas (tenant_id, digest);

      create table directory.resources (
        tenant_id uuid not null,
        id uuid not null,
        type text collate "C" not null,
        seq bigint generated always as identity,
        version integer not null check (version > 0),
        external_id text collate "C",
        document jsonb not null,
        created_at timestamptz(3) not null,
        last_modified timestamptz(3) not null,
        created_by uuid not null,
        primary key (tenant_id, id)
      ) with (fillfactor = 85);
      create unique index resources_by_seq on directory.resources (tenant_id, type, seq);
      create index resources_by_external_id on directory.resources (tenant_id, type, external_id) where external_id is not null;

      -- Resources of a tenant's own type are counted under "type:" and its name.
      alter table directory.resource_counters drop constraint resource_counters_kind_check,
        add constraint resource_counters_kind_check check (kind in ('user', 'group') or kind like 'type:%');

      -- The SQL twin of the SCIM engine's epochMs, for dates and times in documents: the proleptic Gregorian calendar in whole
      -- numbers, whatever the years; a bare date is its first instant, a missing zone UTC, and what is finer than a millisecond
      -- is cut off.
      create function directory.epoch_ms(value text) returns bigint language plpgsql immutable strict parallel safe as $$
      declare
        part text[] := regexp_match(value,
          '^(-?\\d{4,6})-(\\d{2})-(\\d{2})(?:T(\\d{2}):(\\d{2})(?::(\\d{2})(?:\\.(\\d{1,12}))?)?(Z|[+-]\\d{2}:\\d{2})?)?$', 'i');
        month bigint := part[2];
        year bigint := part[1]::bigint - case when month <= 2 then 1 else 0 end;
        era bigint := floor(year / 400.0);
        year_of_era bigint := year - era * 400;
        day_of_year bigint := (153 * (month + case when month > 2 then -3 else 9 end) + 2) / 5 + part[3]::bigint - 1;
        days bigint := era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
        seconds bigint := coalesce(part[4], '0')::bigint * 3600 + coalesce(part[5], '0')::bigint * 60 + coalesce(part[6], '0')::bigint;
        zone_minutes bigint := 0;
      begin
        if part is null then return null; end if;
        if upper(coalesce(part[8], 'Z')) <> 'Z' then
          zone_minutes := substr(part[8], 2, 2)::bigint * 60 + substr(part[8], 5, 2)::bigint;
          if left(part[8], 1) = '-' then zone_minutes := -zone_minutes; end if;
        end if;
        return (days * 86400 + seconds - zone_minutes * 60) * 1000 + rpad(left(coalesce(part[7], '0'), 3), 3, '0')::bigint;
      end $$;
      revoke execute on function directory.epoch_ms from public;
      grant execute on function directory.epoch_ms to muster_directory;

      grant select, insert, update, delete on directory.tenant_schemas, directory.resources to muster_directory`);
    for (const table of ['tenant_schemas', 'resources'])
      await runner.query(enableTenantIsolation(`directory.${table}`));
  }

  /** Row-level security binds the owner too, who would see no tenant's rows. Of a schema that is gone nobody may hold a value. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table directory.resource_counters no force row level security;
      delete from directory.resource_counters where kind like 'type:%';
      alter table directory.resource_counters force row level security;
      alter table directory.unique_values no force row level security;
      delete from directory.unique_values where kind ~ '^(type:|(user|group)[.]urn:)';
      alter table directory.unique_values force row level security;
      alter table directory.resource_counters drop constraint resource_counters_kind_check,
        add constraint resource_counters_kind_check check (kind in ('user', 'group'));
      alter table directory.tenants drop column schemas_digest;
      drop function directory.epoch_ms;
      drop table directory.resources, directory.tenant_schemas`);
  }
}
