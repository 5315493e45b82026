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

      grant select, insert, update, delete on directory.tenant_schemas, directory.resources to muster_directory`);
    for (const table of ['tenant_schemas', 'resources'])
      await runner.query(enableTenantIsolation(`directory.${table}`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      delete from directory.resource_counters where kind like 'type:%';
      alter table directory.resource_counters drop constraint resource_counters_kind_check,
        add constraint resource_counters_kind_check check (kind in ('user', 'group'));
      alter table directory.tenants drop column schemas_digest;
      drop table directory.resources, directory.tenant_schemas`);
  }
}
