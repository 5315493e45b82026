import type { OwnResourceState } from '../../resources/domain/decide-resource.js';
import type { ResourceState } from '../../resources/domain/resource-state.js';
import type {
  GroupWrite,
  Membership,
  OwnResourceDelete,
  OwnResourceWrite,
  ResourceRef,
  UserWrite,
} from './batch-transaction.js';
import type { GroupWork } from './group-ledger.js';
import type { StateChange } from './state-ledger.js';

/** Users that are not as they were. */
export function userWrites(changes: readonly StateChange<ResourceState>[]) {
  const usersInserted: UserWrite[] = [];
  const usersUpdated: UserWrite[] = [];
  const usersDeleted: ResourceRef[] = [];
  for (const { tenantId, id, initial, current } of changes) {
    if (current === null) usersDeleted.push({ tenantId, id });
    else if (initial === null) usersInserted.push({ tenantId, state: current, emailsChanged: true });
    else {
      const emailsChanged = initial.document.emails !== current.document.emails;
      usersUpdated.push({ tenantId, state: current, emailsChanged });
    }
  }
  return { usersInserted, usersUpdated, usersDeleted };
}

/** Resources of the tenants' own types that are not as they were. */
export function resourceWrites(changes: readonly StateChange<OwnResourceState>[]) {
  const resourcesInserted: OwnResourceWrite[] = [];
  const resourcesUpdated: OwnResourceWrite[] = [];
  const resourcesDeleted: OwnResourceDelete[] = [];
  for (const { tenantId, id, initial, current } of changes) {
    if (current !== null)
      (initial === null ? resourcesInserted : resourcesUpdated).push({ tenantId, state: current });
    else if (initial !== null) resourcesDeleted.push({ tenantId, id, type: initial.type });
  }
  return { resourcesInserted, resourcesUpdated, resourcesDeleted };
}

/** Groups that are not as they were, and who joined and left them. */
export function groupWrites(works: Iterable<GroupWork>) {
  const groupsInserted: GroupWrite[] = [];
  const groupsUpdated: GroupWrite[] = [];
  const groupsDeleted: ResourceRef[] = [];
  const membersAdded: Membership[] = [];
  const membersRemoved: Omit<Membership, 'memberKind'>[] = [];
  for (const work of works) {
    const { tenantId, id, initial, current } = work;
    if (work.cause === null) continue;
    if (current === null) {
      if (initial !== null) groupsDeleted.push({ tenantId, id });
      continue;
    }
    (initial === null ? groupsInserted : groupsUpdated).push({
      tenantId,
      state: current,
      memberCount: work.memberCount,
    });
    for (const [memberId, kind] of work.added)
      membersAdded.push({ tenantId, groupId: id, memberId, memberKind: kind });
    for (const memberId of work.removed) membersRemoved.push({ tenantId, groupId: id, memberId });
  }
  return { groupsInserted, groupsUpdated, groupsDeleted, membersAdded, membersRemoved };
}
