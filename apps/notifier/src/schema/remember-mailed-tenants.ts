import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which tenants have rows here, so that old ones can be found and forgotten tenant by tenant, behind row-level security.
 * Ids and times only, hence outside of it.
 */
export class RememberMailedTenants1795400100000 implements MigrationInterface {
  readonly name = 'RememberMailedTenants1795400100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table notifier.mailed_tenants (
        tenant_id uuid primary key,
        tidied_at timestamptz(3) not null default now()
      );
      create index mailed_tenants_by_tidying on notifier.mailed_tenants (tidied_at);
      -- An index for what is deleted by age; the other tables are found by the keys they have.
      create index incident_subjects_by_age on notifier.incident_subjects (tenant_id, occurred_at);
      grant select, insert, update, delete on notifier.mailed_tenants to muster_notifier;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index notifier.incident_subjects_by_age;
      drop table notifier.mailed_tenants`);
  }
}
