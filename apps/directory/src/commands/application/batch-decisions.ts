import {
  causeOf,
  domainOf,
  operationOf,
  resourceKindOf,
  type CommandId,
  type CommandOutcome,
  type Fact,
  type Outcome,
  type ProvisioningFailure,
  type ResourceId,
} from '@muster/contracts';
import type { ScimDocument } from '@muster/scim';
import { decideGroup } from '../../groups/domain/decide-group.js';
import type { MemberKind } from '../../groups/domain/membership.js';
import { uniqueNamesOfGroup } from '../../groups/domain/unique-names-of-group.js';
import type { DecisionContext, Refusal } from '../../resources/domain/decision.js';
import { toStoredResource, type ResourceState } from '../../resources/domain/resource-state.js';
import { decideUser, userNameKeyOf } from '../../users/domain/decide-user.js';
import { uniqueNamesOfUser } from '../../users/domain/unique-names-of-user.js';
import type {
  Admission,
  AdmittedTenant,
  BatchEffects,
  GroupDelete,
  GroupWrite,
  Membership,
  ResourceRef,
  UndeliveredCreate,
} from './batch-transaction.js';
import { causeOfCommand, factOf } from './fact-of.js';
import type { GroupWork } from './group-ledger.js';
import type { LockedRows } from './locked-rows.js';
import type { NameLedger } from './name-ledger.js';
import type { ReservedNames } from './reserved-names.js';
import {
  isJob,
  resourceKey,
  type QueuedCommand,
  type QueuedJob,
  type QueuedMessage,
  type ResourceKey,
} from './queued-command.js';

/**
 * Decides the commands of a batch one after the other, each on what the ones before it left in memory, and sums up what has to
 * be written.
 */
export class BatchDecisions {
  private readonly decided: { readonly queued: QueuedMessage; readonly outcome: Outcome }[] = [];
  private readonly failures: ProvisioningFailure[] = [];
  /** Groups that each member was added to. */
  private readonly joined = new Map<ResourceKey, GroupWork[]>();
  private readonly createdByRenewed: { readonly ref: ResourceRef; readonly createdBy: CommandId }[] = [];

  /** `promised`: resources that later commands are to create; who refers to them is taken at its word. */
  constructor(
    private readonly admission: Admission,
    private readonly nowMs: number,
    private readonly promised: ReadonlyMap<ResourceKey, MemberKind> = new Map(),
  ) {}

  expire(queued: QueuedMessage): Outcome {
    return this.conclude(queued, { status: 'expired' });
  }

  reject(queued: QueuedMessage, refusal: Refusal, document: ScimDocument | null): Outcome {
    if (causeOf(refusal.cause).notifies) this.failures.push(failureOf(queued, refusal, document, this.nowMs));
    return this.conclude(queued, { status: 'rejected', cause: refusal.cause, detail: refusal.detail });
  }

  /** A job whose parts have all been decided, or left alone where it was to stop. */
  finish(job: QueuedJob, results: readonly CommandOutcome[]): Outcome {
    const { resourceId } = job.command;
    return this.conclude(job, { status: 'applied', resourceId, version: 1, changed: true, results });
  }

  decide(queued: QueuedCommand, rows: LockedRows, reserved: ReservedNames): Outcome {
    const { names } = reserved;
    const tenant = this.admission.tenants.get(queued.command.tenantId);
    if (tenant === undefined) throw new Error('a command of an unknown tenant was admitted');
    const context = contextOf(queued, tenant, names, this.nowMs);
    const decision =
      resourceKindOf(queued.command.type) === 'user'
        ? this.decideUser(queued, rows, reserved, context)
        : this.decideGroup(queued, rows, names, context);
    if ('status' in decision) return decision;
    return (
      this.repeatCreate(queued, decision.refusal, rows, reserved.undelivered) ??
      this.reject(queued, decision.refusal, decision.document)
    );
  }

  outcomes(): [CommandId, Outcome][] {
    return this.decided.map(({ queued, outcome }) => [queued.command.commandId, outcome]);
  }

  effects(rows: LockedRows, { names, formerUsers }: ReservedNames): BatchEffects {
    const { released, taken } = names.netWrites();
    const groupFacts: { readonly fact: Fact; readonly traceparent: string | null }[] = [];
    for (const work of rows.groups.values()) {
      for (const fact of work.facts(this.nowMs)) groupFacts.push({ fact, traceparent: work.traceparent });
    }
    return {
      ...rows.users.netWrites(),
      ...groupWrites(rows.groups.values()),
      namesReleased: released,
      namesTaken: taken,
      ...formerUsers.netWrites(),
      createdByRenewed: this.createdByRenewed,
      outcomes: this.decided,
      facts: [...rows.users.facts, ...groupFacts],
      failures: this.failures,
      nowMs: this.nowMs,
    };
  }

