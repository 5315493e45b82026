import type { ResourcePlace, TenantId } from '@muster/contracts';
import { userResourceType } from '@muster/scim';
import type { ResourceList } from '../application/list-resources.js';
import type { ResourceQuery } from '../domain/resource-query.js';

export const PLACES: readonly ResourcePlace[] = ['users', 'groups', 'types/Badge', 'types/u'];

/** Kinds with so many resources each, named by kind and number; a page shows at most `cutAt`, as with large documents; one takes `size` bytes. */
export class CountedLister {
  constructor(
    private readonly sizes: ReadonlyMap<string, number>,
    private readonly cutAt = Infinity,
    private readonly size = 0,
  ) {}

  list({ place, startIndex, count, cursor }: ResourceQuery): Promise<ResourceList> {
    const [, way, at] = /^([<>])(\d+)$/.exec(cursor ?? '') ?? [];
    if (way === '<') return this.pageBefore(place, Number(at), count);
    return this.pageFrom(place, cursor === null ? startIndex - 1 : Number(at ?? 0), count, cursor !== null);
  }

  last({ place, count }: ResourceQuery): Promise<ResourceList> {
    return this.pageBefore(place, this.sizes.get(place) ?? 0, count);
  }

  private pageFrom(place: string, from: number, count: number, walks: boolean): Promise<ResourceList> {
    return this.page(place, from, from + Math.min(count, this.cutAt), walks && count > 0);
  }

  private pageBefore(place: string, before: number, count: number): Promise<ResourceList> {
    return this.page(place, Math.max(0, before - Math.min(count, this.cutAt)), before, count > 0);
  }

  private page(place: string, from: number, until: number, walks: boolean): Promise<ResourceList> {
    const total = this.sizes.get(place) ?? 0;
    const end = Math.min(until, total);
    const resources = Array.from({ length: Math.max(0, end - from) }, (_, n) => ({
      seq: from + n,
      json: `${place}#${from + n}`.padEnd(this.size),
    }));
    return Promise.resolve({
      totalResults: total,
      resources,
      nextCursor: walks && end < total && resources.length > 0 ? `>${end}` : null,
      previousCursor: walks && from > 0 && resources.length > 0 ? `<${from}` : null,
    });
  }
}

/** A query for all of one kind. */
export function queryOf(place: ResourcePlace): ResourceQuery {
  return {
    tenantId: '01890000-0000-7000-8000-0000000000d1' as TenantId,
    place,
    resourceType: userResourceType,
    filter: null,
    sort: null,
    startIndex: 1,
    count: 0,
    cursor: null,
    withReferences: false,
    withManagerNames: false,
  };
}
