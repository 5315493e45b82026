import { setTimeout as delay } from 'node:timers/promises';
import type { CommandId, Outcome, TenantId } from '@muster/contracts';
import { failpointAsync } from '@muster/service';
import {
  contextFromTraceparent,
  isSampled,
  spanNames,
  attributeKeys,
  tracer,
  type Metrics,
} from '@muster/telemetry';
import { refuse } from '../../resources/domain/decision.js';
import type { BatchClock } from './admit.js';
import { applyBatch } from './apply-batch.js';
import { applyJob } from './apply-job.js';
import { BatchDecisions } from './batch-decisions.js';
import type { BatchStore, BatchTransaction, Lane } from './batch-transaction.js';
import { lockRows } from './locked-rows.js';
import { CommandQueue } from './command-queue.js';
import { noNames } from './reserved-names.js';
import { isJob, type QueuedCommand, type QueuedJob, type QueuedMessage } from './queued-command.js';

export interface ApplierOptions {
  readonly store: BatchStore;
  readonly clock: BatchClock;
  /** Told after each commit, before the commands settle: all replies of a transaction go out together. */
  readonly onDecided: (decided: readonly DecidedCommand[]) => void;
  readonly metrics: Metrics;
  readonly warn: (message: string, error: unknown) => void;
}

export interface DecidedCommand {
  readonly queued: QueuedMessage;
  readonly outcome: Outcome;
}

/** Deadlocks and the like in a row before the commands of a batch are tried apart. */
const ATTEMPTS_TOGETHER_MAX = 5;
/** Tries of one command alone in the heavy lane before it is given up. */
const ATTEMPTS_ALONE_MAX = 3;
const RETRY_DELAY_MS_MIN = 10;
const RETRY_DELAY_MS_MAX = 1_000;

/**
 * Takes what waits and applies it, one transaction after the other in each lane: while one commits, the next gathers, so
 * batches grow with the load and nobody waits for a timer (group commit).
 */
export class Applier {
  private readonly queue = new CommandQueue();
  private readonly lanes: Promise<void>[];
  private readonly stopping = new AbortController();
  private roomWaiters: (() => void)[] = [];

  constructor(private readonly options: ApplierOptions) {
    this.lanes = [this.runMainLane(), this.runHeavyLane()];
  }

  /** Queues commands in the order of the log, room or not. */
  accept(messages: readonly QueuedMessage[]): void {
    this.queue.push(messages);
    this.showDepth();
  }

  /**
   * Waits for room (the back-pressure towards the log), then queues what `read` gives. Nothing is read once `signal` is aborted.
   */
  async take(read: () => readonly QueuedMessage[], signal: AbortSignal): Promise<void> {
    while (!this.queue.hasRoom() && !signal.aborted && !this.stopping.signal.aborted)
      await this.change(signal);
    if (!signal.aborted) this.accept(read());
  }

  /** Finishes the transactions under way; what waits is left to whoever reads the log next. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.queue.wake();
    this.wakeRoomWaiters();
    await Promise.all(this.lanes);
  }

  private async runMainLane(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.learnGroupSizes();
      if (this.stopping.signal.aborted) return;
      const batch = this.queue.takeMain();
      if (batch.length > 0) await this.applyTogether('main', batch);
      // A size can have become askable while others were asked for.
      else if (this.queue.unsizedGroups().length === 0) await this.queue.changed();
      this.wakeRoomWaiters();
    }
  }

  private async runHeavyLane(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const queued = this.queue.takeHeavy();
      if (queued === null) {
        await this.queue.changed();
        continue;
      }
      await this.applyTogether('heavy', isJob(queued) ? queued : [queued]);
      this.queue.release(queued);
      this.wakeRoomWaiters();
    }
  }

  private async learnGroupSizes(): Promise<void> {
    const groups = this.queue.unsizedGroups();
    if (groups.length === 0) return;
    try {
      this.queue.learnSizes(await this.options.store.readMemberCounts(groups));
    } catch (error) {
      // Not knowing is no reason to stop: the lane that follows meets the same trouble and handles it.
      this.options.warn('member counts could not be read', error);
      this.queue.learnSizes(null);
    }
  }

  /** The batch, again and again while that can help; then its commands apart, so that each costs only itself. */
  private async applyTogether(lane: Lane, work: Work): Promise<void> {
    for (let attempt = 1; !this.stopping.signal.aborted; attempt += 1) {
      try {
        await this.applyOnce(lane, work);
        return;
      } catch (error) {
        const kind = this.options.store.classify(error);
        this.options.metrics
          .counter('apply_retries_total')
          .inc({ reason: kind === 'wait' ? 'unavailable' : kind });
        if (kind === 'isolate' || (kind === 'retry' && attempt >= ATTEMPTS_TOGETHER_MAX)) {
          await this.applyApart(lane, work, error);
          return;
        }
        this.options.warn('a batch is applied again', error);
        await this.pause(attempt);
      }
    }
  }

