import { Membership } from '../groups/membership.js';
import { type InProcessStore, type ReadPosition } from './in-process-store.js';

/** What the group needs of a member. */
export interface GroupMember {
  readonly topics: readonly string[];
  readonly startFrom: 'earliest' | 'latest';
  /** Begins a stay with the partitions assigned; must not throw. */
  startStay(membership: Membership): void;
  /** Resolves when the handlers of the stay that just ended have returned, or their grace is over. */
  drained(): Promise<void>;
}

/** A consumer group: committed positions, and members that share the partitions by Kafka's eager protocol. */
export class InProcessGroup {
  readonly #committed = new Map<string, bigint>();
  readonly #members = new Map<GroupMember, Membership | undefined>();
  readonly #positions = new Map<string, ReadPosition>();
  /** Handlers that have not returned, by partition: no two ever work on one. */
  readonly handlers = new Map<string, Promise<void>>();
  #rebalanced: Promise<void> = Promise.resolve();

  constructor(private readonly store: InProcessStore) {}

  join(member: GroupMember): Promise<void> {
    this.#members.set(member, undefined);
    return this.#rebalance();
  }

  endStay(member: GroupMember): void {
    this.#members.get(member)?.end(new Error('the subscription closes'));
  }

  leave(member: GroupMember): Promise<void> {
    this.endStay(member);
    this.#members.delete(member);
    return this.#rebalance();
  }

  /** The committed position; a group that has none begins where the member says, and remembers that. */
  positionOf(topic: string, partition: number, startFrom: 'earliest' | 'latest'): bigint {
    const id = partitionId(topic, partition);
    const known = this.#committed.get(id);
    if (known !== undefined) return known;
    const { earliest, next } = this.store.partition(topic, partition);
    const position = startFrom === 'earliest' ? earliest : next;
    this.commit(topic, partition, position);
    return position;
  }

  commit(topic: string, partition: number, position: bigint): void {
    const id = partitionId(topic, partition);
    this.#committed.set(id, position);
    if (this.#positions.has(id)) return;
    const readPosition: ReadPosition = {
      topic,
      partition,
      isLiving: () => this.#members.size > 0,
      position: () => this.#committed.get(id) ?? 0n,
    };
    this.#positions.set(id, readPosition);
    this.store.addPosition(readPosition);
  }

  #rebalance(): Promise<void> {
    this.#rebalanced = this.#rebalanced.then(() => this.#rebalanceNow());
    return this.#rebalanced;
  }

  async #rebalanceNow(): Promise<void> {
    for (const membership of this.#members.values()) membership?.end(new Error('the group rebalances'));
    await Promise.all([...this.#members.keys()].map((member) => member.drained()));
    for (const [member, assigned] of this.#assignments()) {
      const membership = new Membership(assigned);
      this.#members.set(member, membership);
      member.startStay(membership);
    }
  }

  #assignments(): Map<GroupMember, Map<string, number[]>> {
    const assignments = new Map(
      [...this.#members.keys()].map((member) => [member, new Map<string, number[]>()]),
    );
    const topics = new Set([...this.#members.keys()].flatMap((member) => member.topics));
    for (const topic of topics) {
      const readers = [...assignments].filter(([member]) => member.topics.includes(topic));
      this.store.partitionsOf(topic).forEach((_, partition) => {
        const assigned = readers[partition % readers.length]?.[1];
        if (assigned === undefined) return;
        assigned.set(topic, [...(assigned.get(topic) ?? []), partition]);
      });
    }
    return assignments;
  }
}

export function partitionId(topic: string, partition: number): string {
  return `${topic}/${String(partition)}`;
}
