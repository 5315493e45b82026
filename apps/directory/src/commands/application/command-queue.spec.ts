import { describe, expect, it } from '@jest/globals';
import type { Command, CommandId, ResourceId, TenantId } from '@muster/contracts';
import fc from 'fast-check';
import { CommandQueue, LIGHT_MEMBERS_MAX, WAITING_BYTES_MAX, WAITING_COMMANDS_MAX } from './command-queue.js';
import {
  orderingKeys,
  resourceKey,
  type QueuedCommand,
  type QueuedJob,
  type QueuedMessage,
} from './queued-command.js';

const TENANT = 't' as TenantId;
let count = 0;

function command(
  type: Command['type'],
  resource: string,
  memberIds: readonly string[] = [],
  needsAllMembers = false,
): QueuedCommand {
  count += 1;
  return {
    command: {
      commandId: `c${count}` as CommandId,
      tenantId: TENANT,
      type,
      resourceId: resource as ResourceId,
    } as Command,
    queuedAtMs: 0,
    intent: type.startsWith('group.')
      ? {
          document: null,
          documentPatch: null,
          membership: [],
          memberIds: memberIds as ResourceId[],
          needsAllMembers,
          refusal: null,
        }
      : null,
    traceparent: null,
    bytes: 0,
    settle: () => undefined,
    abandon: () => undefined,
  };
}

const many = (size: number) => Array.from({ length: size }, (_, index) => `m${index}`);
const user = (id: string) => command('user.patch.requested', id);
const heavyGroup = (id: string, memberIds = many(LIGHT_MEMBERS_MAX + 1)) =>
  command('group.patch.requested', id, memberIds);

/** A job: commands that are decided together. */
function job(...commands: readonly QueuedCommand[]): QueuedJob {
  const { command: head } = user('job');
  return {
    command: { ...head, type: 'bulk.requested', parts: [] },
    parts: commands.map((each) => ({ ...each, needs: [], refusedBefore: 0 })),
    queuedAtMs: 0,
    traceparent: null,
    bytes: 0,
    settle: () => undefined,
    abandon: () => undefined,
  };
}

function queueOf(...commands: QueuedMessage[]): CommandQueue {
  const queue = new CommandQueue();
  queue.push(commands);
  return queue;
}

