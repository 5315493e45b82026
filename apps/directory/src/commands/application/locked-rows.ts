import { resourceKindOf, type ResourceId } from '@muster/contracts';
import { GroupWork } from './group-ledger.js';
import type { OwnResourceState } from '../../resources/domain/decide-resource.js';
import type { ResourceState } from '../../resources/domain/resource-state.js';
import type {
  BatchTransaction,
  LockedGroup,
  LockStrength,
  Membership,
  ResourceRef,
} from './batch-transaction.js';
import { resourceKey, type QueuedCommand, type ResourceKey } from './queued-command.js';
import { StateLedger } from './state-ledger.js';

/** Somebody else changed what this batch was about to lock: nothing was done, the batch is to be run again. */
export class BatchConflictError extends Error {
  override readonly name = 'BatchConflictError';
}

const NOBODY: ReadonlyMap<ResourceKey, ResourceState | 'exists'> = new Map();
const NO_GROUPS: ReadonlyMap<ResourceKey, LockedGroup> = new Map();
const NO_RESOURCES: ReadonlyMap<ResourceKey, OwnResourceState> = new Map();

/** Everything that the decisions of a batch look at, locked. */
export interface LockedRows {
  readonly users: StateLedger<ResourceState>;
  readonly groups: ReadonlyMap<ResourceKey, GroupWork>;
  /** Groups that each deleted user or group was a member of before the batch. */
  readonly groupsOf: ReadonlyMap<ResourceKey, readonly GroupWork[]>;
  /** Of the tenants' own types. */
  readonly resources: StateLedger<OwnResourceState>;
}

/**
 * Locks in one order everywhere: users, then groups, then resources of the tenants' own types, each by id and in one statement with the strongest strength that any of
 * its rows needs, so that two batches never wait for each other in a circle. A user who is made a member is locked too (she
 * cannot be deleted meanwhile); who is deleted is locked first and her groups are read after that.
 */
export async function lockRows(
  tx: BatchTransaction,
  commands: readonly QueuedCommand[],
): Promise<LockedRows> {
  const wanted = wantedLocks(commands);
  const lockedUsers =
    wanted.users.size === 0
      ? NOBODY
      : await tx.lockUsers([...wanted.users.values()], wanted.changingUsers, wanted.userStrength);
  const users = new StateLedger(lockedUsers);
  for (const [key, ref] of wanted.members) if (!lockedUsers.has(key)) wanted.groups.set(key, ref);

  const deleted = wanted.deleted.filter(
    (ref) => wanted.groups.has(keyOf(ref)) || lockedUsers.has(keyOf(ref)),
  );
  if (deleted.length > 0) addGroupsOf(wanted.groups, await tx.readMembershipsOf(deleted));
  const lockedGroups =
    wanted.groups.size === 0
      ? NO_GROUPS
      : await tx.lockGroups([...wanted.groups.values()], wanted.groupStrength);
  const groups = new Map<ResourceKey, GroupWork>();
  for (const [key, ref] of wanted.groups) {
    const state = lockedGroups.get(key);
    if (state !== undefined) groups.set(key, new GroupWork(ref.tenantId, ref.id, state));
  }
  for (const { command } of commands) {
    if (command.type !== 'group.create.requested') continue;
    groups.set(
      resourceKey(command.tenantId, command.resourceId),
      new GroupWork(command.tenantId, command.resourceId, null),
    );
  }
  const groupsOf =
    deleted.length === 0
      ? new Map<ResourceKey, GroupWork[]>()
      : await readGroupsOf(tx, deleted, wanted.groups, groups);
  await readMemberships(tx, commands, groups);
  const lockedResources =
    wanted.resources.size === 0 ? NO_RESOURCES : await tx.lockResources([...wanted.resources.values()]);
  return { users, groups, groupsOf, resources: new StateLedger(lockedResources) };
}

interface WantedLocks {
  readonly users: Map<ResourceKey, ResourceRef>;
  readonly changingUsers: Set<ResourceKey>;
  readonly members: Map<ResourceKey, ResourceRef>;
  readonly groups: Map<ResourceKey, ResourceRef>;
  readonly deleted: ResourceRef[];
  readonly resources: Map<ResourceKey, ResourceRef>;
  userStrength: LockStrength;
  groupStrength: LockStrength;
}