  private async applyApart(lane: Lane, work: Work, error: unknown): Promise<void> {
    this.options.warn('a batch is taken apart', error);
    if ('parts' in work) {
      await this.giveUp(lane, work, error);
      return;
    }
    const [only] = work;
    if (work.length > 1 || only === undefined) {
      for (const part of apart(work)) await this.applyFree(lane, part);
    } else if (lane === 'main' && this.options.store.isContention(error)) this.queue.demote(only);
    else await this.giveUp(lane, only, error);
  }

  /** One of the batch may wait in the heavy lane by now: whoever has to stay behind it follows it there. */
  private async applyFree(lane: Lane, part: readonly QueuedCommand[]): Promise<void> {
    const free: QueuedCommand[] = [];
    for (const queued of part) {
      if (lane === 'main' && this.queue.isHeld(queued)) this.queue.demote(queued);
      else free.push(queued);
    }
    if (free.length > 0) await this.applyTogether(lane, free);
  }

  private async applyOnce(lane: Lane, work: Work): Promise<void> {
    const { metrics, store, clock } = this.options;
    const startedAt = performance.now();
    const batch = messagesOf(work);
    const outcomes = await this.inSpan(lane, batch, () =>
      store.transaction(lane, tenantsOf(batch), async (tx) => {
        const decided = 'parts' in work ? await this.applyJob(tx, work) : await applyBatch(tx, work, clock);
        await failpointAsync('directory.before-commit');
        return decided;
      }),
    );
    await failpointAsync('directory.after-commit');
    metrics.histogram('apply_batch_seconds').observe({ lane }, (performance.now() - startedAt) / 1000);
    metrics
      .histogram('apply_batch_size')
      .observe({ lane }, 'parts' in work ? work.parts.length : work.length);
    this.settle(batch, outcomes);
  }

  /** What is nobody's fault calls for the whole job again: its rows may be locked for a moment, its connection lost. */
  private async applyJob(tx: BatchTransaction, job: QueuedJob): Promise<ReadonlyMap<CommandId, Outcome>> {
    const { store, clock } = this.options;
    const isFaulty = (error: unknown): boolean =>
      store.classify(error) === 'isolate' && !store.isContention(error);
    return new Map([[job.command.commandId, await applyJob(tx, job, clock, isFaulty)]]);
  }

  /** A command that breaks every transaction it is in gets an outcome all the same: it must not come back for ever. */
  private async giveUp(lane: Lane, queued: QueuedMessage, reason: unknown): Promise<void> {
    const contention = this.options.store.isContention(reason);
    for (let attempt = 1; !this.stopping.signal.aborted; attempt += 1) {
      try {
        if (contention && attempt < ATTEMPTS_ALONE_MAX) {
          await this.applyOnce(lane, isJob(queued) ? queued : [queued]);
          return;
        }
        const outcomes = await this.options.store.transaction(lane, [queued.command.tenantId], async (tx) => {
          const nowMs = this.options.clock.nowMs();
          const earlier = await tx.claim([queued], nowMs);
          if (earlier.size > 0) return earlier;
          const decisions = new BatchDecisions({ tenants: new Map(), aliveTokens: new Set() }, nowMs);
          decisions.reject(queued, refuse(contention ? 'not_applied_in_time' : 'store_failed'), null);
          tx.write(decisions.effects(await lockRows(tx, []), noNames()));
          return new Map(decisions.outcomes());
        });
        this.settle([queued], outcomes);
        return;
      } catch (error) {
        this.options.warn('a command could not be given up yet', error);
        if (this.isHopeless(error, attempt)) {
          queued.abandon(error);
          return;
        }
        await this.pause(attempt);
      }
    }
  }

