import type { Fact, ResourceId, TenantId } from '@muster/contracts';
import type { ResourceState } from '../../resources/domain/resource-state.js';
import type { BatchEffects, ResourceRef, UserWrite } from './batch-transaction.js';
import { resourceKey, type ResourceKey } from './queued-command.js';

interface UserWork {
  readonly tenantId: TenantId;
  readonly id: ResourceId;
  readonly initial: ResourceState | null;
  current: ResourceState | null;
}

/** The users of a batch in memory: their state after the decisions made so far, and what is to be told of them. */
export class UserLedger {
  private readonly works = new Map<ResourceKey, UserWork>();
  private readonly existing: ReadonlyMap<ResourceKey, ResourceState | 'exists'>;
  readonly facts: { readonly fact: Fact; readonly traceparent: string | null }[] = [];

  constructor(locked: ReadonlyMap<ResourceKey, ResourceState | 'exists'>) {
    this.existing = locked;
  }

  stateOf(tenantId: TenantId, id: ResourceId): ResourceState | null {
    return this.workOf(tenantId, id).current;
  }

  /** Whether the id is a user at this moment of the batch, for whoever wants to make it a member. */
  exists(tenantId: TenantId, id: ResourceId): boolean {
    const key = resourceKey(tenantId, id);
    const work = this.works.get(key);
    return work === undefined ? this.existing.has(key) : work.current !== null;
  }

  /** Whether a command of this batch has changed the user. */
  isTouched(tenantId: TenantId, id: ResourceId): boolean {
    const work = this.works.get(resourceKey(tenantId, id));
    return work !== undefined && work.current !== work.initial;
  }

  move(tenantId: TenantId, id: ResourceId, next: ResourceState | null): void {
    this.workOf(tenantId, id).current = next;
  }

  tell(fact: Fact, traceparent: string | null): void {
    this.facts.push({ fact, traceparent });
  }

  netWrites(): Pick<BatchEffects, 'usersInserted' | 'usersUpdated' | 'usersDeleted'> {
    const usersInserted: UserWrite[] = [];
    const usersUpdated: UserWrite[] = [];
    const usersDeleted: ResourceRef[] = [];
    for (const { tenantId, id, initial, current } of this.works.values()) {
      if (initial === current) continue;
      if (current === null) usersDeleted.push({ tenantId, id });
      else if (initial === null) usersInserted.push({ tenantId, state: current, emailsChanged: true });
      else
        usersUpdated.push({
          tenantId,
          state: current,
          emailsChanged: initial.document.emails !== current.document.emails,
        });
    }
    return { usersInserted, usersUpdated, usersDeleted };
  }

  private workOf(tenantId: TenantId, id: ResourceId): UserWork {
    const key = resourceKey(tenantId, id);
    const known = this.works.get(key);
    if (known !== undefined) return known;
    const locked = this.existing.get(key);
    if (locked === 'exists') throw new Error('a user that was locked as a member only is not to be changed');
    const work: UserWork = { tenantId, id, initial: locked ?? null, current: locked ?? null };
    this.works.set(key, work);
    return work;
  }
}
