import pg from 'pg';
import type { ScaleDirectory } from './scale-directory.js';

/** What the tables have of one tenant, each counted by itself. */
export interface StoredCounts {
  readonly users: number;
  readonly emails: number;
  readonly userNames: number;
  readonly countedUsers: number;
  readonly groups: number;
  readonly countedGroups: number;
  readonly memberships: number;
  /** As the groups say that they have. */
  readonly memberCounts: number;
}

const COUNT_ALL = `select
  (select count(*) from directory.users where tenant_id = $1)::int as "users",
  (select count(*) from directory.user_emails where tenant_id = $1)::int as "emails",
  (select count(*) from directory.unique_values where tenant_id = $1 and kind = 'user.userName')::int as "userNames",
  (select coalesce(sum(count), 0) from directory.resource_counters where tenant_id = $1 and kind = 'user')::int as "countedUsers",
  (select count(*) from directory.groups where tenant_id = $1)::int as "groups",
  (select coalesce(sum(count), 0) from directory.resource_counters where tenant_id = $1 and kind = 'group')::int as "countedGroups",
  (select count(*) from directory.group_members where tenant_id = $1)::int as "memberships",
  (select coalesce(sum(member_count), 0) from directory.groups where tenant_id = $1)::int as "memberCounts"`;

/** What there must be of a directory whenever the benchmark has ended an operation and undone it. */
export function expectedCounts({ population, everyone, tenth, teams }: ScaleDirectory): StoredCounts {
  const { count } = population;
  const groups = [everyone, tenth, ...teams];
  const memberships = groups.reduce((sum, { members }) => sum + members, 0);
  return {
    users: count,
    emails: count,
    userNames: count,
    countedUsers: count,
    groups: groups.length,
    countedGroups: groups.length,
    memberships,
    memberCounts: memberships,
  };
}

/** One line for each count that is not as expected. */
export function differences(what: string, expected: StoredCounts, stored: StoredCounts): string[] {
  const names = Object.keys(expected) as (keyof StoredCounts)[];
  return names
    .filter((name) => stored[name] !== expected[name])
    .map((name) => `${what}: ${stored[name]} ${name} are stored in place of ${expected[name]}`);
}

/** A superuser's eyes on the database of the stack. */
export class DatabaseWitness {
  private constructor(private readonly client: pg.Client) {}

  static async open(databaseUrl: string): Promise<DatabaseWitness> {
    const client = new pg.Client({ connectionString: databaseUrl });
    // A server that goes away is told of by the next query.
    client.on('error', () => undefined);
    await client.connect();
    return new DatabaseWitness(client);
  }

  close(): Promise<void> {
    return this.client.end();
  }

  /** From here on the planner learns nothing more of the tables: the minute after a first import, made to last. */
  async preventAnalyze(): Promise<void> {
    await this.client.query('alter system set autovacuum = off');
    await this.client.query('select pg_reload_conf()');
  }

  /** What autovacuum does within a minute of such an import, now and not in the middle of a measurement. */
  async tidy(): Promise<void> {
    await this.client.query('vacuum (analyze)');
  }

  /** Facts that still wait to be told. */
  async outboxLength(): Promise<number> {
    const { rows } = await this.client.query<{ waiting: number }>(
      'select count(*)::int as waiting from directory.outbox',
    );
    return rows[0]?.waiting ?? 0;
  }

  /** What is wrong with what is stored of a directory. */
  async check(what: string, directory: ScaleDirectory): Promise<string[]> {
    const { rows } = await this.client.query<StoredCounts>(COUNT_ALL, [directory.tenantId]);
    const [stored] = rows;
    return stored === undefined
      ? [`${what}: nothing could be counted`]
      : differences(what, expectedCounts(directory), stored);
  }
}
