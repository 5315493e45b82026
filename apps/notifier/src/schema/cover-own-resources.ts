import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Failures can be about resources of types that tenants registered themselves. */
export class CoverOwnResources1795420000000 implements MigrationInterface {
  readonly name = 'CoverOwnResources1795420000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table notifier.incident_subjects drop constraint incident_subjects_kind_check,
        add constraint incident_subjects_kind_check check (kind in ('user', 'group', 'resource'))`);
  }

  /** Row-level security binds the owner too, who would see no tenant's rows. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table notifier.incident_subjects no force row level security;
      delete from notifier.incident_subjects where kind = 'resource';
      alter table notifier.incident_subjects force row level security;
      alter table notifier.incident_subjects drop constraint incident_subjects_kind_check,
        add constraint incident_subjects_kind_check check (kind in ('user', 'group'))`);
  }
}
