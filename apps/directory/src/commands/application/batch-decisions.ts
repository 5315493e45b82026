import {
  causeOf,
  resourceKindOf,
  type Command,
  type CommandId,
  type CommandOutcome,
  type Fact,
  type Outcome,
  type ProvisioningFailure,
  type ResourceId,
} from '@muster/contracts';
import type { ResourceType, ScimDocument } from '@muster/scim';
import { decideGroup } from '../../groups/domain/decide-group.js';
import type { MemberKind } from '../../groups/domain/membership.js';
import { decideResource, ownerOf } from '../../resources/domain/decide-resource.js';
import { isRefusal, type DecisionContext, type Refusal } from '../../resources/domain/decision.js';
import { toStoredResource, type ResourceState } from '../../resources/domain/resource-state.js';
import { uniqueNamesOf, valuesIn, type NameOwner } from '../../resources/domain/unique-name.js';
import { decideUser, userNameKeyOf } from '../../users/domain/decide-user.js';
import type {
  Admission,
  AdmittedTenant,
  BatchEffects,
  ResourceRef,
  UndeliveredCreate,
} from './batch-transaction.js';
import { causeOfCommand, factOf } from './fact-of.js';
import { failureOf } from './failure-of-command.js';
import type { GroupWork } from './group-ledger.js';
import type { LockedRows } from './locked-rows.js';
import type { NameLedger } from './name-ledger.js';
import { groupWrites, resourceWrites, userWrites } from './net-writes.js';
import type { ReservedNames } from './reserved-names.js';
import { typedCommand, typeOfCommand } from './typed-command.js';
import {
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
  private readonly warned: Command[] = [];
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

  decide(untyped: QueuedCommand, rows: LockedRows, reserved: ReservedNames): Outcome {
    const tenant = this.admission.tenants.get(untyped.command.tenantId);
    if (tenant === undefined) throw new Error('a command of an unknown tenant was admitted');
    const queued = typedCommand(untyped, tenant.types, tenant.settings);
    if (isRefusal(queued)) return this.reject(untyped, queued, documentIn(untyped));
    if (queued.command.warnings !== untyped.command.warnings) this.warned.push(queued.command);
    const context = contextOf(queued, tenant, reserved.names, this.nowMs);
    const decision = this.decideKind(queued, rows, reserved, context);
    if ('status' in decision) return decision;
    return (
      this.repeatCreate(queued, decision.refusal, rows, reserved.undelivered) ??
      this.reject(queued, decision.refusal, decision.document)
    );
  }

  private decideKind(
    queued: QueuedCommand,
    rows: LockedRows,
    reserved: ReservedNames,
    context: DecisionContext,
  ): Outcome | RefusedAbout {
    switch (resourceKindOf(queued.command.type)) {
      case 'user':
        return this.decideUser(queued, rows, reserved, context);
      case 'group':
        return this.decideGroup(queued, rows, reserved.names, context);
      case 'resource':
        return this.decideResource(queued, rows, reserved.names, context);
    }
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
      ...userWrites(rows.users.changes()),
      ...resourceWrites(rows.resources.changes()),
      ...groupWrites(rows.groups.values()),
      namesReleased: released,
      namesTaken: taken,
      ...formerUsers.netWrites(),
      createdByRenewed: this.createdByRenewed,
      outcomes: this.decided,
      facts: [...rows.users.facts, ...groupFacts, ...rows.resources.facts],
      failures: this.failures,
      warned: this.warned,
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
      moveNames(names, { tenantId, id, owner: 'user' }, context.types.user, context, state, next);
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
    moveNames(names, { tenantId, id, owner: 'group' }, context.types.group, context, state, decision.next);
    work.accept(decision, causeOfCommand(command), queued.traceparent);
    this.noteJoined(work, decision.membership.added.keys());
    if (decision.next === null) this.leaveGroups(queued, rows);
    const changed = decision.next !== state;
    const version = work.current?.version ?? (work.initial?.version ?? 0) + 1;
    return this.accept(queued, id, work.current, version, changed);
  }

  private decideResource(
    queued: QueuedCommand,
    rows: LockedRows,
    names: NameLedger,
    context: DecisionContext,
  ): Outcome | RefusedAbout {
    const { command, traceparent } = queued;
    const { tenantId, resourceId: id } = command;
    const type = typeOfCommand(command, context.types);
    if (type === null) throw new Error('a command about a type that is not there was typed');
    const stored = rows.resources.stateOf(tenantId, id);
    // An id of another type is none of this one.
    const state = stored?.type === type.name ? stored : null;
    const decision = decideResource(type, state, command, context);
    if (decision.kind === 'rejected')
      return { refusal: decision, document: documentIn(queued) ?? state?.document ?? null };
    const { next, fact } = decision;
    const version = next?.version ?? (state?.version ?? 0) + 1;
    if (fact !== null) {
      moveNames(names, { tenantId, id, owner: ownerOf(type) }, type, context, state, next);
      rows.resources.move(tenantId, id, next);
      const told = { ...fact, resourceType: type.name, tenantId, resourceId: id, version, part: 1, parts: 1 };
      const cause = causeOfCommand(command);
      rows.resources.tell(factOf({ ...told, state: next, cause, atMs: this.nowMs }), traceparent);
    }
    return this.accept(queued, id, next, version, fact !== null);
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
      rows.resources.isTouched(command.tenantId, refusal.holder) ||
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
    types: tenant.types,
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

/** A resource gives up the names of its document before and takes those of its document after. */
function moveNames(
  names: NameLedger,
  { tenantId, id, owner }: ResourceRef & { readonly owner: NameOwner },
  type: ResourceType,
  { settings }: DecisionContext,
  before: ResourceState | null,
  after: ResourceState | null,
): void {
  const namesOf = (state: ResourceState | null) =>
    state === null ? [] : uniqueNamesOf(owner, type, valuesIn(state.document), settings);
  names.move(tenantId, id, namesOf(before), namesOf(after));
}
