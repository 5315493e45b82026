import type { Transaction } from '@muster/persistence';
import { normaliseUnique } from '@muster/scim';
import type { BatchEffects, GroupWrite, Membership } from '../../application/batch-transaction.js';
import { columns, refColumns, slices, textOf } from './columns.js';
import { deleteRows } from './delete-rows.js';

/** Groups themselves; of those that are deleted their members, too. */
export function writeGroups(
  tx: Transaction,
  { groupsInserted, groupsUpdated, groupsDeleted }: BatchEffects,
): void {
  if (groupsInserted.length > 0) {
    tx.write(
      'insert groups',
      `insert into directory.groups
         (tenant_id, id, version, display_name_key, external_id, member_count, document, created_at, last_modified, created_by)
       select t.tenant_id, t.id, t.version, t.display_name_key, t.external_id, t.member_count, t.document,
              to_timestamp(t.created_ms / 1000), to_timestamp(t.modified_ms / 1000), t.created_by
       from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::int[], $7::jsonb[], $8::float8[], $9::float8[], $10::uuid[])
         with ordinality as t(tenant_id, id, version, display_name_key, external_id, member_count, document, created_ms, modified_ms, created_by, at)
       order by t.at`,
      columns(groupsInserted, [
        ...groupColumns,
        (group) => group.state.createdAtMs,
        (group) => group.state.lastModifiedMs,
        (group) => group.state.createdBy,
      ]),
    );
  }
  if (groupsUpdated.length > 0) {
    tx.write(
      'update groups',
      `update directory.groups g
       set version = t.version, display_name_key = t.display_name_key, external_id = t.external_id,
           member_count = t.member_count, document = t.document, last_modified = to_timestamp(t.modified_ms / 1000)
       from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::int[], $7::jsonb[], $8::float8[])
         as t(tenant_id, id, version, display_name_key, external_id, member_count, document, modified_ms)
       where g.tenant_id = t.tenant_id and g.id = t.id`,
      columns(groupsUpdated, [...groupColumns, (group) => group.state.lastModifiedMs]),
    );
  }
  if (groupsDeleted.length > 0) {
    tx.write(
      'delete members of deleted groups',
      `delete from directory.group_members m using unnest($1::uuid[], $2::uuid[]) as t(tenant_id, group_id)
       where m.tenant_id = t.tenant_id and m.group_id = t.group_id`,
      columns(groupsDeleted, refColumns),
    );
    deleteRows(tx, 'groups', groupsDeleted);
  }
}

const groupColumns = [
  (group: GroupWrite) => group.tenantId,
  (group: GroupWrite) => group.state.id,
  (group: GroupWrite) => group.state.version,
  (group: GroupWrite) => normaliseUnique('displayName', textOf(group.state.document.displayName) ?? ''),
  (group: GroupWrite) => textOf(group.state.document.externalId),
  (group: GroupWrite) => group.memberCount,
  (group: GroupWrite) => JSON.stringify(group.state.document),
] as const;

/** Rows of one membership statement at the most, so that none outlasts the statement timeout. */
const MEMBERS_PER_STATEMENT_MAX = 2_000;

const pairColumns = [
  (pair: Omit<Membership, 'memberKind'>) => pair.tenantId,
  (pair: Omit<Membership, 'memberKind'>) => pair.groupId,
  (pair: Omit<Membership, 'memberKind'>) => pair.memberId,
] as const;

/** Who joined groups that stay, and who left them. */
export function writeMembers(tx: Transaction, { membersAdded, membersRemoved }: BatchEffects): void {
  for (const removed of slices(membersRemoved, MEMBERS_PER_STATEMENT_MAX)) {
    tx.write(
      'delete members',
      `delete from directory.group_members m using unnest($1::uuid[], $2::uuid[], $3::uuid[]) as t(tenant_id, group_id, member_id)
       where m.tenant_id = t.tenant_id and m.group_id = t.group_id and m.member_id = t.member_id`,
      columns(removed, pairColumns),
    );
  }
  for (const added of slices(membersAdded, MEMBERS_PER_STATEMENT_MAX)) {
    tx.write(
      'insert members',
      `insert into directory.group_members (tenant_id, group_id, member_id, member_kind)
       select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[])`,
      columns(added, [...pairColumns, (membership: Membership) => membership.memberKind]),
    );
  }
}
