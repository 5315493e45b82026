import {
  operationOf,
  resourceKindOf,
  type CommandId,
  type CommandOutcome,
  type Outcome,
} from '@muster/contracts';
import type { ScimDocument } from '@muster/scim';
import type { MemberKind } from '../../groups/domain/membership.js';
import { refuse } from '../../resources/domain/decision.js';
import { Breath } from './breath.js';
import { admit, type BatchClock } from './admit.js';
import { BatchDecisions } from './batch-decisions.js';
import type { Admission, BatchTransaction, ResourceRef } from './batch-transaction.js';
import { divide } from './divided-parts.js';
import { lockRows } from './locked-rows.js';
import { resourceKey, type QueuedJob, type QueuedPart, type ResourceKey } from './queued-command.js';
import { renameParts, type KnownResource } from './renamed-parts.js';
import { noNames, reserveNames } from './reserved-names.js';

/**
 * Applies a bulk command inside one transaction and returns its outcome with that of each part. The job is claimed like any
 * command, which decides duplicates, cancellation and expiry for the whole; its parts are decided like any batch, in their
 * order, and stored with a row each.
 *
 * Guarantee: a part that is refused, or that cannot be stored, costs only itself and what refers to it. Not promised: that
 * parts about one resource get a version each; a group moves by one version, as in every batch.
 *
 * `isFaulty` tells an error that one of the parts must be at fault for from those that call for the whole job again.
 */
export async function applyJob(
  tx: BatchTransaction,
  job: QueuedJob,
  clock: BatchClock,
  isFaulty: (error: unknown) => boolean,
): Promise<Outcome> {
  const nowMs = clock.nowMs();
  const { commandId, tenantId, tokenId } = job.command;
  const [earlier, admission] = await Promise.all([
    tx.claim([job], nowMs),
    tx.readAdmission([tenantId], [tokenId]),
  ]);
  const decided = earlier.get(commandId);
  if (decided !== undefined) return decided;
  const decisions = new BatchDecisions(admission, nowMs);
  if (admit([job], admission, clock, decisions).length > 0) {
    const run = new JobRun(tx, admission, nowMs, job.command.failOnErrors ?? Infinity, isFaulty);
    await run.apply(job.parts);
    decisions.finish(job, run.results(job.parts));
  }
  tx.write(decisions.effects(await lockRows(tx, []), noNames()));
  const [[, outcome] = []] = decisions.outcomes();
  if (outcome === undefined) throw new Error('a job was neither refused nor finished');
  return outcome;
}

/** A part was decided on the word of another that then was not applied: everything since is decided again, without it. */
class BrokenPromiseError extends Error {
  override readonly name = 'BrokenPromiseError';

  constructor(readonly commandIds: readonly CommandId[]) {
    super('a resource that others refer to was not created');
  }
}

/** Creates turned out to be repetitions: what refers to them is decided again with the ids of what is there. */
class RepeatedCreateError extends Error {
  override readonly name = 'RepeatedCreateError';

  constructor(readonly known: ReadonlyMap<CommandId, KnownResource>) {
    super('a resource that others refer to was created by an earlier request');
  }
}

/** Rounds in which promises are believed; then what refers to later parts is refused. */
const PROMISING_ROUNDS_MAX = 5;

/** Members of groups that the parts of one job may go through, all together: what it would hold everybody up with. */
export const JOB_MEMBERS_MAX = 500_000;

/** The parts of one job on their way through one transaction. */
class JobRun {
  private readonly outcomes = new Map<CommandId, Outcome>();
  private readonly broken = new Set<CommandId>();
  private readonly known = new Map<CommandId, KnownResource>();
  private rounds = 0;
  private failures = 0;

  constructor(
    private readonly tx: BatchTransaction,
    private readonly admission: Admission,
    private readonly nowMs: number,
    private readonly failuresMax: number,
    private readonly isFaulty: (error: unknown) => boolean,
  ) {}

