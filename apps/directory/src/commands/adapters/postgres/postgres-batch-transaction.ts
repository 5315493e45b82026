import type { CommandId, Outcome, ResourceKind, TenantId, TenantSettings, TokenId } from '@muster/contracts';
import type { Transaction } from '@muster/persistence';
import type {
  Admission,
  BatchEffects,
  BatchTransaction,
  FormerUserRef,
  FormerUserWrite,
  LockStrength,
  Membership,
  NameCandidate,
  ResourceRef,
} from '../../application/batch-transaction.js';
import type { QueuedMessage, ResourceKey } from '../../application/queued-command.js';
import type { KnownSchemas } from '../../../tenants/application/known-schemas.js';
import { claimCommands } from './claim-commands.js';
import { findFormerUsers } from './former-users.js';
import {
  lockGroups,
  lockResources,
  lockUsers,
  readAllMembers,
  readMemberCounts,
  readMembershipPairs,
  readMembershipsOf,
} from './lock-rows.js';
import { readAdmission } from './read-admission.js';
import { findUndeliveredCreates, reserveNames } from './reserve-names.js';
import { writeEffects } from './write-effects.js';

/** The steps of the write path in SQL; each lives in a file of its own beside this one. */
export class PostgresBatchTransaction implements BatchTransaction {
  /** Members that came and went. */
  membersWritten = 0;

  constructor(
    private readonly tx: Transaction,
    private readonly defaults: TenantSettings,
    private readonly schemas: KnownSchemas,
  ) {}

  claim(messages: readonly QueuedMessage[], nowMs: number): Promise<ReadonlyMap<CommandId, Outcome>> {
    return claimCommands(this.tx, messages, nowMs);
  }

  readAdmission(tenants: readonly TenantId[], tokens: readonly TokenId[]): Promise<Admission> {
    return readAdmission(this.tx, this.defaults, this.schemas, tenants, tokens);
  }

  lockUsers(refs: readonly ResourceRef[], changing: ReadonlySet<ResourceKey>, strength: LockStrength) {
    return lockUsers(this.tx, refs, changing, strength);
  }

  lockGroups(refs: readonly ResourceRef[], strength: LockStrength) {
    return lockGroups(this.tx, refs, strength);
  }

  lockResources(refs: readonly ResourceRef[]) {
    return lockResources(this.tx, refs);
  }

  readMemberCounts(groups: readonly ResourceRef[]): Promise<ReadonlyMap<ResourceKey, number>> {
    return readMemberCounts(this.tx, groups);
  }

  readMembershipsOf(members: readonly ResourceRef[]): Promise<readonly Membership[]> {
    return readMembershipsOf(this.tx, members);
  }

  readMembershipPairs(pairs: readonly Omit<Membership, 'memberKind'>[]): Promise<readonly Membership[]> {
    return readMembershipPairs(this.tx, pairs);
  }

  readAllMembers(groups: readonly ResourceRef[]): Promise<readonly Membership[]> {
    return readAllMembers(this.tx, groups);
  }

  reserveNames(candidates: readonly NameCandidate[]) {
    return reserveNames(this.tx, candidates);
  }

  findUndeliveredCreates(holders: readonly (ResourceRef & { readonly kind: ResourceKind })[]) {
    return findUndeliveredCreates(this.tx, holders);
  }

  findFormerUsers(refs: readonly FormerUserRef[]): Promise<readonly FormerUserWrite[]> {
    return findFormerUsers(this.tx, refs);
  }

  write(effects: BatchEffects): void {
    this.membersWritten += effects.membersAdded.length + effects.membersRemoved.length;
    writeEffects(this.tx, effects);
  }

  savepoint<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.tx.savepoint('parts', work);
  }
}
