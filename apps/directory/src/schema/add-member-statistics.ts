import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DIRECTORY_ROLE } from './directory-roles.js';

/**
 * Lets the directory make the statistics of members anew, which needs the rights of their owner. Postgres takes the rows of a
 * transaction under way for none: statistics made by chance while 100,000 members are written say that many pages hold next to
 * nothing. Whatever is then planned joins all of them row by row to the list it was given, until autovacuum comes by again.
 */
export class AddMemberStatistics1795460000000 implements MigrationInterface {
  readonly name = 'AddMemberStatistics1795460000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function directory.analyze_members() returns void
      language plpgsql security definer set search_path = pg_catalog, directory, pg_temp as $$
      begin
        -- Whoever holds the table makes them just now.
        analyze (skip_locked) directory.group_members;
      end $$;
      revoke execute on function directory.analyze_members() from public;
      grant execute on function directory.analyze_members() to ${DIRECTORY_ROLE}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function directory.analyze_members()');
  }
}