  /** All of them as one batch, in as many statements as for one; when that cannot be stored, in halves. */
  async apply(parts: readonly QueuedPart[]): Promise<void> {
    try {
      this.take(await this.tx.savepoint(() => this.attempt(renameParts(parts, this.known))));
    } catch (error) {
      if (error instanceof BrokenPromiseError) {
        for (const commandId of error.commandIds) this.broken.add(commandId);
        this.rounds += 1;
        await this.apply(parts);
      } else if (error instanceof RepeatedCreateError) {
        for (const [commandId, resource] of error.known) this.known.set(commandId, resource);
        await this.apply(parts);
      } else if (this.isFaulty(error)) await this.applyApart(parts);
      else throw error;
    }
  }

  results(parts: readonly QueuedPart[]): CommandOutcome[] {
    return parts.flatMap(({ command: { commandId } }) => {
      const outcome = this.outcomes.get(commandId);
      return outcome === undefined ? [] : [{ commandId, outcome: withoutBody(outcome) }];
    });
  }

  private async applyApart(parts: readonly QueuedPart[]): Promise<void> {
    const halves = divide(parts);
    if (halves === null) this.take(await this.tx.savepoint(() => this.refuseAll(parts)));
    else for (const half of halves) await this.apply(half);
  }

  private take(decided: ReadonlyMap<CommandId, Outcome>): void {
    for (const [commandId, outcome] of decided) {
      this.outcomes.set(commandId, outcome);
      if (outcome.status !== 'applied') this.failures += 1;
    }
  }

  private async attempt(parts: readonly QueuedPart[]): Promise<ReadonlyMap<CommandId, Outcome>> {
    const promises = this.promisesAmong(parts);
    const decisions = new BatchDecisions(this.admission, this.nowMs, promisedKinds(parts, promises));
    const excessive = await this.excessiveAmong(parts);
    const bearable = excessive.size === 0 ? parts : parts.filter((part) => !excessive.has(part));
    const rows = await lockRows(this.tx, bearable);
    const reserved = await reserveNames(this.tx, bearable, this.admission);
    const decided = new Map<CommandId, Outcome>();
    const taken: QueuedPart[] = [];
    let failures = this.failures;
    const breath = new Breath();
    for (const part of parts) {
      if (part.refusedBefore + failures >= this.failuresMax) break;
      await breath.take();
      const isMet = (id: CommandId): boolean =>
        (decided.get(id) ?? this.outcomes.get(id))?.status === 'applied' || promises.has(id);
      const refusal = excessive.has(part)
        ? refuse('too_many')
        : part.needs.every(isMet)
          ? null
          : refuse('unresolved_reference');
      const outcome =
        refusal === null
          ? decisions.decide(part, rows, reserved)
          : decisions.reject(part, refusal, documentOf(part));
      decided.set(part.command.commandId, outcome);
      taken.push(part);
      if (outcome.status !== 'applied') failures += 1;
    }
    this.assertNoneKnown(taken, decided);
    const broken = [...promises].filter((id) => decided.get(id)?.status !== 'applied');
    if (broken.length > 0) throw new BrokenPromiseError(broken);
    await this.claim(taken);
    this.tx.write(decisions.effects(rows, reserved));
    return decided;
  }

  /** Parts that go through all members of groups so large that the job would take too long, and too much memory. */
  private async excessiveAmong(parts: readonly QueuedPart[]): Promise<ReadonlySet<QueuedPart>> {
    const excessive = new Set<QueuedPart>();
    const whole = parts.filter(({ intent }) => intent?.needsAllMembers === true);
    if (whole.length === 0) return excessive;
    const refs = new Map(whole.map((part) => [groupKey(part), groupOf(part)]));
    const counts = await this.tx.readMemberCounts([...refs.values()]);
    let members = 0;
    for (const part of whole) {
      const more = counts.get(groupKey(part)) ?? 0;
      if (members + more > JOB_MEMBERS_MAX) excessive.add(part);
      else members += more;
    }
    return excessive;
  }

