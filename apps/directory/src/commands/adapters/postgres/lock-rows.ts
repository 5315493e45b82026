import type { CommandId, ResourceId, TenantId } from '@muster/contracts';
import type { Transaction } from '@muster/persistence';
import { documentFromJson } from '@muster/scim';
import type {
  LockedGroup,
  LockStrength,
  Membership,
  ResourceRef,
} from '../../application/batch-transaction.js';
import { resourceKey, type ResourceKey } from '../../application/queued-command.js';
import type { OwnResourceState } from '../../../resources/domain/decide-resource.js';
import type { ResourceState } from '../../../resources/domain/resource-state.js';
import { columns, slices } from './columns.js';

interface ResourceRow {
  readonly tenant_id: TenantId;
  readonly id: ResourceId;
  readonly version: number;
  readonly created_by: CommandId;
  readonly created_ms: number;
  readonly modified_ms: number;
  readonly document: string | null;
}

/** Columns of a resource as `stateOf` reads them; `r` is the table. */
export const RESOURCE_COLUMNS = `
  r.tenant_id, r.id, r.version, r.created_by,
  (extract(epoch from r.created_at) * 1000)::float8 as created_ms,
  (extract(epoch from r.last_modified) * 1000)::float8 as modified_ms`;

/** The sort is below the lock in the plan: rows are locked in the order of their ids. */
function lockUsersText(strength: LockStrength): string {
  return `
    select ${RESOURCE_COLUMNS}, case when t.changing then r.document::text end as document
    from unnest($1::uuid[], $2::uuid[], $3::boolean[]) as t(tenant_id, id, changing)
      join directory.users r on r.tenant_id = t.tenant_id and r.id = t.id
    order by r.id for ${strength} of r`;
}

function lockGroupsText(strength: LockStrength): string {
  return `
    select ${RESOURCE_COLUMNS}, r.member_count, r.document::text as document
    from unnest($1::uuid[], $2::uuid[]) as t(tenant_id, id)
      join directory.groups r on r.tenant_id = t.tenant_id and r.id = t.id
    order by r.id for ${strength} of r`;
}

export function stateOf(row: ResourceRow): ResourceState {
  return {
    id: row.id,
    version: row.version,
    document: documentFromJson(JSON.parse(row.document ?? '{}')),
    createdAtMs: row.created_ms,
    lastModifiedMs: row.modified_ms,
    createdBy: row.created_by,
  };
}

/** Rows of one lock statement at the most: 100,000 members are locked in several, so that none outlasts the statement timeout. */
const LOCKS_PER_STATEMENT_MAX = 2_000;

export async function lockUsers(
  tx: Transaction,
  refs: readonly ResourceRef[],
  changing: ReadonlySet<ResourceKey>,
  strength: LockStrength,
): Promise<ReadonlyMap<ResourceKey, ResourceState | 'exists'>> {
  const locked = new Map<ResourceKey, ResourceState | 'exists'>();
  // Ids in text form sort as Postgres sorts them, so the order of the locks goes on from one statement to the next.
  const inOrder = refs.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  for (const part of slices(inOrder, LOCKS_PER_STATEMENT_MAX)) {
    const { rows } = await tx.query<ResourceRow>(
      `lock users for ${strength}`,
      lockUsersText(strength),
      columns(part, [
        (ref) => ref.tenantId,
        (ref) => ref.id,
        (ref) => changing.has(resourceKey(ref.tenantId, ref.id)),
      ]),
    );
    for (const row of rows) {
      locked.set(resourceKey(row.tenant_id, row.id), row.document === null ? 'exists' : stateOf(row));
    }
  }
  return locked;
}

export async function lockGroups(
  tx: Transaction,
  refs: readonly ResourceRef[],
  strength: LockStrength,
): Promise<ReadonlyMap<ResourceKey, LockedGroup>> {
  const { rows } = await tx.query<ResourceRow & { member_count: number }>(
    `lock groups for ${strength}`,
    lockGroupsText(strength),
    [...columns(refs, [(ref) => ref.tenantId, (ref) => ref.id])],
  );
  return new Map(
    rows.map((row) => [
      resourceKey(row.tenant_id, row.id),
      { ...stateOf(row), memberCount: row.member_count },
    ]),
  );
}

