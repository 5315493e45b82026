import { createHash } from 'node:crypto';
import type { ResourcePlace } from '@muster/contracts';
import { CursorCodec, type PagePlace } from '../domain/page-cursor.js';
import { pageAt, readingAt, startOfWalk } from '../domain/page-walk.js';
import type { RootQuery } from '../domain/root-query.js';
import type { ListOfEverything } from './list-everything.js';
import { walkOf, type ResourceListOptions } from './list-resources.js';
import {
  PAGE_BYTES_MAX,
  bytesOf,
  type KindInterleaver,
  type Page,
  type RenderedResource,
  type ResourceReader,
} from './resource-reader.js';

export interface SortedRootListerOptions extends Pick<ResourceListOptions, 'cursorSecret' | 'now'> {
  readonly reader: Pick<ResourceReader, 'page'> & KindInterleaver;
}

/** A resource and the kind of list it came from. */
interface Listed extends RenderedResource {
  readonly place: ResourcePlace;
}

/** A part of the list, by the places of its resources. */
interface Window {
  readonly start: number;
  /** Behind the last place that the list has, or that was asked for. */
  readonly end: number;
  /** From the start on, as many as a page may hold. */
  readonly listed: readonly Listed[];
  /** Some were left out at the end: they are too large together, or were deleted a moment ago. */
  readonly cut: boolean;
  readonly totalResults: number;
}

interface PageOfWalk {
  readonly shown: readonly Listed[];
  readonly next: PagePlace | null;
  readonly previous: PagePlace | null;
  readonly totalResults: number;
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
      const { listed, totalResults } = await this.window(query, startIndex - 1, startIndex - 1 + count);
      return { totalResults, pages: inRuns(listed), nextCursor: null, previousCursor: null };
    }
    const walk = nameOf(query);
    const nowMs = this.options.now();
    const position = cursor === '' ? null : this.cursors.decode(walk, cursor, nowMs);
    const at = position ?? startOfWalk('offset');
    const page = await (at.side === 'before' ? this.pageBefore(query, at) : this.pageBehind(query, at));
    const totalResults = position?.totalResults ?? page.totalResults;
    const cursorTo = (place: PagePlace | null): string | null =>
      count === 0 || place === null ? null : this.cursors.encode(walk, { ...place, totalResults }, nowMs);
    return {
      totalResults,
      pages: inRuns(page.shown),
      nextCursor: cursorTo(page.next),
      previousCursor: cursorTo(page.previous),
    };
  }

  private async pageBehind(query: RootQuery, place: PagePlace): Promise<PageOfWalk> {
    const { offset, limit } = readingAt(place, query.count);
    const { listed, cut, totalResults } = await this.window(query, offset, offset + limit);
    return { ...pageAt(place, query.count, { resources: listed, cut }), totalResults };
  }

  /**
   * The last of the page must be there, or a walk backwards would pass them over: of one that is cut the first are left out. The
   * list may have become shorter than the place; then it ends here.
   */
  private async pageBefore(query: RootQuery, { at }: PagePlace): Promise<PageOfWalk> {
    let window = await this.window(query, Math.max(0, at - query.count), at);
    while (window.cut && window.listed.length > 0)
      window = await this.window(query, window.end - window.listed.length, window.end);
    const { start, end, listed, totalResults } = window;
    return {
      shown: listed,
      next: end < at ? null : { by: 'offset', at: end, side: 'behind' },
      previous: start === 0 ? null : { by: 'offset', at: start, side: 'before' },
      totalResults,
    };
  }

  private async window({ parts, sorted }: RootQuery, start: number, end: number): Promise<Window> {
    const kinds = parts.flatMap(({ place, query }) => (query === null ? [] : [{ place, query }]));
    const { totalResults, before, order } = await this.options.reader.interleave({
      selections: kinds.map(({ query }) => query),
      descending: sorted === 'descending',
      offset: start,
      limit: end - start,
    });
    const shares = new Shares(order);
    // In the order of their first resource: where the page is full, those that are left out are the last.
    for (const kind of new Set(order)) {
      const query = kinds[kind]?.query;
      const limit = shares.of(kind);
      if (query === undefined || limit === 0 || shares.bytes() >= PAGE_BYTES_MAX) break;
      const offset = before[kind] ?? 0;
      shares.add(
        kind,
        await this.options.reader.page({
          ...query,
          beyondSeq: null,
          offset,
          limit,
          backwards: false,
          withTotal: false,
        }),
      );
    }
    const listed = shares.merged(kinds.map(({ place }) => place));
    return { start, end: start + order.length, listed, cut: listed.length < order.length, totalResults };
  }
}

/**
 * What each kind has in a window. From the pages read so far it is told how many resources fit: a kind that fills a page alone must
 * not leave the others out, whose resources come in between.
 */
class Shares {
  private readonly pages = new Map<number, Page>();
  private length: number;

  constructor(private readonly order: readonly number[]) {
    this.length = order.length;
  }

  /** How many of the kind there are among those that fit. */
  of(kind: number): number {
    let share = 0;
    for (let place = 0; place < this.length; place += 1) if (this.order[place] === kind) share += 1;
    return share;
  }

  add(kind: number, page: Page): void {
    this.pages.set(kind, page);
    const read = [...this.pages.values()].flatMap(({ resources }) => resources);
    if (read.length === 0) return;
    const fitting = Math.floor((PAGE_BYTES_MAX * read.length) / bytesOf(read));
    this.length = Math.min(this.length, Math.max(1, fitting));
  }

  /** Of what was read and fits. */
  bytes(): number {
    let bytes = 0;
    for (const [kind, { resources }] of this.pages) bytes += bytesOf(resources.slice(0, this.of(kind)));
    return bytes;
  }

  /** Takes from each kind's page in the order of the list, up to the first that is not there. */
  merged(places: readonly ResourcePlace[]): readonly Listed[] {
    const taken = places.map(() => 0);
    const listed: Listed[] = [];
    for (const kind of this.order.slice(0, this.length)) {
      const position = taken[kind] ?? 0;
      const resource = this.pages.get(kind)?.resources[position];
      const place = places[kind];
      if (resource === undefined || place === undefined) break;
      taken[kind] = position + 1;
      listed.push({ ...resource, place });
    }
    return listed;
  }
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

/** What all pages of a walk have in common; no other walk has it. */
function nameOf({ parts, sorted }: RootQuery): string {
  const walks = parts.map(({ place, query }) => (query === null ? `${place}:nothing` : walkOf(query)));
  return `everything:${sorted}:${createHash('sha256').update(walks.join('\n')).digest('base64url')}`;
}