  /** A create that was answered with another resource than its own, while somebody refers to it by the id it was to get. */
  private assertNoneKnown(parts: readonly QueuedPart[], decided: ReadonlyMap<CommandId, Outcome>): void {
    const needed = new Set(parts.flatMap(({ needs }) => needs));
    const found = new Map<CommandId, KnownResource>();
    for (const { command } of parts) {
      const { commandId, resourceId: plannedId } = command;
      const outcome = decided.get(commandId);
      if (outcome?.status !== 'applied' || outcome.resourceId === plannedId) continue;
      if (operationOf(command.type) !== 'create' || !needed.has(commandId) || this.known.has(commandId))
        continue;
      found.set(commandId, { plannedId, id: outcome.resourceId });
    }
    if (found.size > 0) throw new RepeatedCreateError(found);
  }

  /** Parts that nothing more can be done for: each is told that it could not be stored. */
  private async refuseAll(parts: readonly QueuedPart[]): Promise<ReadonlyMap<CommandId, Outcome>> {
    const decisions = new BatchDecisions(this.admission, this.nowMs);
    const refused = parts.filter(
      (part, index) => part.refusedBefore + this.failures + index < this.failuresMax,
    );
    for (const part of refused) decisions.reject(part, refuse('store_failed'), documentOf(part));
    await this.claim(refused);
    this.tx.write(decisions.effects(await lockRows(this.tx, []), noNames()));
    return new Map(decisions.outcomes());
  }

  /** Only now, so that a part that is not processed leaves no row. The job's own claim has settled who is first. */
  private async claim(parts: readonly QueuedPart[]): Promise<void> {
    if (parts.length === 0) return;
    const earlier = await this.tx.claim(parts, this.nowMs);
    if (earlier.size > 0) throw new Error('a part of a job was decided outside of it');
  }

  /** Those that parts before them refer to: possible only where references form a circle. */
  private promisesAmong(parts: readonly QueuedPart[]): ReadonlySet<CommandId> {
    const promises = new Set<CommandId>();
    if (this.rounds >= PROMISING_ROUNDS_MAX) return promises;
    const seen = new Set<CommandId>();
    const here = new Set(parts.map(({ command }) => command.commandId));
    for (const { command, needs } of parts) {
      seen.add(command.commandId);
      for (const id of needs) if (here.has(id) && !seen.has(id) && !this.broken.has(id)) promises.add(id);
    }
    return promises;
  }
}

function promisedKinds(
  parts: readonly QueuedPart[],
  promises: ReadonlySet<CommandId>,
): ReadonlyMap<ResourceKey, MemberKind> {
  const kinds = new Map<ResourceKey, MemberKind>();
  for (const { command } of parts) {
    if (!promises.has(command.commandId) || operationOf(command.type) !== 'create') continue;
    const kind = resourceKindOf(command.type);
    // Nothing else can be a member of a group.
    if (kind === 'resource') continue;
    kinds.set(resourceKey(command.tenantId, command.resourceId), kind === 'user' ? 'User' : 'Group');
  }
  return kinds;
}

function groupOf({ command }: QueuedPart): ResourceRef {
  return { tenantId: command.tenantId, id: command.resourceId };
}

function groupKey({ command }: QueuedPart): ResourceKey {
  return resourceKey(command.tenantId, command.resourceId);
}

function documentOf({ command }: QueuedPart): ScimDocument | null {
  return 'document' in command ? command.document : null;
}

/** A reply for a thousand parts carries no documents: the answer to a bulk request shows none. */
function withoutBody(outcome: Outcome): Outcome {
  if (outcome.status !== 'applied') return outcome;
  const { resource: _resource, ...rest } = outcome;
  return rest;
}
