import type { ResourceId, TenantId } from '@muster/contracts';
import { openDatabase, type Database } from '@muster/persistence';
import { createTestDatabase, type TestDatabase } from '@muster/persistence/testing';
import type { ScimDocument } from '@muster/scim';
import { DIRECTORY_ROLE } from '../../schema/directory-roles.js';
import { directorySchema } from '../../schema/directory-schema.js';
import { seedGroups, seedUsers, type SeedGroup, type SeedUser } from './seed-resources.js';

export const TENANT = '0192f0c1-0000-7000-8000-00000000000a' as TenantId;
export const SMALL_TENANT = '0192f0c1-0000-7000-8000-00000000000b' as TenantId;
export const USERS = 20_000;
export const GROUPS = 300;
export const AT = new Date('2026-01-01T00:00:00.000Z');
export const LATER = new Date('2026-02-01T00:00:00.123Z');

export const userId = (n: number): ResourceId =>
  `0192f0c1-0001-7000-8000-${n.toString(16).padStart(12, '0')}` as ResourceId;
export const groupId = (n: number): ResourceId =>
  `0192f0c1-0002-7000-8000-${n.toString(16).padStart(12, '0')}` as ResourceId;

/** User number n: named, joined on and mailed by its number. */
export function user(n: number): SeedUser {
  const document: ScimDocument = {
    userName: `User${n}@example.com`,
    externalId: `ext-${n}`,
    displayName: `User ${n}`,
    title: `Title ${n % 7}`,
    active: n % 10 !== 0,
    emails: [{ value: `Mail${n}@example.com`, type: 'work' }],
  };
  return { id: userId(n), document, createdAt: AT, lastModified: LATER };
}

/** Group number n has the twenty users from 20 n on. */
function group(n: number): SeedGroup {
  const members = Array.from({ length: 20 }, (_, m) => ({
    id: userId((n * 20 + m) % USERS),
    kind: 'User' as const,
  }));
  if (n === 1) members.push({ id: groupId(2), kind: 'Group' as never });
  return {
    id: groupId(n),
    document: { displayName: `Group ${n}` },
    createdAt: AT,
    lastModified: LATER,
    members,
  };
}

/** One tenant with 20,000 users in 300 groups, and one with a single user, as the planner meets them after a while. */
export class PopulatedDirectory {
  private constructor(
    readonly testDatabase: TestDatabase,
    readonly database: Database,
    readonly scanDatabase: Database,
  ) {}

  static async open(): Promise<PopulatedDirectory> {
    const testDatabase = await createTestDatabase({ migrations: [directorySchema] });
    const { url } = testDatabase;
    const open = (applicationName: string, poolMax: number): Database =>
      openDatabase({ url, role: DIRECTORY_ROLE, poolMax, applicationName, statementTimeoutMs: 60_000 });
    const world = new PopulatedDirectory(testDatabase, open('reader', 4), open('reader-scan', 2));
    await world.populate();
    return world;
  }

  async close(): Promise<void> {
    await Promise.all([this.database.close(), this.scanDatabase.close()]);
    await this.testDatabase.drop();
  }

  private async populate(): Promise<void> {
    const users = Array.from({ length: USERS }, (_, n) => user(n));
    for (let start = 0; start < USERS; start += 5_000) {
      await seedUsers(this.database, TENANT, users.slice(start, start + 5_000));
    }
    const groups = Array.from({ length: GROUPS }, (_, n) => group(n));
    await seedGroups(this.database, TENANT, groups);
    await seedUsers(this.database, SMALL_TENANT, [user(1)]);
    const { url } = this.testDatabase;
    const owner = openDatabase({ url, poolMax: 1, applicationName: 'analyze', statementTimeoutMs: 60_000 });
    await owner.query('analyze', 'analyze', [], { prepare: false });
    await owner.close();
  }
}
