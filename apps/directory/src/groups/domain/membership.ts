import type { ResourceId } from '@muster/contracts';

export type MemberKind = 'User' | 'Group';

/** The members of one group as far as a command needs to see them. */
export interface MembershipView {
  has(memberId: ResourceId): boolean;
  /** Every member; throws unless the whole membership was read. */
  all(): Iterable<readonly [ResourceId, MemberKind]>;
  /** How many `all` goes through, those passed over included. */
  readonly extent: number;
}

/** Who could be a member: users and groups of the tenant that exist at this moment of the batch. */
export interface MemberDirectory {
  kindOf(memberId: ResourceId): MemberKind | null;
}

/** A net change of one group's members. */
export interface MembershipDelta {
  readonly added: ReadonlyMap<ResourceId, MemberKind>;
  readonly removed: ReadonlySet<ResourceId>;
}

/** Collects what a command does to a membership, one operation after the other, down to its net effect. */
export class MembershipDraft {
  private readonly addedMembers = new Map<ResourceId, MemberKind>();
  private readonly removedMembers = new Set<ResourceId>();

  constructor(private readonly before: MembershipView) {}

  has(memberId: ResourceId): boolean {
    return (
      this.addedMembers.has(memberId) || (this.before.has(memberId) && !this.removedMembers.has(memberId))
    );
  }

  add(memberId: ResourceId, kind: MemberKind): void {
    if (this.removedMembers.delete(memberId) || this.before.has(memberId)) return;
    this.addedMembers.set(memberId, kind);
  }

  remove(memberId: ResourceId): void {
    if (this.addedMembers.delete(memberId)) return;
    if (this.before.has(memberId)) this.removedMembers.add(memberId);
  }

  /** Everything that is a member now. Needs the whole membership. */
  *all(): Iterable<readonly [ResourceId, MemberKind]> {
    for (const member of this.before.all()) if (!this.removedMembers.has(member[0])) yield member;
    yield* this.addedMembers;
  }

  get extent(): number {
    return this.before.extent + this.addedMembers.size;
  }

  delta(): MembershipDelta {
    return { added: this.addedMembers, removed: this.removedMembers };
  }
}
