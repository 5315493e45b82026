import type { Database } from '@muster/persistence';
import { foldCase, isList, normaliseUnique, type ScimDocument, type ScimValue } from '@muster/scim';

export interface SeedUser {
  readonly id: string;
  readonly document: ScimDocument;
  readonly createdAt: Date;
  readonly lastModified: Date;
}

export interface SeedGroup extends SeedUser {
  readonly members: readonly { readonly id: string; readonly kind: 'User' | 'Group' }[];
}

const text = (value: ScimValue | undefined): string | null => (typeof value === 'string' ? value : null);

/** Stores resources as the write path does, without its commands: for tests and measurements of reads. */
export async function seedUsers(
  database: Database,
  tenantId: string,
  users: readonly SeedUser[],
): Promise<void> {
  const emails = users.flatMap(({ id, document }) => {
    const values = isList(document['emails']) ? (document['emails'] as readonly ScimDocument[]) : [];
    return values.flatMap((email, ordinal) => {
      const value = text(email['value']);
      const type = text(email['type']);
      return value === null
        ? []
        : [{ id, ordinal, value: foldCase(value), type: type === null ? null : foldCase(type) }];
    });
  });
  await database.transaction({ tenants: [tenantId] }, async (tx) => {
    await tx.query(
      'seed.users',
      `insert into directory.users (tenant_id, id, version, user_name_key, external_id, active, document, created_at, last_modified, created_by)
       select $1, t.id, 1, t.name, t.external_id, t.active, t.document, t.created_at, t.last_modified, t.id
       from unnest($2::uuid[], $3::text[], $4::text[], $5::boolean[], $6::jsonb[], $7::timestamptz[], $8::timestamptz[])
         with ordinality as t (id, name, external_id, active, document, created_at, last_modified, position) order by t.position`,
      [
        tenantId,
        users.map((user) => user.id),
        users.map((user) => normaliseUnique('userName', text(user.document['userName']) ?? '')),
        users.map((user) => text(user.document['externalId'])),
        users.map((user) => user.document['active'] !== false),
        users.map((user) => JSON.stringify(user.document)),
        users.map((user) => user.createdAt.toISOString()),
        users.map((user) => user.lastModified.toISOString()),
      ],
    );
    await tx.query(
      'seed.emails',
      `insert into directory.user_emails (tenant_id, user_id, ordinal, value_key, type_key)
       select $1, * from unnest($2::uuid[], $3::smallint[], $4::text[], $5::text[])`,
      [
        tenantId,
        emails.map((e) => e.id),
        emails.map((e) => e.ordinal),
        emails.map((e) => e.value),
        emails.map((e) => e.type),
      ],
    );
    await countMore(tx, tenantId, 'user', users.length);
  });
}

export async function seedGroups(
  database: Database,
  tenantId: string,
  groups: readonly SeedGroup[],
): Promise<void> {
  const members = groups.flatMap((group) => group.members.map((member) => ({ group: group.id, ...member })));
  await database.transaction({ tenants: [tenantId] }, async (tx) => {
    await tx.query(
      'seed.groups',
      `insert into directory.groups (tenant_id, id, version, display_name_key, external_id, member_count, document, created_at, last_modified, created_by)
       select $1, t.id, 1, t.name, t.external_id, t.members, t.document, t.created_at, t.last_modified, t.id
       from unnest($2::uuid[], $3::text[], $4::text[], $5::int[], $6::jsonb[], $7::timestamptz[], $8::timestamptz[])
         with ordinality as t (id, name, external_id, members, document, created_at, last_modified, position) order by t.position`,
      [
        tenantId,
        groups.map((group) => group.id),
        groups.map((group) => normaliseUnique('displayName', text(group.document['displayName']) ?? '')),
        groups.map((group) => text(group.document['externalId'])),
        groups.map((group) => group.members.length),
        groups.map((group) => JSON.stringify(group.document)),
        groups.map((group) => group.createdAt.toISOString()),
        groups.map((group) => group.lastModified.toISOString()),
      ],
    );
    await tx.query(
      'seed.members',
      `insert into directory.group_members (tenant_id, group_id, member_id, member_kind)
       select $1, * from unnest($2::uuid[], $3::uuid[], $4::text[])`,
      [tenantId, members.map((m) => m.group), members.map((m) => m.id), members.map((m) => m.kind)],
    );
    await countMore(tx, tenantId, 'group', groups.length);
  });
}

/** Of a type that the tenant registered. */
export async function seedResources(
  database: Database,
  tenantId: string,
  type: string,
  resources: readonly SeedUser[],
): Promise<void> {
  await database.transaction({ tenants: [tenantId] }, async (tx) => {
    await tx.query(
      'seed.resources',
      `insert into directory.resources (tenant_id, id, type, version, external_id, document, created_at, last_modified, created_by)
       select $1, t.id, $2, 1, t.external_id, t.document, t.created_at, t.last_modified, t.id
       from unnest($3::uuid[], $4::text[], $5::jsonb[], $6::timestamptz[], $7::timestamptz[])
         with ordinality as t (id, external_id, document, created_at, last_modified, position) order by t.position`,
      [
        tenantId,
        type,
        resources.map((each) => each.id),
        resources.map((each) => text(each.document['externalId'])),
        resources.map((each) => JSON.stringify(each.document)),
        resources.map((each) => each.createdAt.toISOString()),
        resources.map((each) => each.lastModified.toISOString()),
      ],
    );
    await countMore(tx, tenantId, `type:${type}`, resources.length);
  });
}

async function countMore(
  tx: Pick<Database, 'query'>,
  tenantId: string,
  kind: 'user' | 'group' | `type:${string}`,
  count: number,
): Promise<void> {
  await tx.query(
    'seed.counters',
    `insert into directory.resource_counters (tenant_id, kind, shard, count) values ($1, $2, 0, $3)
     on conflict (tenant_id, kind, shard) do update set count = resource_counters.count + excluded.count`,
    [tenantId, kind, count],
  );
}