/** A command knows the type that it means; whether the resource is of that type is for the decision. */
export async function lockResources(
  tx: Transaction,
  refs: readonly ResourceRef[],
): Promise<ReadonlyMap<ResourceKey, OwnResourceState>> {
  const { rows } = await tx.query<ResourceRow & { type: string }>(
    'lock resources',
    `select ${RESOURCE_COLUMNS}, r.type, r.document::text as document
     from unnest($1::uuid[], $2::uuid[]) as t(tenant_id, id)
       join directory.resources r on r.tenant_id = t.tenant_id and r.id = t.id
     order by r.id for update of r`,
    columns(refs, [(ref) => ref.tenantId, (ref) => ref.id]),
  );
  return new Map(
    rows.map((row) => [resourceKey(row.tenant_id, row.id), { ...stateOf(row), type: row.type }]),
  );
}

interface MembershipRow {
  readonly tenant_id: TenantId;
  readonly group_id: ResourceId;
  readonly member_id: ResourceId;
  readonly member_kind: 'User' | 'Group';
}

function membershipOf(row: MembershipRow): Membership {
  return {
    tenantId: row.tenant_id,
    groupId: row.group_id,
    memberId: row.member_id,
    memberKind: row.member_kind,
  };
}

export async function readMembershipsOf(
  tx: Transaction,
  members: readonly ResourceRef[],
): Promise<readonly Membership[]> {
  const { rows } = await tx.query<MembershipRow>(
    'read memberships of deleted members',
    `select m.tenant_id, m.group_id, m.member_id, m.member_kind
     from unnest($1::uuid[], $2::uuid[]) as t(tenant_id, member_id)
       join directory.group_members m on m.tenant_id = t.tenant_id and m.member_id = t.member_id`,
    columns(members, [(ref) => ref.tenantId, (ref) => ref.id]),
  );
  return rows.map(membershipOf);
}

export async function readMembershipPairs(
  tx: Transaction,
  pairs: readonly Omit<Membership, 'memberKind'>[],
): Promise<readonly Membership[]> {
  const { rows } = await tx.query<MembershipRow>(
    'read touched memberships',
    `select m.tenant_id, m.group_id, m.member_id, m.member_kind
     from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as t(tenant_id, group_id, member_id)
       join directory.group_members m
         on m.tenant_id = t.tenant_id and m.group_id = t.group_id and m.member_id = t.member_id`,
    columns(pairs, [(pair) => pair.tenantId, (pair) => pair.groupId, (pair) => pair.memberId]),
  );
  return rows.map(membershipOf);
}

export async function readAllMembers(
  tx: Transaction,
  groups: readonly ResourceRef[],
): Promise<readonly Membership[]> {
  const { rows } = await tx.query<MembershipRow>(
    'read whole memberships',
    `select m.tenant_id, m.group_id, m.member_id, m.member_kind
     from unnest($1::uuid[], $2::uuid[]) as t(tenant_id, group_id)
       join directory.group_members m on m.tenant_id = t.tenant_id and m.group_id = t.group_id`,
    columns(groups, [(ref) => ref.tenantId, (ref) => ref.id]),
  );
  return rows.map(membershipOf);
}

/** Without locks: what a command will cost, not what it will find. */
export async function readMemberCounts(
  tx: Transaction,
  groups: readonly ResourceRef[],
): Promise<ReadonlyMap<ResourceKey, number>> {
  const { rows } = await tx.query<{ tenant_id: TenantId; id: ResourceId; member_count: number }>(
    'read member counts',
    `select g.tenant_id, g.id, g.member_count
     from unnest($1::uuid[], $2::uuid[]) as t(tenant_id, id) join directory.groups g using (tenant_id, id)`,
    columns(groups, [(ref) => ref.tenantId, (ref) => ref.id]),
  );
  return new Map(rows.map((row) => [resourceKey(row.tenant_id, row.id), row.member_count]));
}