function wantedLocks(commands: readonly QueuedCommand[]): WantedLocks {
  const wanted: WantedLocks = {
    users: new Map(),
    changingUsers: new Set(),
    members: new Map(),
    groups: new Map(),
    deleted: [],
    resources: new Map(),
    userStrength: 'key share',
    groupStrength: 'no key update',
  };
  for (const { command, intent } of commands) {
    const { tenantId } = command;
    const own: ResourceRef = { tenantId, id: command.resourceId };
    const key = keyOf(own);
    if (
      command.type === 'user.replace.requested' ||
      command.type === 'user.patch.requested' ||
      command.type === 'user.delete.requested'
    ) {
      wanted.users.set(key, own);
      wanted.changingUsers.add(key);
      if (wanted.userStrength === 'key share') wanted.userStrength = 'no key update';
    }
    if (command.type === 'user.delete.requested') wanted.userStrength = 'update';
    if (command.type === 'group.delete.requested') wanted.groupStrength = 'update';
    if (command.type === 'user.delete.requested' || command.type === 'group.delete.requested')
      wanted.deleted.push(own);
    if (
      command.type === 'group.replace.requested' ||
      command.type === 'group.patch.requested' ||
      command.type === 'group.delete.requested'
    ) {
      wanted.groups.set(key, own);
    }
    if (resourceKindOf(command.type) === 'resource' && command.type !== 'resource.create.requested')
      wanted.resources.set(key, own);
    for (const id of intent?.memberIds ?? []) {
      const member = { tenantId, id };
      wanted.members.set(keyOf(member), member);
      wanted.users.set(keyOf(member), member);
    }
  }
  return wanted;
}

function keyOf(ref: { readonly tenantId: string; readonly id: string }): ResourceKey {
  return resourceKey(ref.tenantId, ref.id);
}

function addGroupsOf(groups: Map<ResourceKey, ResourceRef>, memberships: readonly Membership[]): void {
  for (const { tenantId, groupId } of memberships)
    groups.set(resourceKey(tenantId, groupId), { tenantId, id: groupId });
}

/**
 * Reads once more, now that the groups are locked. A user who is deleted can have lost groups meanwhile, but gained none; a
 * group that is deleted was not locked at the first look and may have gained a parent.
 */
async function readGroupsOf(
  tx: BatchTransaction,
  deleted: readonly ResourceRef[],
  wanted: ReadonlyMap<ResourceKey, ResourceRef>,
  groups: ReadonlyMap<ResourceKey, GroupWork>,
): Promise<ReadonlyMap<ResourceKey, readonly GroupWork[]>> {
  const groupsOf = new Map<ResourceKey, GroupWork[]>();
  for (const membership of await tx.readMembershipsOf(deleted)) {
    const groupKey = resourceKey(membership.tenantId, membership.groupId);
    if (!wanted.has(groupKey))
      throw new BatchConflictError('a group got a new parent while it was about to be deleted');
    const work = groups.get(groupKey);
    if (work === undefined) continue;
    work.learnMember(membership);
    const memberKey = resourceKey(membership.tenantId, membership.memberId);
    const works = groupsOf.get(memberKey);
    if (works === undefined) groupsOf.set(memberKey, [work]);
    else works.push(work);
  }
  return groupsOf;
}

async function readMemberships(
  tx: BatchTransaction,
  commands: readonly QueuedCommand[],
  groups: ReadonlyMap<ResourceKey, GroupWork>,
): Promise<void> {
  const whole = new Map<ResourceKey, ResourceRef>();
  for (const { command, intent } of commands) {
    if (intent?.needsAllMembers === true)
      whole.set(resourceKey(command.tenantId, command.resourceId), {
        tenantId: command.tenantId,
        id: command.resourceId,
      });
  }
  const pairs: { tenantId: ResourceRef['tenantId']; groupId: ResourceId; memberId: ResourceId }[] = [];
  for (const { command, intent } of commands) {
    const key = resourceKey(command.tenantId, command.resourceId);
    if (intent === null || whole.has(key) || (groups.get(key)?.initial ?? null) === null) continue;
    for (const memberId of intent.memberIds)
      pairs.push({ tenantId: command.tenantId, groupId: command.resourceId, memberId });
  }
  const stored = [...whole.values()].filter((ref) => (groups.get(keyOf(ref))?.initial ?? null) !== null);
  const [some, all] = await Promise.all([
    pairs.length === 0 ? [] : tx.readMembershipPairs(pairs),
    stored.length === 0 ? [] : tx.readAllMembers(stored),
  ]);
  for (const membership of [...some, ...all])
    groups.get(resourceKey(membership.tenantId, membership.groupId))?.learnMember(membership);
  for (const key of whole.keys()) groups.get(key)?.learnedAll();
}
