import { setTimeout as delay } from 'node:timers/promises';
import { GROUP_EVENTS_TOPIC, USER_EVENTS_TOPIC } from '@muster/contracts';
import { openKafkaEventLog, type ReceivedRecord } from '@muster/messaging';
import pg from 'pg';
import type { Acknowledged } from './operations.js';

export interface Verification {
  readonly users: number;
  readonly facts: number;
  readonly members: number;
  readonly problems: readonly string[];
}

const PATIENCE_MS = 60_000;
const PROBLEMS_MAX = 10;

/** Every acknowledged write is in the database, and every version of it in the facts, once and in order. */
export async function verify(
  databaseUrl: string,
  brokers: readonly string[],
  acknowledged: Acknowledged,
  groupId: string,
): Promise<Verification> {
  const problems: string[] = [];
  const stored = await storedVersions(databaseUrl);
  for (const [id, version] of acknowledged.versions) {
    const found = stored.users.get(id);
    if (found === undefined) problems.push(`user ${id} was acknowledged and is not stored`);
    else if (found < version)
      problems.push(`user ${id} was acknowledged at version ${version} and is stored at ${found}`);
  }
  const members = new Set(stored.members.get(groupId) ?? []);
  for (const id of acknowledged.members)
    if (!members.has(id)) problems.push(`member ${id} was acknowledged and is not stored`);
  const expected = [...stored.users.values()].reduce((sum, version) => sum + version, 0);
  const facts = await readFacts(brokers, expected);
  for (const [id, version] of stored.users) {
    const seen = facts.get(id) ?? [];
    const wanted = Array.from({ length: version }, (_, index) => index + 1);
    if (seen.join() !== wanted.join())
      problems.push(`user ${id} is at version ${version}, its facts say ${seen.slice(0, 20).join()}`);
  }
  return {
    users: acknowledged.versions.size,
    facts: [...facts.values()].reduce((sum, versions) => sum + versions.length, 0),
    members: acknowledged.members.size,
    problems: problems.slice(0, PROBLEMS_MAX),
  };
}

async function storedVersions(databaseUrl: string) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const users = await client.query<{ id: string; version: number }>(
      'select id, version from directory.users',
    );
    const members = await client.query<{ group_id: string; members: string[] }>(
      'select group_id, array_agg(member_id::text) as members from directory.group_members group by group_id',
    );
    return {
      users: new Map(users.rows.map((row) => [row.id, row.version])),
      members: new Map(members.rows.map((row) => [row.group_id, row.members])),
    };
  } finally {
    await client.end();
  }
}

/** Reads the facts as any consumer outside would: by a group of its own, from the beginning. */
async function readFacts(brokers: readonly string[], expected: number): Promise<Map<string, number[]>> {
  const versions = new Map<string, number[]>();
  let count = 0;
  const log = openKafkaEventLog({ brokers, clientId: 'bench-verification' });
  const take = (record: ReceivedRecord): void => {
    if (record.topic !== USER_EVENTS_TOPIC) return;
    const id = record.key?.slice(record.key.indexOf(':') + 1) ?? '';
    const seen = versions.get(id) ?? [];
    const version = Number(record.headers.ce_version);
    // At least once: a repeat is told by its version.
    if (seen.at(-1) === version) return;
    seen.push(version);
    versions.set(id, seen);
    count += 1;
  };
  const death = Promise.withResolvers<never>();
  const subscription = await log.subscribe({
    groupId: `bench-${Date.now()}`,
    topics: [USER_EVENTS_TOPIC, GROUP_EVENTS_TOPIC],
    startFrom: 'earliest',
    onBatch: (batch, context) => {
      for (const record of batch.records) {
        take(record);
        context.finished(record.offset);
      }
      return Promise.resolve();
    },
    onDeath: (error) => death.reject(error),
  });
  try {
    const until = Date.now() + PATIENCE_MS;
    while (count < expected && Date.now() < until) await Promise.race([delay(100), death.promise]);
    return versions;
  } finally {
    await subscription.close();
    await log.close();
  }
}
