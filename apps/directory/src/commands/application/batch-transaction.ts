import type {
  Command,
  CommandId,
  DomainPolicy,
  Fact,
  Outcome,
  ProvisioningFailure,
  ResourceId,
  ResourceKind,
  TenantId,
  TenantSettings,
  TenantState,
  TokenId,
} from '@muster/contracts';
import type { ResourceTypes } from '@muster/scim';
import type { MemberKind } from '../../groups/domain/membership.js';
import type { OwnResourceState } from '../../resources/domain/decide-resource.js';
import type { ResourceState } from '../../resources/domain/resource-state.js';
import type { UniqueName } from '../../resources/domain/unique-name.js';
import type { FormerUser } from '../../users/domain/former-user.js';
import type { QueuedMessage, ResourceKey } from './queued-command.js';

export interface ResourceRef {
  readonly tenantId: TenantId;
  readonly id: ResourceId;
}

/** What the registry says of a tenant and its tokens, inside the transaction. */
export interface Admission {
  readonly tenants: ReadonlyMap<TenantId, AdmittedTenant>;
  readonly aliveTokens: ReadonlySet<TokenId>;
}

export interface AdmittedTenant {
  readonly state: TenantState;
  readonly domainPolicy: DomainPolicy;
  readonly settings: TenantSettings;
  readonly types: ResourceTypes;
}

/** Strongest lock that any row of the statement needs; one statement, one strength, id order. */
export type LockStrength = 'key share' | 'no key update' | 'update';

export interface LockedGroup extends ResourceState {
  readonly memberCount: number;
}

export interface Membership {
  readonly tenantId: TenantId;
  readonly groupId: ResourceId;
  readonly memberId: ResourceId;
  readonly memberKind: MemberKind;
}

export interface NameCandidate {
  readonly tenantId: TenantId;
  readonly name: UniqueName;
  readonly resourceId: ResourceId;
}

/** A resource whose creating answer never reached its client. */
export interface UndeliveredCreate {
  readonly tenantId: TenantId;
  readonly state: ResourceState;
  readonly documentHash: string;
}

export interface UserWrite {
  readonly tenantId: TenantId;
  readonly state: ResourceState;
  readonly emailsChanged: boolean;
}

export interface GroupWrite {
  readonly tenantId: TenantId;
  readonly state: ResourceState;
  readonly memberCount: number;
}

/** A resource of a tenant's own type. */
export interface OwnResourceWrite {
  readonly tenantId: TenantId;
  readonly state: OwnResourceState;
}

export interface OwnResourceDelete extends ResourceRef {
  readonly type: string;
}

export interface NameWrite {
  readonly tenantId: TenantId;
  readonly name: UniqueName;
  readonly resourceId: ResourceId;
  /** The row is there, reserved by this batch for another of its commands; otherwise it must not be there. */
  readonly reserved: boolean;
}

/** Where a former user is kept. */
export interface FormerUserRef {
  readonly tenantId: TenantId;
  /** Normalised. */
  readonly userNameKey: string;
}

export interface FormerUserWrite extends FormerUserRef {
  readonly former: FormerUser;
}

/** Net effects of a batch: every row at most once. */
export interface BatchEffects {
  readonly usersInserted: readonly UserWrite[];
  readonly usersUpdated: readonly UserWrite[];
  readonly usersDeleted: readonly ResourceRef[];
  readonly groupsInserted: readonly GroupWrite[];
  readonly groupsUpdated: readonly GroupWrite[];
  readonly groupsDeleted: readonly ResourceRef[];
  readonly resourcesInserted: readonly OwnResourceWrite[];
  readonly resourcesUpdated: readonly OwnResourceWrite[];
  readonly resourcesDeleted: readonly OwnResourceDelete[];
  readonly membersAdded: readonly Membership[];
  readonly membersRemoved: readonly Omit<Membership, 'memberKind'>[];
  readonly namesReleased: readonly Omit<NameWrite, 'resourceId' | 'reserved'>[];
  readonly namesTaken: readonly NameWrite[];
  readonly formerUsersKept: readonly FormerUserWrite[];
  readonly formerUsersBack: readonly FormerUserRef[];
  /** Resources that from now on count as created by another command: its answer repeats the first one. */
  readonly createdByRenewed: readonly { readonly ref: ResourceRef; readonly createdBy: CommandId }[];
  readonly outcomes: readonly { readonly queued: QueuedMessage; readonly outcome: Outcome }[];
  readonly facts: readonly { readonly fact: Fact; readonly traceparent: string | null }[];
  readonly failures: readonly ProvisioningFailure[];
  /** Commands that have more warnings than they were claimed with. */
  readonly warned: readonly Command[];
  readonly nowMs: number;
}