describe('CommandQueue', () => {
  it('takes what waits in its order, up to a batch', () => {
    const commands = Array.from({ length: 700 }, (_, index) => user(`u${index}`));
    const queue = queueOf(...commands);
    expect(queue.takeMain()).toEqual(commands.slice(0, 500));
    expect(queue.takeMain()).toEqual(commands.slice(500));
    expect(queue.takeMain()).toEqual([]);
  });

  it('cuts batches by the rows they touch', () => {
    const groups = Array.from({ length: 10 }, (_, index) =>
      command('group.patch.requested', `g${index}`, many(900)),
    );
    expect(queueOf(...groups).takeMain().length).toBeLessThan(10);
  });

  it('lets others overtake a heavy command, and nobody who shares its group or its members', () => {
    const heavy = heavyGroup('g');
    const [sameGroup, member, other] = [command('group.patch.requested', 'g'), user('m7'), user('u')];
    const queue = queueOf(heavy, sameGroup, member, other);
    expect(queue.takeMain()).toEqual([other]);
    expect(queue.takeHeavy()).toBe(heavy);
    expect(queue.takeMain()).toEqual([]);
    queue.release(heavy);
    expect(queue.takeMain()).toEqual([sameGroup, member]);
  });

  it('takes a job by itself, and holds up only who shares a resource, a member or a name with it', () => {
    const create = command('user.create.requested', 'new');
    const named = { ...create, command: { ...create.command, document: { userName: 'Ada' } } as Command };
    const first = job(user('u'), command('group.patch.requested', 'g', ['m']), named);
    const second = job(user('u'));
    const again = command('user.create.requested', 'again');
    const sameName = { ...again, command: { ...again.command, document: { userName: 'ADA' } } as Command };
    const [member, other] = [user('m'), user('o')];
    const queue = queueOf(first, second, member, other, sameName);
    expect(queue.takeMain()).toEqual([other]);
    expect(queue.takeHeavy()).toBe(first);
    expect(queue.takeMain()).toEqual([]);
    queue.release(first);
    expect(queue.takeMain()).toEqual([member, sameName]);
    expect(queue.takeHeavy()).toBe(second);
  });

  it('counts a job with all of its parts against its room', () => {
    const large = job(...Array.from({ length: WAITING_COMMANDS_MAX }, (_, index) => user(`u${index}`)));
    const queue = queueOf(large);
    expect(queue.hasRoom()).toBe(false);
    queue.takeMain();
    expect(queue.takeHeavy()).toBe(large);
    expect(queue.hasRoom()).toBe(false);
    queue.release(large);
    expect(queue.length).toBe(0);
  });

  it('does not start a heavy command beside a batch with an earlier one of its group', () => {
    const [earlier, heavy] = [command('group.patch.requested', 'g'), heavyGroup('g')];
    const queue = queueOf(earlier, heavy);
    expect(queue.takeMain()).toEqual([earlier]);
    expect(queue.takeHeavy()).toBeNull();
    expect(queue.takeMain()).toEqual([]);
    expect(queue.takeHeavy()).toBe(heavy);
  });

  it('asks for the size of groups that decide the lane, once', () => {
    const [replacing, deleting] = [
      command('group.replace.requested', 'small', [], true),
      command('group.delete.requested', 'large'),
    ];
    const queue = queueOf(replacing, deleting);
    expect(queue.unsizedGroups().map((ref) => ref.id)).toEqual(['small', 'large']);
    queue.learnSizes(new Map([[resourceKey(TENANT, 'large'), 50_000]]));
    expect(queue.unsizedGroups()).toEqual([]);
    expect(queue.takeMain()).toEqual([replacing]);
    expect(queue.takeHeavy()).toBe(deleting);
  });

  it('asks for the size of a group only once nobody before it can change it', () => {
    const filling = heavyGroup('g');
    const deleting = command('group.delete.requested', 'g');
    const queue = queueOf(filling, deleting);
    expect(queue.unsizedGroups()).toEqual([]);
    expect(queue.takeMain()).toEqual([]);
    expect(queue.takeHeavy()).toBe(filling);
    expect(queue.unsizedGroups()).toEqual([]);
    queue.release(filling);
    expect(queue.unsizedGroups().map((ref) => ref.id)).toEqual(['g']);
    queue.learnSizes(new Map([[resourceKey(TENANT, 'g'), 100_000]]));
    expect(queue.takeMain()).toEqual([]);
    expect(queue.takeHeavy()).toBe(deleting);
  });

  it('takes a group for large whose size is not known', () => {
    const deleting = command('group.delete.requested', 'g');
    const queue = queueOf(deleting);
    queue.learnSizes(null);
    expect(queue.takeMain()).toEqual([]);
    expect(queue.takeHeavy()).toBe(deleting);
  });

  it('holds whoever shares a key with a demoted command', () => {
    const [first, second, other] = [user('u'), user('u'), user('v')];
    const queue = queueOf();
    queue.demote(first);
    expect([queue.isHeld(second), queue.isHeld(other)]).toEqual([true, false]);
    queue.push([second, other]);
    expect(queue.takeMain()).toEqual([other]);
    expect(queue.takeHeavy()).toBe(first);
    queue.release(first);
    expect(queue.takeMain()).toEqual([second]);
  });

  it('bounds the bytes that wait', () => {
    const queue = queueOf({ ...user('u'), bytes: WAITING_BYTES_MAX });
    expect(queue.hasRoom()).toBe(false);
    queue.takeMain();
    expect(queue.hasRoom()).toBe(true);
  });

  it('counts what it holds in both lanes against its room', () => {
    const queue = queueOf(
      ...Array.from({ length: WAITING_COMMANDS_MAX - 1 }, (_, index) => user(`u${index}`)),
      heavyGroup('g'),
    );
    expect(queue.hasRoom()).toBe(false);
    queue.takeMain();
    expect(queue.hasRoom()).toBe(true);
  });

  it('keeps the order of everything that shares a key, whatever is heavy (property)', () => {
    const arbitrary = fc.record({
      resource: fc.constantFrom('a', 'b', 'c', 'd'),
      heavy: fc.boolean(),
      members: fc.subarray(['a', 'b', 'm']),
    });
    fc.assert(
      fc.property(
        fc.array(arbitrary, { maxLength: 30 }),
        fc.array(fc.boolean(), { minLength: 200, maxLength: 200 }),
        (items, coin) => {
          const commands = items.map(({ resource, heavy, members }) =>
            heavy
              ? heavyGroup(resource, [...many(LIGHT_MEMBERS_MAX + 1).map((id) => `x${id}`), ...members])
              : command('group.patch.requested', resource, members),
          );
          const finished = finishOrder(queueOf(...commands), commands.length, coin);
          expect(finished).toHaveLength(commands.length);
          for (const [index, first] of commands.entries()) {
            for (const second of commands.slice(index + 1)) {
              const shared = new Set(orderingKeys(first));
              if (!orderingKeys(second).some((key) => shared.has(key))) continue;
              expect(finished.indexOf(first)).toBeLessThan(finished.indexOf(second));
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Runs both lanes, the heavy one finishing when the coin says so. */
function finishOrder(queue: CommandQueue, total: number, coin: readonly boolean[]): QueuedMessage[] {
  const finished: QueuedMessage[] = [];
  let running: QueuedMessage | null = null;
  for (let step = 0; finished.length < total && step < coin.length; step += 1) {
    running ??= queue.takeHeavy();
    if (running !== null && coin[step] === true) {
      finished.push(running);
      queue.release(running);
      running = null;
    }
    finished.push(...queue.takeMain());
  }
  while (finished.length < total) {
    running ??= queue.takeHeavy();
    if (running === null) break;
    finished.push(running);
    queue.release(running);
    running = null;
    finished.push(...queue.takeMain());
  }
  return finished;
}
