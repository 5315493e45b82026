import {
  FACT_MEMBERS_MAX,
  type Fact,
  type FactCause,
  type GroupFactType,
  type ResourceId,
  type TenantId,
} from '@muster/contracts';
import { diffDocuments } from '@muster/scim';
import type { GroupAcceptance } from '../../groups/domain/decide-group.js';
import type { MemberKind, MembershipView } from '../../groups/domain/membership.js';
import { lastIdentity } from '../../resources/domain/last-identity.js';
import { nextState, type ResourceState } from '../../resources/domain/resource-state.js';
import type { LockedGroup, Membership } from './batch-transaction.js';
import { factOf } from './fact-of.js';

/**
 * One group through a batch. However many commands touch it, it moves by one version and tells one fact (in parts, where
 * many members change).
 */
export class GroupWork implements MembershipView {
  readonly initial: LockedGroup | null;
  current: ResourceState | null;
  /** The last command that changed it; null: untouched. */
  cause: FactCause | null = null;
  traceparent: string | null = null;
  readonly added = new Map<ResourceId, MemberKind>();
  readonly removed = new Set<ResourceId>();
  private readonly stored = new Map<ResourceId, MemberKind>();
  private whole: boolean;

  constructor(
    readonly tenantId: TenantId,
    readonly id: ResourceId,
    initial: LockedGroup | null,
  ) {
    this.initial = initial;
    this.current = initial;
    this.whole = initial === null;
  }

  learnMember(membership: Pick<Membership, 'memberId' | 'memberKind'>): void {
    this.stored.set(membership.memberId, membership.memberKind);
  }

  learnedAll(): void {
    this.whole = true;
  }

  has(memberId: ResourceId): boolean {
    return this.added.has(memberId) || (this.stored.has(memberId) && !this.removed.has(memberId));
  }

  *all(): Iterable<readonly [ResourceId, MemberKind]> {
    if (!this.whole) throw new Error('the members of this group were not read');
    for (const member of this.stored) if (!this.removed.has(member[0])) yield member;
    yield* this.added;
  }

  get extent(): number {
    return this.stored.size + this.added.size;
  }

  /** Takes over what a command was decided to do. */
  accept(acceptance: GroupAcceptance, cause: FactCause, traceparent: string | null): void {
    if (acceptance.next === this.current && acceptance.changed.length === 0) return;
    for (const id of acceptance.membership.removed) this.dropMember(id);
    for (const [id, kind] of acceptance.membership.added) this.takeMember(id, kind);
    this.move(acceptance.next, cause, traceparent);
  }

  /** A member was deleted: the group loses it. */
  lose(memberId: ResourceId, nowMs: number, cause: FactCause, traceparent: string | null): void {
    if (this.current === null || !this.has(memberId)) return;
    this.dropMember(memberId);
    this.move(nextState(this.current, this.current.document, nowMs), cause, traceparent);
  }

  get memberCount(): number {
    return (this.initial?.memberCount ?? 0) + this.added.size - this.removed.size;
  }

  /** What the batch made of the group. */
  facts(nowMs: number): Fact[] {
    if (this.cause === null) return [];
    const delta = { added: [...this.added.keys()], removed: [...this.removed] };
    const base = this.factBase(nowMs, this.cause, delta.added.length + delta.removed.length > 0);
    if (base === null) return [];
    const chunks = this.current === null ? [] : chunked(delta.added, delta.removed);
    if (chunks.length === 0) return [factOf({ ...base, part: 1, parts: 1 })];
    return chunks.map((members, index) =>
      factOf({ ...base, members, part: index + 1, parts: chunks.length }),
    );
  }

  private factBase(atMs: number, cause: FactCause, membersChanged: boolean) {
    const { tenantId, id, initial, current } = this;
    const common = { tenantId, resourceId: id, cause, atMs };
    if (current === null) {
      if (initial === null) return null;
      const type: GroupFactType = 'directory.group.deleted.v1';
      return {
        ...common,
        type,
        version: initial.version + 1,
        state: null,
        changed: [],
        previous: lastIdentity(initial.document),
      };
    }
    const members = membersChanged ? ['members'] : [];
    if (initial === null) {
      const type: GroupFactType = 'directory.group.created.v1';
      return {
        ...common,
        type,
        version: current.version,
        state: current,
        changed: [...Object.keys(current.document), ...members],
      };
    }
    const type: GroupFactType = 'directory.group.updated.v1';
    const { changed, previous } = diffDocuments(initial.document, current.document);
    return {
      ...common,
      type,
      version: current.version,
      state: current,
      changed: [...changed, ...members],
      previous,
    };
  }

  private takeMember(id: ResourceId, kind: MemberKind): void {
    if (!this.removed.delete(id)) this.added.set(id, kind);
  }

  private dropMember(id: ResourceId): void {
    if (!this.added.delete(id)) this.removed.add(id);
  }

  /** Several changes in one batch are one version. */
  private move(next: ResourceState | null, cause: FactCause, traceparent: string | null): void {
    this.current = next === null ? null : { ...next, version: (this.initial?.version ?? 0) + 1 };
    this.cause = cause;
    this.traceparent = traceparent;
  }
}

function chunked(added: readonly ResourceId[], removed: readonly ResourceId[]) {
  const chunks: { added: readonly ResourceId[]; removed: readonly ResourceId[] }[] = [];
  const total = added.length + removed.length;
  for (let from = 0; from < total; from += FACT_MEMBERS_MAX) {
    const to = from + FACT_MEMBERS_MAX;
    chunks.push({
      added: added.slice(from, to),
      removed: removed.slice(Math.max(0, from - added.length), Math.max(0, to - added.length)),
    });
  }
  return chunks;
}
