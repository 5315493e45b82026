import { createHash } from 'node:crypto';
import { printFilter, printReference } from '@muster/scim';
import { CursorCodec, type PagePlace } from '../domain/page-cursor.js';
import { END_OF_WALK, pageAt, readingAt, startOfWalk } from '../domain/page-walk.js';
import type { ResourceQuery } from '../domain/resource-query.js';
import { Bookmarks, OFFSET_WITHOUT_BOOKMARK_MAX } from './bookmarks.js';
import { ExpiringMap } from './expiring-map.js';
import type { Page, RenderedResource, ResourceReader } from './resource-reader.js';

export interface ResourceListOptions {
  readonly reader: ResourceReader;
  /** Signs cursors. */
  readonly cursorSecret: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface ResourceList {
  /** Exact when the walk began. */
  readonly totalResults: number;
  readonly resources: readonly RenderedResource[];
  readonly nextCursor: string | null;
  readonly previousCursor: string | null;
}

const COUNTS_MAX = 5_000;
const COUNT_LIFETIME_MS = 60_000;

/**
 * Lists resources page by page, by index (RFC 7644 section 3.4.2.4) or by cursor (RFC 9865), in the order in which they
 * were created unless another one is asked for.
 *
 * `totalResults` is exact on the first page of a walk; later pages show what was counted then, for a minute, rather than
 * count again.
 */
export class ResourceLister {
  private readonly bookmarks: Bookmarks;
  private readonly counts: ExpiringMap<number>;
  private readonly cursors: CursorCodec;

  constructor(private readonly options: ResourceListOptions) {
    this.bookmarks = new Bookmarks(options.now);
    this.counts = new ExpiringMap({
      entriesMax: COUNTS_MAX,
      lifetimeMs: COUNT_LIFETIME_MS,
      now: options.now,
    });
    this.cursors = new CursorCodec(options.cursorSecret);
  }

  list(query: ResourceQuery): Promise<ResourceList> {
    return query.cursor === null ? this.byIndex(query) : this.byCursor(query, query.cursor);
  }

  /** The last page of a walk by cursor, for one that comes from what is listed behind; not of a sorted list. */
  last(query: ResourceQuery): Promise<ResourceList> {
    return this.pageOfWalk(query, END_OF_WALK, null);
  }

  private async byIndex(query: ResourceQuery): Promise<ResourceList> {
    const { startIndex, count } = query;
    if (count === 0) return nothingOf(await this.options.reader.count(query));
    const isFar = query.sort === null && startIndex - 1 > OFFSET_WITHOUT_BOOKMARK_MAX;
    const { afterSeq, offset } = isFar
      ? this.bookmarks.plan(walkOf(query), startIndex)
      : { afterSeq: null, offset: startIndex - 1 };
    const page = await this.options.reader.page({
      ...query,
      beyondSeq: afterSeq,
      offset,
      limit: count + 1,
      backwards: false,
      withTotal: true,
    });
    const resources = page.resources.slice(0, count);
    this.markEnd(query, page, resources);
    const totalResults = await this.total(query, page, resources.length);
    return { totalResults, resources, nextCursor: null, previousCursor: null };
  }

  /** Leaves a bookmark where a next page will begin, unless that is near enough to be counted off. */
  private markEnd(query: ResourceQuery, page: Page, shown: readonly RenderedResource[]): void {
    const next = query.startIndex + shown.length;
    const hasNext = page.cut || page.resources.length > shown.length;
    const last = shown.at(-1);
    if (!hasNext || last === undefined || query.sort !== null || next - 1 <= OFFSET_WITHOUT_BOOKMARK_MAX)
      return;
    this.bookmarks.remember(walkOf(query), next, last.seq);
  }

  private byCursor(query: ResourceQuery, cursor: string): Promise<ResourceList> {
    if (cursor === '')
      return this.pageOfWalk(query, startOfWalk(query.sort === null ? 'seq' : 'offset'), null);
    const { totalResults, ...place } = this.cursors.decode(walkOf(query), cursor, this.options.now());
    return this.pageOfWalk(query, place, totalResults);
  }

  /** @param counted Total of the walk; null: it begins here. */
  private async pageOfWalk(
    query: ResourceQuery,
    place: PagePlace,
    counted: number | null,
  ): Promise<ResourceList> {
    const { count } = query;
    if (count === 0) return nothingOf(counted ?? (await this.options.reader.count(query)));
    const read = await this.options.reader.page({
      ...query,
      ...readingAt(place, count),
      withTotal: counted === null,
    });
    const { shown, next, previous } = pageAt(place, count, read);
    const totalResults = counted ?? (await this.total({ ...query, startIndex: 1 }, read, shown.length));
    const walk = walkOf(query);
    const nowMs = this.options.now();
    const cursorTo = (to: PagePlace | null): string | null =>
      to && this.cursors.encode(walk, { ...to, totalResults }, nowMs);
    return { totalResults, resources: shown, nextCursor: cursorTo(next), previousCursor: cursorTo(previous) };
  }

  /** Counts only where neither the page itself nor an earlier page of the walk tells. */
  private async total(query: ResourceQuery, page: Page, returned: number): Promise<number> {
    if (page.total !== null) return page.total;
    const { startIndex } = query;
    const isLast = !page.cut && page.resources.length === returned && (returned > 0 || startIndex === 1);
    if (isLast) return startIndex - 1 + returned;
    const walk = walkOf(query);
    const remembered = startIndex === 1 ? undefined : this.counts.get(walk);
    if (remembered !== undefined) return remembered;
    const counted = await this.options.reader.count(query);
    this.counts.set(walk, counted);
    return counted;
  }
}

function nothingOf(totalResults: number): ResourceList {
  return { totalResults, resources: [], nextCursor: null, previousCursor: null };
}

/** Names what all pages of a walk have in common. Hashed: a filter can hold personal data and kilobytes. Not for every request. */
export function walkOf(query: ResourceQuery): string {
  const { filter, sort } = query;
  if (filter === null && sort === null) return `${query.tenantId}:${query.place}`;
  const order = sort === null ? '' : `${sort.descending ? '-' : '+'}${printReference(sort.attribute)}`;
  const digest = createHash('sha256')
    .update(`${order}\n${filter === null ? '' : printFilter(filter)}`)
    .digest('base64url');
  return `${query.tenantId}:${query.place}:${digest}`;
}