  /** Not even a refusal can be stored, and it is nobody's absence or lock that is in the way. */
  private isHopeless(error: unknown, attempt: number): boolean {
    const { store } = this.options;
    return attempt >= ATTEMPTS_ALONE_MAX && store.classify(error) === 'isolate' && !store.isContention(error);
  }

  private settle(batch: readonly QueuedMessage[], outcomes: ReadonlyMap<CommandId, Outcome>): void {
    const decided = batch.map((queued) => {
      const outcome = outcomes.get(queued.command.commandId);
      if (outcome === undefined) throw new Error('a command left its transaction without an outcome');
      return { queued, outcome };
    });
    for (const { queued, outcome } of decided) this.count(queued, outcome);
    // It is committed: what goes wrong in telling of it must not make anybody apply it again.
    try {
      this.options.onDecided(decided);
      for (const { queued, outcome } of decided) queued.settle(outcome);
    } catch (error) {
      this.options.warn('outcomes could not be told; gateways will ask for them', error);
    }
  }

  /** A job counts, and so does each of its parts. */
  private count(queued: QueuedMessage, outcome: Outcome): void {
    this.options.metrics.counter('commands_applied_total').inc({
      type: queued.command.type,
      outcome: outcome.status,
      cause: outcome.status === 'rejected' ? outcome.cause : '',
    });
    if (!isJob(queued) || outcome.status !== 'applied') return;
    const results = new Map(outcome.results?.map((result) => [result.commandId, result.outcome]));
    for (const part of queued.parts) {
      const result = results.get(part.command.commandId);
      if (result !== undefined) this.count(part, result);
    }
  }

  /** The SQL of a batch belongs to the trace of its first sampled command; the others are linked. */
  private inSpan<Result>(
    lane: Lane,
    batch: readonly QueuedMessage[],
    work: () => Promise<Result>,
  ): Promise<Result> {
    const contexts = batch
      .filter(({ traceparent }) => traceparent?.endsWith('1') === true)
      .map(({ traceparent }) => contextFromTraceparent(traceparent))
      .filter((context) => isSampled(context));
    const [parent, ...links] = contexts;
    if (parent === undefined) return work();
    const attributes = { [attributeKeys.batchSize]: batch.length, [attributeKeys.lane]: lane };
    return tracer.withSpan(spanNames.applyBatch, { parent, links, attributes }, work);
  }

  private async pause(attempt: number): Promise<void> {
    const ceiling = Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS_MIN * 2 ** Math.min(attempt, 10));
    // Half of it by chance, so that two batches that met in a deadlock do not meet again.
    await delay(ceiling / 2 + Math.random() * (ceiling / 2), undefined, {
      signal: this.stopping.signal,
    }).catch(() => undefined);
  }

  private showDepth(): void {
    this.options.metrics.gauge('apply_queue_depth').set({ lane: 'main' }, this.queue.length);
  }

  /** Resolves when there may be room again, or nobody wants it any more. */
  private change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.roomWaiters.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** All are woken and look again, one after the other: who comes first may fill the room. */
  private wakeRoomWaiters(): void {
    this.showDepth();
    for (const waiter of this.roomWaiters.splice(0)) waiter();
  }
}

/** What one transaction is for: commands that came together, or one job. */
type Work = readonly QueuedCommand[] | QueuedJob;

function messagesOf(work: Work): readonly QueuedMessage[] {
  return 'parts' in work ? [work] : work;
}

function tenantsOf(batch: readonly QueuedMessage[]): TenantId[] {
  return [...new Set(batch.map(({ command }) => command.tenantId))];
}

/** By tenant first, so that one tenant's bad command does not slow down the others; then one by one. */
function apart(batch: readonly QueuedCommand[]): (readonly QueuedCommand[])[] {
  const byTenant = Map.groupBy(batch, ({ command }) => command.tenantId);
  return byTenant.size > 1 ? [...byTenant.values()] : batch.map((queued) => [queued]);
}
