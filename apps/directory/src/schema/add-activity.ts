import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a tenant's admin is told of a command beside its outcome: the type of a resource of the tenant's own, and what was
 * passed over in the request (kind and path, never a value).
 *
 * `cause` says why a command had no effect, also where nobody refused it but its time was up. So it is null for whatever was
 * applied, and the one index that finds what calls for attention has no entry for the rest: they pay nothing for it.
 */
export class AddActivity1795430000000 implements MigrationInterface {
  readonly name = 'AddActivity1795430000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'alter table directory.operations add column resource_type text, add column warnings jsonb',
    );
    await setCauseOfLateness(runner, `'not_applied_in_time'`);
    await runner.query(`
      create index operations_of_note on directory.operations (tenant_id, id)
        where cause is not null or warnings is not null`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index directory.operations_of_note');
    await setCauseOfLateness(runner, 'null');
    await runner.query('alter table directory.operations drop column resource_type, drop column warnings');
  }
}

/** Row-level security binds the owner too, who would see no tenant's rows. */
async function setCauseOfLateness(runner: QueryRunner, cause: string): Promise<void> {
  await runner.query(`
    alter table directory.operations no force row level security;
    update directory.operations set cause = ${cause} where state in ('cancelled', 'expired');
    alter table directory.operations force row level security`);
}
