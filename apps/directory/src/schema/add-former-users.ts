import type { MigrationInterface, QueryRunner } from 'typeorm';
import { enableTenantIsolation } from '@muster/persistence';

/** Deleted users of tenants that keep identities (ADR 16): one for each user name, found by nothing else. */
export class AddFormerUsers1795410000000 implements MigrationInterface {
  readonly name = 'AddFormerUsers1795410000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table directory.former_users (
        tenant_id uuid not null,
        user_name_key text collate "C" not null,
        id uuid not null,
        version integer not null check (version > 0),
        document jsonb not null,
        created_at timestamptz(3) not null,
        deleted_at timestamptz(3) not null,
        primary key (tenant_id, user_name_key)
      );
      grant select, insert, update, delete on directory.former_users to muster_directory`);
    await runner.query(enableTenantIsolation('directory.former_users'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table directory.former_users');
  }
}