  private conclude(queued: QueuedMessage, outcome: Outcome): Outcome {
    this.decided.push({ queued, outcome });
    return outcome;
  }

  private accept(
    queued: QueuedCommand,
    resourceId: ResourceId,
    state: ResourceState | null,
    version: number,
    changed: boolean,
  ): Outcome {
    return this.conclude(queued, {
      status: 'applied',
      resourceId,
      version,
      changed,
      ...(state === null ? {} : { resource: toStoredResource(state) }),
    });
  }

  private decideUser(
    queued: QueuedCommand,
    rows: LockedRows,
    { names, formerUsers }: ReservedNames,
    context: DecisionContext,
  ): Outcome | RefusedAbout {
    const { command } = queued;
    const { tenantId } = command;
    const state = rows.users.stateOf(tenantId, command.resourceId);
    const decision = decideUser(state, command, { ...context, formerUsers: formerUsers.of(tenantId) });
    if (decision.kind === 'rejected')
      return { refusal: decision, document: documentIn(queued) ?? state?.document ?? null };
    const { next, fact, former } = decision;
    // A former user comes back with the id that she had.
    const id = next?.id ?? command.resourceId;
    if (former !== undefined && state !== null)
      formerUsers.move(tenantId, userNameKeyOf(state.document), former);
    if (next !== null && id !== command.resourceId)
      formerUsers.move(tenantId, userNameKeyOf(next.document), null);
    const version = next?.version ?? (state?.version ?? 0) + 1;
    if (fact !== null) {
      names.move(
        tenantId,
        id,
        state === null ? [] : uniqueNamesOfUser(state.document, context.settings),
        next === null ? [] : uniqueNamesOfUser(next.document, context.settings),
      );
      rows.users.move(tenantId, id, next);
      const cause = causeOfCommand(command);
      rows.users.tell(
        factOf({
          ...fact,
          tenantId,
          resourceId: id,
          version,
          part: 1,
          parts: 1,
          state: next,
          cause,
          atMs: this.nowMs,
        }),
        queued.traceparent,
      );
      if (next === null) this.leaveGroups(queued, rows);
    }
    return this.accept(queued, id, next, version, fact !== null);
  }

  private decideGroup(
    queued: QueuedCommand,
    rows: LockedRows,
    names: NameLedger,
    context: DecisionContext,
  ): Outcome | RefusedAbout {
    const { command, intent } = queued;
    const { tenantId, resourceId: id } = command;
    if (intent === null) throw new Error('a command about a group came without its intent');
    const work = rows.groups.get(resourceKey(tenantId, id)) ?? null;
    const state = work?.current ?? null;
    const decision = decideGroup(state, command, intent, {
      ...context,
      membership: work ?? { has: () => false, all: () => [], extent: 0 },
      members: {
        kindOf: (memberId) =>
          memberKind(rows, queued, memberId) ?? this.promised.get(resourceKey(tenantId, memberId)) ?? null,
      },
    });
    if (decision.kind === 'rejected')
      return { refusal: decision, document: intent.document ?? state?.document ?? null };
    if (work === null) throw new Error('a group that is not there was changed');
    names.move(
      tenantId,
      id,
      state === null ? [] : uniqueNamesOfGroup(state.document, context.settings),
      decision.next === null ? [] : uniqueNamesOfGroup(decision.next.document, context.settings),
    );
    work.accept(decision, causeOfCommand(command), queued.traceparent);
    this.noteJoined(work, decision.membership.added.keys());
    if (decision.next === null) this.leaveGroups(queued, rows);
    const changed = decision.next !== state;
    const version = work.current?.version ?? (work.initial?.version ?? 0) + 1;
    return this.accept(queued, id, work.current, version, changed);
  }

  /** Whoever is deleted leaves the groups it is a member of: those it was in, and those that this batch put it into. */
  private leaveGroups(queued: QueuedCommand, rows: LockedRows): void {
    const { tenantId, resourceId } = queued.command;
    const key = resourceKey(tenantId, resourceId);
    for (const work of [...(rows.groupsOf.get(key) ?? []), ...(this.joined.get(key) ?? [])])
      work.lose(resourceId, this.nowMs, causeOfCommand(queued.command), queued.traceparent);
  }

