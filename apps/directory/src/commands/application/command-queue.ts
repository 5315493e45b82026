import {
  isJob,
  orderingKeys,
  resourceKey,
  rowsTouched,
  type QueuedCommand,
  type QueuedMessage,
  type ResourceKey,
} from './queued-command.js';
import type { ResourceRef } from './batch-transaction.js';

/** Commands in one transaction at the most. */
export const BATCH_COMMANDS_MAX = 500;
/** Rows that one transaction of the main lane touches, roughly, at the most. */
export const BATCH_ROWS_MAX = 5_000;
/** More members than this make a command heavy. */
export const LIGHT_MEMBERS_MAX = 1_000;
/** Commands that wait in memory at the most; the log holds the rest. */
export const WAITING_COMMANDS_MAX = 2_000;
/** Bytes of the records that wait in memory at the most; what was parsed of them takes a few times as much. */
export const WAITING_BYTES_MAX = 64 * 1024 * 1024;

/** What may be as heavy as the group is large, and has to be looked up. */
function dependsOnGroupSize(queued: QueuedMessage): boolean {
  if (isJob(queued)) return false;
  return queued.command.type === 'group.delete.requested' || queued.intent?.needsAllMembers === true;
}

function commandsIn(queued: QueuedMessage): number {
  return isJob(queued) ? queued.parts.length : 1;
}

/**
 * The commands that wait, in the order of the log, and which of them may go next. Two lanes share it: what is heavy, jobs among
 * it, goes to a lane of its own, later commands that must stay in order with it wait behind it, all others overtake.
 *
 * Guarantee: two commands that share an ordering key leave in the order in which they came, and the second leaves only after
 * the first has been released (heavy) or together with it, behind it (main).
 */
export class CommandQueue {
  private waiting: QueuedMessage[] = [];
  private readonly heavyWaiting: QueuedMessage[] = [];
  private readonly heldKeys = new Map<string, number>();
  private readonly heavy = new WeakSet<QueuedMessage>();
  private readonly sized = new WeakSet<QueuedMessage>();
  private wakers: (() => void)[] = [];
  private commandCount = 0;
  private bytes = 0;

  /** Commands that are here, whatever their lane; a job counts with all of its parts. */
  get length(): number {
    return this.commandCount;
  }

  hasRoom(): boolean {
    return this.length < WAITING_COMMANDS_MAX && this.bytes < WAITING_BYTES_MAX;
  }

  push(messages: readonly QueuedMessage[]): void {
    for (const queued of messages) {
      if (!isJob(queued) && (queued.intent?.memberIds.length ?? 0) > LIGHT_MEMBERS_MAX)
        this.heavy.add(queued);
      this.waiting.push(queued);
      this.count(queued, 1);
    }
    this.wake();
  }

  /** Resolves at the next change: something came, or something that others waited for is done. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.wakers.push(resolve));
  }

  wake(): void {
    const wakers = this.wakers;
    this.wakers = [];
    for (const waker of wakers) waker();
  }

  /**
   * Groups whose size decides the lane of a command that is next in line. One that waits behind another command of its group is
   * not asked about yet: that one may change the size.
   */
  unsizedGroups(): ResourceRef[] {
    return this.sizeable().map(({ command }) => ({ tenantId: command.tenantId, id: command.resourceId }));
  }

  /** `null`: the sizes are not known, so the groups may be large. */
  learnSizes(memberCounts: ReadonlyMap<ResourceKey, number> | null): void {
    for (const queued of this.sizeable()) {
      const { tenantId, resourceId } = queued.command;
      const count =
        memberCounts === null ? Infinity : (memberCounts.get(resourceKey(tenantId, resourceId)) ?? 0);
      this.sized.add(queued);
      if (count > LIGHT_MEMBERS_MAX) this.heavy.add(queued);
    }
  }

  /** The next transaction of the main lane; empty when everything that waits has to wait on. */
  takeMain(): QueuedCommand[] {
    const taken: QueuedCommand[] = [];
    const left: QueuedMessage[] = [];
    const passedOver = new Set<string>();
    const takenKeys = new Set<string>();
    let rows = 0;
    for (const queued of this.waiting) {
      const keys = orderingKeys(queued);
      if (
        taken.length >= BATCH_COMMANDS_MAX ||
        rows >= BATCH_ROWS_MAX ||
        this.isUnsized(queued) ||
        keys.some((key) => passedOver.has(key))
      ) {
        left.push(queued);
        for (const key of keys) passedOver.add(key);
      } else if (isJob(queued) || this.heavy.has(queued)) {
        if (keys.some((key) => takenKeys.has(key))) {
          left.push(queued);
          for (const key of keys) passedOver.add(key);
        } else this.moveToHeavy(queued, keys);
      } else if (this.heldKeys.size > 0 && keys.some((key) => this.heldKeys.has(key))) {
        left.push(queued);
        for (const key of keys) passedOver.add(key);
      } else {
        taken.push(queued);
        for (const key of keys) takenKeys.add(key);
        rows += rowsTouched(queued);
      }
    }
    this.waiting = left;
    for (const queued of taken) this.count(queued, -1);
    return taken;
  }

  takeHeavy(): QueuedMessage | null {
    return this.heavyWaiting.shift() ?? null;
  }

  /** A command of the main lane that cannot get its locks: it waits in the heavy lane, where it costs only itself. */
  demote(queued: QueuedCommand): void {
    this.count(queued, 1);
    this.moveToHeavy(queued, orderingKeys(queued));
  }

  /** Whether the command must wait behind one of the heavy lane. */
  isHeld(queued: QueuedCommand): boolean {
    return this.heldKeys.size > 0 && orderingKeys(queued).some((key) => this.heldKeys.has(key));
  }

  /** A heavy command is done: whoever waited behind it may go. */
  release(queued: QueuedMessage): void {
    this.count(queued, -1);
    for (const key of orderingKeys(queued)) {
      const holders = (this.heldKeys.get(key) ?? 1) - 1;
      if (holders === 0) this.heldKeys.delete(key);
      else this.heldKeys.set(key, holders);
    }
    this.wake();
  }

  private count(queued: QueuedMessage, sign: 1 | -1): void {
    this.commandCount += sign * commandsIn(queued);
    this.bytes += sign * queued.bytes;
  }

  private isUnsized(queued: QueuedMessage): boolean {
    return dependsOnGroupSize(queued) && !this.heavy.has(queued) && !this.sized.has(queued);
  }

  /** Those next in line that are unsized and have nobody of their group before them. */
  private sizeable(): QueuedMessage[] {
    const next = this.waiting.slice(0, BATCH_COMMANDS_MAX);
    if (!next.some((queued) => this.isUnsized(queued))) return [];
    const before = new Set<string>(this.heldKeys.keys());
    return next.filter((queued) => {
      const own = resourceKey(queued.command.tenantId, queued.command.resourceId);
      const isNext = this.isUnsized(queued) && !before.has(own);
      for (const key of orderingKeys(queued)) before.add(key);
      return isNext;
    });
  }

  private moveToHeavy(queued: QueuedMessage, keys: readonly string[]): void {
    this.heavyWaiting.push(queued);
    for (const key of keys) this.heldKeys.set(key, (this.heldKeys.get(key) ?? 0) + 1);
    this.wake();
  }
}
