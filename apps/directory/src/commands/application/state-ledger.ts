import type { Fact, ResourceId, TenantId } from '@muster/contracts';
import type { ResourceState } from '../../resources/domain/resource-state.js';
import { resourceKey, type ResourceKey } from './queued-command.js';

/** One resource of a batch: as it was stored and as it is after the decisions made so far; null where there is none. */
export interface StateChange<State extends ResourceState> {
  readonly tenantId: TenantId;
  readonly id: ResourceId;
  readonly initial: State | null;
  readonly current: State | null;
}

/** The resources of one kind in a batch, in memory: their state after the decisions made so far, and what is to be told of them. */
export class StateLedger<State extends ResourceState> {
  private readonly works = new Map<ResourceKey, StateChange<State> & { current: State | null }>();
  readonly facts: { readonly fact: Fact; readonly traceparent: string | null }[] = [];

  constructor(private readonly locked: ReadonlyMap<ResourceKey, State | 'exists'>) {}

  stateOf(tenantId: TenantId, id: ResourceId): State | null {
    return this.workOf(tenantId, id).current;
  }

  /** Whether the id is a resource of this kind at this moment of the batch, for whoever wants to make it a member. */
  exists(tenantId: TenantId, id: ResourceId): boolean {
    const key = resourceKey(tenantId, id);
    const work = this.works.get(key);
    return work === undefined ? this.locked.has(key) : work.current !== null;
  }

  /** Whether a command of this batch has changed the resource. */
  isTouched(tenantId: TenantId, id: ResourceId): boolean {
    const work = this.works.get(resourceKey(tenantId, id));
    return work !== undefined && work.current !== work.initial;
  }

  move(tenantId: TenantId, id: ResourceId, next: State | null): void {
    this.workOf(tenantId, id).current = next;
  }

  tell(fact: Fact, traceparent: string | null): void {
    this.facts.push({ fact, traceparent });
  }

  /** Those that are not as they were. */
  changes(): StateChange<State>[] {
    return [...this.works.values()].filter(({ initial, current }) => initial !== current);
  }

  private workOf(tenantId: TenantId, id: ResourceId): StateChange<State> & { current: State | null } {
    const key = resourceKey(tenantId, id);
    const known = this.works.get(key);
    if (known !== undefined) return known;
    const locked = this.locked.get(key);
    if (locked === 'exists') throw new Error('a user that was locked as a member only is not to be changed');
    const work = { tenantId, id, initial: locked ?? null, current: locked ?? null };
    this.works.set(key, work);
    return work;
  }
}
