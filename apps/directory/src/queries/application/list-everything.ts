import type { ResourcePlace } from '@muster/contracts';
import { invalidCursor } from '@muster/scim';
import type { ResourceQuery } from '../domain/resource-query.js';
import type { RootQuery } from '../domain/root-query.js';
import type { ResourceList, ResourceLister } from './list-resources.js';
import { PAGE_BYTES_MAX, bytesOf, type RenderedResource } from './resource-reader.js';

export interface ListOfEverything {
  readonly totalResults: number;
  /** In the order of the list; only kinds that the page shows something of. */
  readonly pages: readonly {
    readonly place: ResourcePlace;
    readonly resources: readonly RenderedResource[];
  }[];
  readonly nextCursor: string | null;
  readonly previousCursor: string | null;
}

const NOTHING: ResourceList = { totalResults: 0, resources: [], nextCursor: null, previousCursor: null };
/** What only counts, and is not shown on the page. */
const UNSEEN = { cursor: '', count: 0 };

/** Where a walk by cursor is: in which kind, at which cursor of that kind (empty: at its near end), and which way it goes. */
interface Walk {
  readonly index: number;
  readonly cursor: string;
  readonly backwards: boolean;
}

/**
 * One list over everything that a tenant has (RFC 7644 section 3.4.2.1): all users, then all groups, then its own types one
 * after the other, each in the order in which they were created, so that pages are as stable as those of one kind.
 * `totalResults` is the sum of all.
 */
export class RootLister {
  constructor(private readonly lister: Pick<ResourceLister, 'list' | 'last'>) {}

  async list(query: RootQuery): Promise<ListOfEverything> {
    if (query.cursor === null) return listOf(query, await this.byIndex(query), null);
    const walk = walkAt(query, query.cursor);
    const lists = walk.backwards ? await this.backwards(query, walk) : await this.forwards(query, walk);
    return listOf(query, lists, query.count === 0 ? null : walk);
  }

  private async byIndex({ parts, startIndex, count }: RootQuery): Promise<ResourceList[]> {
    const lists: ResourceList[] = [];
    const page = new PageInMaking();
    let before = 0;
    let room = count;
    for (const { query } of parts) {
      const start = Math.max(1, startIndex - before);
      const list = await this.part(query, { startIndex: start, count: room });
      lists.push(list);
      before += list.totalResults;
      room -= list.resources.length;
      // A page of large documents is cut short: the next kind comes when this one is through.
      const ends = start - 1 + list.resources.length >= list.totalResults;
      if (page.isFullWith(list) || (list.resources.length > 0 && !ends)) room = 0;
    }
    return lists;
  }

  /** From the walk's place on, and on with the first of the next kind wherever one ends. */
  private async forwards(
    { parts, count }: RootQuery,
    { index: from, cursor }: Walk,
  ): Promise<ResourceList[]> {
    const lists: ResourceList[] = [];
    const page = new PageInMaking();
    let room = count;
    for (const [index, { query }] of parts.entries()) {
      const list = await this.part(
        query,
        index < from || room === 0 ? UNSEEN : { cursor: index === from ? cursor : '', count: room },
      );
      lists.push(list);
      if (index < from) continue;
      room = list.nextCursor === null && !page.isFullWith(list) ? room - list.resources.length : 0;
    }
    return lists;
  }

  /** The same from the other end. */
  private async backwards(
    { parts, count }: RootQuery,
    { index: from, cursor }: Walk,
  ): Promise<ResourceList[]> {
    const lists: ResourceList[] = [];
    const page = new PageInMaking();
    let room = count;
    for (const [index, { query }] of [...parts.entries()].reverse()) {
      const list =
        index > from || room === 0
          ? await this.part(query, UNSEEN)
          : await this.upTo(query, index === from ? cursor : '', room);
      lists.unshift(list);
      if (index > from) continue;
      room = list.previousCursor === null && !page.isFullWith(list) ? room - list.resources.length : 0;
    }
    return lists;
  }

  private upTo(query: ResourceQuery | null, cursor: string, count: number): Promise<ResourceList> {
    if (query === null || cursor !== '') return this.part(query, { cursor, count });
    return this.lister.last({ ...query, count });
  }

  private part(query: ResourceQuery | null, more: Partial<ResourceQuery>): Promise<ResourceList> {
    return query === null ? Promise.resolve(NOTHING) : this.lister.list({ ...query, ...more });
  }
}

/** Each kind keeps to what a page may hold, and all of them together do. */
class PageInMaking {
  private bytes = 0;

  isFullWith({ resources }: ResourceList): boolean {
    this.bytes += bytesOf(resources);
    return this.bytes >= PAGE_BYTES_MAX;
  }
}

const CURSOR = /^([A-Za-z0-9_/-]+)([.~])(.*)$/;

/** A cursor names the kind that it walks, the way (`.` forwards, `~` backwards) and its place there. */
function walkAt({ parts }: RootQuery, cursor: string): Walk {
  if (cursor === '') return { index: 0, cursor, backwards: false };
  const [, name, way, rest = ''] = CURSOR.exec(cursor) ?? [];
  const index = parts.findIndex(({ place }) => place === name);
  if (index === -1) throw invalidCursor('The cursor does not belong to this query.');
  return { index, cursor: rest, backwards: way === '~' };
}

/** @param walk Null where no cursors are wanted. */
function listOf({ parts }: RootQuery, lists: readonly ResourceList[], walk: Walk | null): ListOfEverything {
  const places = parts.map(({ place }, index) => ({ place, list: lists[index] ?? NOTHING }));
  const shown = places.filter(({ list }) => list.resources.length > 0);
  return {
    totalResults: lists.reduce((sum, { totalResults }) => sum + totalResults, 0),
    pages: shown.map(({ place, list }) => ({ place, resources: list.resources })),
    nextCursor: walk && beyond(places, walk.index, 'nextCursor', '.'),
    previousCursor:
      walk && beyond(places.toReversed(), places.length - 1 - walk.index, 'previousCursor', '~'),
  };
}

/**
 * From what is shown last on: where that goes on, else the near end of the next kind that has anything. Where nothing is shown,
 * since all of it was deleted meanwhile, from the kind that was walked.
 */
function beyond(
  places: readonly { readonly place: ResourcePlace; readonly list: ResourceList }[],
  walked: number,
  cursor: 'nextCursor' | 'previousCursor',
  way: '.' | '~',
): string | null {
  const shown = places.findLastIndex(({ list }) => list.resources.length > 0);
  const last = shown === -1 ? walked : shown;
  const here = places[last];
  const further = here?.list[cursor] ?? null;
  if (here !== undefined && further !== null) return `${here.place}${way}${further}`;
  const next = places.slice(last + 1).find(({ list }) => list.totalResults > 0);
  return next === undefined ? null : `${next.place}${way}`;
}
