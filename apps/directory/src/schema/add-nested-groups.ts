import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which groups are in a group, by themselves: filters on a user's `groups` go down through them, and would read all members of each
 * group to find the few that are groups.
 */
export class AddNestedGroups1795440000000 implements MigrationInterface {
  readonly name = 'AddNestedGroups1795440000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index group_members_nested on directory.group_members (tenant_id, group_id, member_id)
        where member_kind = 'Group'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index directory.group_members_nested');
  }
}
