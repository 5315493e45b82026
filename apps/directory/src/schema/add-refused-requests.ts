import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Lets the activity tell what the gateway refused, too. Such a request is a row of `operations` that was born decided: its id
 * is that of its failure and it has no token, nor a resource where it was to create one. A table of its own would need
 * partitions, retention and indexes like these once more, and every page of the activity a merge of the two.
 *
 * The constraint keeps the rows of commands as they were: nothing is claimed, applied or withdrawn without token and resource.
 * It is not checked of rows that are there already, of which the columns said it; so nobody waits for a look at all of them.
 */
export class AddRefusedRequests1795450000000 implements MigrationInterface {
  readonly name = 'AddRefusedRequests1795450000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table directory.operations alter column token_id drop not null, alter column resource_id drop not null,
        add constraint operations_of_commands
          check (state = 'rejected' or (token_id is not null and resource_id is not null)) not valid`);
  }

  /** Row-level security binds the owner too, who would see no tenant's rows. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table directory.operations no force row level security;
      delete from directory.operations where token_id is null or resource_id is null;
      alter table directory.operations force row level security;
      alter table directory.operations drop constraint operations_of_commands,
        alter column token_id set not null, alter column resource_id set not null`);
  }
}
