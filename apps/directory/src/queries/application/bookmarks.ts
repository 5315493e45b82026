import { ExpiringMap } from './expiring-map.js';

/** Places of one walk, ascending by index. */
interface Place {
  /** 1-based index of the resource behind the place. */
  readonly index: number;
  readonly afterSeq: number;
}

export interface StartPlan {
  readonly afterSeq: number | null;
  readonly offset: number;
}

/** Up to here the database counts off the resources itself: exact, and cheap enough. */
export const OFFSET_WITHOUT_BOOKMARK_MAX = 500;
const WALKS_MAX = 1_000;
const PLACES_PER_WALK_MAX = 4_000;
const LIFETIME_MS = 60_000;

/**
 * Remembers for each walk by `startIndex` where its pages ended, so that the next page begins there instead of counting off
 * all before it. A resource deleted meanwhile does not shift the walk: it neither repeats nor skips anything. Kept for a
 * minute, in memory: another process, or a jump, counts off from the nearest place that it knows.
 */
export class Bookmarks {
  private readonly walks: ExpiringMap<Place[]>;

  constructor(now: () => number) {
    this.walks = new ExpiringMap({ entriesMax: WALKS_MAX, lifetimeMs: LIFETIME_MS, now });
  }

  /** Where to begin for a page far behind. */
  plan(walk: string, startIndex: number): StartPlan {
    const place = nearestBefore(this.walks.get(walk) ?? [], startIndex);
    if (place === undefined) return { afterSeq: null, offset: startIndex - 1 };
    return { afterSeq: place.afterSeq, offset: startIndex - place.index };
  }

  /** The resource at `index - 1` was the one at `afterSeq`. */
  remember(walk: string, index: number, afterSeq: number): void {
    const places = this.walks.get(walk) ?? [];
    const position = firstFrom(places, index);
    const isSame = places[position]?.index === index;
    if (!isSame && places.length >= PLACES_PER_WALK_MAX) places.shift();
    else places.splice(position, isSame ? 1 : 0, { index, afterSeq });
    this.walks.set(walk, places);
  }
}

function nearestBefore(places: readonly Place[], index: number): Place | undefined {
  const position = firstFrom(places, index + 1);
  return places[position - 1];
}

/** Position of the first place at `index` or behind it. */
function firstFrom(places: readonly Place[], index: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places[middle]?.index ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}
