import { createHash } from 'node:crypto';
import type { ResourcePlace } from '@muster/contracts';
import { CursorCodec, type PagePlace } from '../domain/page-cursor.js';
import { pageAt, readingAt, startOfWalk } from '../domain/page-walk.js';
import type { RootQuery } from '../domain/root-query.js';
import type { ListOfEverything } from './list-everything.js';
import {
  walkOf,
  type ResourceList,
  type ResourceListOptions,
  type ResourceLister,
} from './list-resources.js';
import type { KindInterleaver, RenderedResource } from './resource-reader.js';

export interface SortedRootListerOptions extends Pick<ResourceListOptions, 'cursorSecret' | 'now'> {
  readonly lister: Pick<ResourceLister, 'list'>;
  readonly interleaver: KindInterleaver;
}

/** A resource and the kind of list it came from. */
interface Listed extends RenderedResource {
  readonly place: ResourcePlace;
}

interface Window {
  /** In the order of the list. */
  readonly listed: readonly Listed[];
  readonly totalResults: number;
  /** Some of the window were left out at its end: their kind's page was cut, or they were deleted meanwhile. */
  readonly cut: boolean;
}

/**
 * One list over everything that a tenant has, sorted by an attribute (RFC 7644 sections 3.4.2.1 and 3.4.2.3). What lacks the value,
 * since it has none or is of a kind without that attribute, comes last, and first where the order descends; equals come in the
 * order of their kinds, then in that of their creation.
 *
 * First only the order of the kinds is asked for: within it each kind's share of a page is a page of that kind alone.
 */
export class SortedRootLister {
  private readonly cursors: CursorCodec;

  constructor(private readonly options: SortedRootListerOptions) {
    this.cursors = new CursorCodec(options.cursorSecret);
  }

  async list(query: RootQuery): Promise<ListOfEverything> {
    const { cursor, count, startIndex } = query;
    if (cursor === null) {
      const { listed, totalResults } = await this.window(query, startIndex - 1, count);
      return { totalResults, pages: inRuns(listed), nextCursor: null, previousCursor: null };
    }
    const walk = nameOf(query);
    const nowMs = this.options.now();
    const at = cursor === '' ? null : this.cursors.decode(walk, cursor, nowMs);
    const { shown, next, previous, counted } = await this.pageOfWalk(query, at ?? startOfWalk('offset'));
    const totalResults = at?.totalResults ?? counted;
    const cursorTo = (place: PagePlace | null): string | null =>
      count === 0 || place === null ? null : this.cursors.encode(walk, { ...place, totalResults }, nowMs);
    return {
      totalResults,
      pages: inRuns(shown),
      nextCursor: cursorTo(next),
      previousCursor: cursorTo(previous),
    };
  }

  private async pageOfWalk(query: RootQuery, place: PagePlace) {
    const { offset, limit, backwards } = readingAt(place, query.count);
    const window = backwards
      ? await this.windowUpTo(query, offset, limit)
      : await this.window(query, offset, limit);
    const resources = backwards ? window.listed.toReversed() : window.listed;
    return {
      ...pageAt(place, query.count, { resources, cut: window.cut }),
      counted: window.totalResults,
    };
  }

  /** The last of a window must be there, or a walk backwards would pass them over: of one that is cut the first are left out. */
  private async windowUpTo(query: RootQuery, offset: number, limit: number): Promise<Window> {
    let from = offset;
    for (;;) {
      const window = await this.window(query, from, offset + limit - from);
      const { length } = window.listed;
      if (!window.cut || length === 0) return { ...window, cut: from > offset };
      from = offset + limit - length;
    }
  }

  private async window({ parts, sorted }: RootQuery, offset: number, limit: number): Promise<Window> {
    const kinds = parts.flatMap(({ place, query }) => (query === null ? [] : [{ place, query }]));
    const { before, order } =
      limit === 0
        ? { before: [], order: [] }
        : await this.options.interleaver.interleave({
            selections: kinds.map(({ query }) => query),
            descending: sorted === 'descending',
            offset,
            limit,
          });
    const lists = await inTurn(kinds, ({ query }, kind) =>
      this.options.lister.list({
        ...query,
        cursor: null,
        startIndex: (before[kind] ?? 0) + 1,
        count: order.filter((each) => each === kind).length,
      }),
    );
    const listed = merged(order, kinds, lists);
    return {
      listed,
      totalResults: lists.reduce((sum, list) => sum + list.totalResults, 0),
      cut: listed.length < order.length,
    };
  }
}

/** Takes from each kind's page in the order of the list, up to the first that is not there. */
function merged(
  order: readonly number[],
  kinds: readonly { readonly place: ResourcePlace }[],
  lists: readonly ResourceList[],
): readonly Listed[] {
  const taken = kinds.map(() => 0);
  const listed: Listed[] = [];
  for (const kind of order) {
    const position = taken[kind] ?? 0;
    const resource = lists[kind]?.resources[position];
    const place = kinds[kind]?.place;
    if (resource === undefined || place === undefined) break;
    taken[kind] = position + 1;
    listed.push({ ...resource, place });
  }
  return listed;
}

/** Neighbours of one kind together. */
function inRuns(listed: readonly Listed[]): ListOfEverything['pages'] {
  const runs: { place: ResourcePlace; resources: RenderedResource[] }[] = [];
  for (const resource of listed) {
    const last = runs.at(-1);
    if (last?.place === resource.place) last.resources.push(resource);
    else runs.push({ place: resource.place, resources: [resource] });
  }
  return runs;
}

/** One after the other: each is a scan, and a query is to take one connection. */
async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [index, item] of items.entries()) results.push(await work(item, index));
  return results;
}

/** What all pages of a walk have in common; no other walk has it. */
function nameOf({ parts, sorted }: RootQuery): string {
  const walks = parts.map(({ place, query }) => (query === null ? `${place}:nothing` : walkOf(query)));
  return `everything:${sorted}:${createHash('sha256').update(walks.join('\n')).digest('base64url')}`;
}