  private noteJoined(work: GroupWork, members: Iterable<ResourceId>): void {
    for (const memberId of members) {
      const key = resourceKey(work.tenantId, memberId);
      const works = this.joined.get(key);
      if (works === undefined) this.joined.set(key, [work]);
      else works.push(work);
    }
  }

  /**
   * An identical POST after an answer that never arrived gets the first answer again, as long as the resource is as that POST
   * left it. Any other duplicate is a conflict.
   */
  private repeatCreate(
    queued: QueuedCommand,
    refusal: Refusal,
    rows: LockedRows,
    undelivered: ReadonlyMap<ResourceKey, UndeliveredCreate>,
  ): Outcome | null {
    const { command } = queued;
    if (refusal.holder === undefined || !('documentHash' in command)) return null;
    const key = resourceKey(command.tenantId, refusal.holder);
    if (
      rows.users.isTouched(command.tenantId, refusal.holder) ||
      (rows.groups.get(key)?.cause ?? null) !== null
    )
      return null;
    const first = undelivered.get(key);
    if (first === undefined || first.documentHash !== command.documentHash || first.state.version !== 1)
      return null;
    this.createdByRenewed.push({
      ref: { tenantId: command.tenantId, id: first.state.id },
      createdBy: command.commandId,
    });
    return this.conclude(queued, {
      status: 'applied',
      resourceId: first.state.id,
      version: first.state.version,
      changed: false,
      resource: toStoredResource(first.state),
    });
  }
}

interface RefusedAbout {
  readonly refusal: Refusal;
  readonly document: ScimDocument | null;
}

function contextOf(
  queued: QueuedCommand,
  tenant: AdmittedTenant,
  names: NameLedger,
  nowMs: number,
): DecisionContext {
  return {
    nowMs,
    settings: tenant.settings,
    domainPolicy: tenant.domainPolicy,
    names: names.holdersFor(queued.command.tenantId),
  };
}

function memberKind(
  rows: LockedRows,
  { command }: QueuedCommand,
  memberId: QueuedCommand['command']['resourceId'],
) {
  if (rows.users.exists(command.tenantId, memberId)) return 'User' as const;
  const group = rows.groups.get(resourceKey(command.tenantId, memberId));
  return group !== undefined && group.current !== null ? ('Group' as const) : null;
}

function documentIn({ command }: QueuedCommand): ScimDocument | null {
  return 'document' in command ? command.document : null;
}

function groupWrites(works: Iterable<GroupWork>) {
  const groupsInserted: GroupWrite[] = [];
  const groupsUpdated: GroupWrite[] = [];
  const groupsDeleted: GroupDelete[] = [];
  const membersAdded: Membership[] = [];
  const membersRemoved: Omit<Membership, 'memberKind'>[] = [];
  for (const work of works) {
    const { tenantId, id, initial, current } = work;
    if (work.cause === null) continue;
    if (current === null) {
      if (initial !== null) groupsDeleted.push({ tenantId, id, memberCount: initial.memberCount });
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

function failureOf(
  queued: QueuedMessage,
  refusal: Refusal,
  document: ScimDocument | null,
  nowMs: number,
): ProvisioningFailure {
  const { command } = queued;
  const { status, scimType } = causeOf(refusal.cause);
  const text = (name: string): Record<string, string> => {
    const value = document?.[name];
    return typeof value === 'string' ? { [name]: value } : {};
  };
  const userName = document?.userName;
  const domain =
    refusal.cause === 'domain_not_registered' && typeof userName === 'string' ? domainOf(userName) : null;
  return {
    // One failure per command, however often it is published.
    failureId: command.commandId,
    tenantId: command.tenantId,
    cause: refusal.cause,
    status,
    ...(scimType === undefined ? {} : { scimType }),
    detail: refusal.detail,
    ...matterOf(queued),
    subject: { ...text('userName'), ...text('displayName'), ...text('externalId') },
    groupingKey: domain ?? refusal.cause,
    requestId: command.requestId,
    source: 'directory',
    occurredAt: new Date(nowMs).toISOString(),
    ...(queued.traceparent === null ? {} : { traceparent: queued.traceparent }),
  };
}

/** What was asked for, of what. A job that failed as a whole has the kind of its first part. */
function matterOf(queued: QueuedMessage) {
  const { resourceId } = queued.command;
  if (!isJob(queued)) {
    const { type } = queued.command;
    return { operation: operationOf(type), resourceKind: resourceKindOf(type), resourceId };
  }
  const [first] = queued.parts;
  return {
    operation: 'bulk' as const,
    resourceKind: first === undefined ? ('user' as const) : resourceKindOf(first.command.type),
    resourceId,
  };
}
