import { PLACE_MAX, type PagePlace } from './page-cursor.js';

/** What to read for one page of a walk. */
export interface PageReading {
  /** Only what lies beyond this place in the directory's own order; null: everything. */
  readonly beyondSeq: number | null;
  /** Passed over from there, in the order of the list. */
  readonly offset: number;
  readonly limit: number;
  /** Last ones first, beginning at the end of what is selected; of a page that is cut short the last ones are kept. */
  readonly backwards: boolean;
}

interface Placed {
  readonly seq: number;
}

/** What was read, in the order of the reading. */
export interface PageRead<Row extends Placed> {
  readonly resources: readonly Row[];
  /** Some that belong to the page were left out at its far end. */
  readonly cut: boolean;
}

export interface PageOfWalk<Row> {
  /** In the order of the list. */
  readonly shown: readonly Row[];
  readonly next: PagePlace | null;
  readonly previous: PagePlace | null;
}

/** The place before everything, and the one behind everything. */
export const startOfWalk = (by: PagePlace['by']): PagePlace => ({ by, at: 0, side: 'behind' });
export const END_OF_WALK: PagePlace = { by: 'seq', at: PLACE_MAX, side: 'before' };

/** Reads one resource more than a page has, to know whether another page follows; before an offset that is known. */
export function readingAt({ by, at, side }: PagePlace, count: number): PageReading {
  const backwards = side === 'before';
  if (by === 'seq') {
    const isEnd = at === (backwards ? PLACE_MAX : 0);
    return { beyondSeq: isEnd ? null : at, offset: 0, limit: count + 1, backwards };
  }
  const offset = backwards ? Math.max(0, at - count) : at;
  return { beyondSeq: null, offset, limit: backwards ? at - offset : count + 1, backwards };
}

/**
 * The page at a place, and the places of its neighbours.
 *
 * In the directory's own order a page begins and ends at resources that it shows, so a walk in both directions shows nobody
 * twice and leaves nobody out, whatever is deleted meanwhile and wherever a page is cut. A list sorted otherwise is counted off:
 * there a change before the place shifts the pages by one, as it does when a client walks by `startIndex`.
 */
export function pageAt<Row extends Placed>(
  place: PagePlace,
  count: number,
  read: PageRead<Row>,
): PageOfWalk<Row> {
  const rows = read.resources.slice(0, count);
  const isMore = read.cut || read.resources.length > count;
  if (place.side === 'before') {
    const shown = rows.toReversed();
    return place.by === 'seq'
      ? beforeSeq(place.at, shown, isMore)
      : beforeOffset(place.at, count, shown, read.cut);
  }
  return place.by === 'seq' ? behindSeq(place.at, rows, isMore) : behindOffset(place.at, rows, isMore);
}

function behindSeq<Row extends Placed>(at: number, shown: readonly Row[], isMore: boolean): PageOfWalk<Row> {
  const last = shown.at(-1)?.seq ?? at;
  const first = shown.at(0)?.seq ?? at + 1;
  return {
    shown,
    next: isMore ? { by: 'seq', at: last, side: 'behind' } : null,
    previous: at === 0 ? null : { by: 'seq', at: first, side: 'before' },
  };
}

function beforeSeq<Row extends Placed>(at: number, shown: readonly Row[], isMore: boolean): PageOfWalk<Row> {
  const last = shown.at(-1)?.seq ?? at - 1;
  const first = shown.at(0)?.seq ?? at;
  return {
    shown,
    // Whoever comes from a later page finds it again; behind the end there is none.
    next: last >= PLACE_MAX - 1 ? null : { by: 'seq', at: last, side: 'behind' },
    previous: isMore ? { by: 'seq', at: first, side: 'before' } : null,
  };
}

function behindOffset<Row>(at: number, shown: readonly Row[], isMore: boolean): PageOfWalk<Row> {
  return {
    shown,
    next: isMore ? { by: 'offset', at: at + shown.length, side: 'behind' } : null,
    previous: at === 0 ? null : { by: 'offset', at, side: 'before' },
  };
}

function beforeOffset<Row>(at: number, count: number, shown: readonly Row[], cut: boolean): PageOfWalk<Row> {
  const start = cut ? at - shown.length : Math.max(0, at - count);
  // With fewer than lie before the place, the list has become shorter and ends here.
  const isEnd = !cut && start + shown.length < at;
  return {
    shown,
    next: isEnd ? null : { by: 'offset', at, side: 'behind' },
    previous: start === 0 ? null : { by: 'offset', at: start, side: 'before' },
  };
}