/**
 * One database transaction of the write path: each method is a step, named as in ARCHITECTURE.md, set-based, one statement
 * or a few, never one per command.
 */
export interface BatchTransaction {
  /**
   * Claims the commands: the first insert of a command id decides what becomes of it. Returns the outcomes of those that
   * somebody else decided before (applied, cancelled, expired); the others are ours.
   */
  claim(messages: readonly QueuedMessage[], nowMs: number): Promise<ReadonlyMap<CommandId, Outcome>>;
  readAdmission(tenants: readonly TenantId[], tokens: readonly TokenId[]): Promise<Admission>;
  /** Locks users in id order. `changing` come with their state, the others only as existing. */
  lockUsers(
    refs: readonly ResourceRef[],
    changing: ReadonlySet<ResourceKey>,
    strength: LockStrength,
  ): Promise<ReadonlyMap<ResourceKey, ResourceState | 'exists'>>;
  lockGroups(
    refs: readonly ResourceRef[],
    strength: LockStrength,
  ): Promise<ReadonlyMap<ResourceKey, LockedGroup>>;
  /** Locks resources of the tenants' own types, whatever their type, in id order. */
  lockResources(refs: readonly ResourceRef[]): Promise<ReadonlyMap<ResourceKey, OwnResourceState>>;
  /** Member counts of groups, without locks. */
  readMemberCounts(groups: readonly ResourceRef[]): Promise<ReadonlyMap<ResourceKey, number>>;
  /** All groups that one of these is a member of. */
  readMembershipsOf(members: readonly ResourceRef[]): Promise<readonly Membership[]>;
  /** Of the pairs given, those that exist. */
  readMembershipPairs(pairs: readonly Omit<Membership, 'memberKind'>[]): Promise<readonly Membership[]>;
  /** Every member of these groups. */
  readAllMembers(groups: readonly ResourceRef[]): Promise<readonly Membership[]>;
  /**
   * Inserts each free name for its candidate, in sorted order, and returns for every name who held it before: null where it
   * was free and is now ours.
   */
  reserveNames(
    candidates: readonly NameCandidate[],
  ): Promise<readonly (NameCandidate & { readonly holder: ResourceId | null })[]>;
  findUndeliveredCreates(
    holders: readonly (ResourceRef & { readonly kind: ResourceKind })[],
  ): Promise<readonly UndeliveredCreate[]>;
  /** To be asked after the names are reserved. */
  findFormerUsers(refs: readonly FormerUserRef[]): Promise<readonly FormerUserWrite[]>;
  write(effects: BatchEffects): void;
  /** Runs steps so that their failure, that of their writes too, undoes them alone; the error is thrown on. */
  savepoint<Result>(work: () => Promise<Result>): Promise<Result>;
}

export type Lane = 'main' | 'heavy';

/** Runs the work in one transaction that sees exactly these tenants; resolves after the commit is durable. */
export interface BatchStore {
  transaction<Result>(
    lane: Lane,
    tenants: readonly TenantId[],
    work: (tx: BatchTransaction) => Promise<Result>,
  ): Promise<Result>;
  /** Member counts of groups, without locks: decides the lane. */
  readMemberCounts(groups: readonly ResourceRef[]): Promise<ReadonlyMap<ResourceKey, number>>;
  /**
   * What a failure of `transaction` calls for: `wait`: the store is away, the same again until it is back; `retry`: somebody
   * was in the way, the same again; `isolate`: one of the commands is at fault.
   */
  classify(error: unknown): 'wait' | 'retry' | 'isolate';
  /** The failure was a row that stayed locked or work that took too long: no fault of the command itself. */
  isContention(error: unknown): boolean;
}
