import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RootQuery } from '../domain/root-query.js';
import { CountedLister, PLACES, queryOf } from '../testing/counted-lister.js';
import { shownIn, walkOf } from '../testing/walk-of-everything.js';
import { RootLister } from './list-everything.js';
import { PAGE_BYTES_MAX } from './resource-reader.js';

const sizes = fc.array(fc.integer({ min: 0, max: 7 }), {
  minLength: PLACES.length,
  maxLength: PLACES.length,
});

function rootQuery(counts: readonly number[], more: Partial<RootQuery>): RootQuery {
  const parts = PLACES.map((place, index) => ({
    place,
    // A kind without any stands for one that the filter rules out, too.
    query: counts[index] === 0 && index % 2 === 1 ? null : queryOf(place),
  }));
  return { parts, startIndex: 1, count: 3, cursor: null, sorted: null, ...more };
}

function worldOf(counts: readonly number[], cutAt?: number, size?: number) {
  const bySize = new Map(PLACES.map((place, index) => [place as string, counts[index] ?? 0]));
  const everything = PLACES.flatMap((place, index) =>
    Array.from({ length: counts[index] ?? 0 }, (_, n) => `${place}#${n}`),
  );
  return { lister: new RootLister(new CountedLister(bySize, cutAt, size)), everything };
}

const walk = (
  lister: RootLister,
  counts: readonly number[],
  count: number,
  way: 'nextCursor' | 'previousCursor',
  from: string,
) => walkOf((cursor) => lister.list(rootQuery(counts, { cursor, count })), way, from);

describe('a list over everything', () => {
  it('shows any window of all kinds in their order, by index', () =>
    fc.assert(
      fc.asyncProperty(
        sizes,
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 9 }),
        async (counts, startIndex, count) => {
          const { lister, everything } = worldOf(counts);
          const list = await lister.list(rootQuery(counts, { startIndex, count }));
          expect(shownIn(list)).toEqual(everything.slice(startIndex - 1, startIndex - 1 + count));
          expect(list.totalResults).toBe(everything.length);
          expect(list).toMatchObject({ nextCursor: null, previousCursor: null });
        },
      ),
    ));

  it('shows everybody once on a walk by cursor, and the same pages on the way back', () =>
    fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 9 }), async (counts, count) => {
        const { lister, everything } = worldOf(counts);
        const forth = await walk(lister, counts, count, 'nextCursor', '');
        expect(forth.flatMap(shownIn)).toEqual(everything);
        for (const list of forth) expect(list.totalResults).toBe(everything.length);
        for (const list of forth.slice(0, -1)) expect(shownIn(list)).toHaveLength(count);
        const last = forth.at(-1);
        if (last?.previousCursor === undefined || last.previousCursor === null) return;
        const back = await walk(lister, counts, count, 'previousCursor', last.previousCursor);
        expect(back.reverse().flatMap(shownIn)).toEqual(everything.slice(0, -shownIn(last).length));
      }),
    ));

  it('leaves nobody out where pages are cut short', () =>
    fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 3 }), async (counts, cutAt) => {
        const { lister, everything } = worldOf(counts, cutAt);
        const forth = await walk(lister, counts, 5, 'nextCursor', '');
        expect(forth.flatMap(shownIn)).toEqual(everything);
        const from = forth.at(-1)?.previousCursor;
        if (from === undefined || from === null) return;
        const back = await walk(lister, counts, 5, 'previousCursor', from);
        const shown = back.reverse().flatMap(shownIn);
        expect(shown).toEqual(everything.slice(0, shown.length));
      }),
    ));

  it('holds about what a page of one kind may, however many kinds it is made of', async () => {
    const counts = [2, 2, 2, 2];
    const { lister, everything } = worldOf(counts, Infinity, PAGE_BYTES_MAX / 3);
    const byIndex = await lister.list(rootQuery(counts, { count: 8 }));
    expect(shownIn(byIndex)).toEqual(everything.slice(0, 4));
    expect(byIndex.totalResults).toBe(8);
    const forth = await walk(lister, counts, 8, 'nextCursor', '');
    expect(forth.map(shownIn)).toEqual([everything.slice(0, 4), everything.slice(4)]);
    const back = await walk(lister, counts, 8, 'previousCursor', 'types/u~');
    expect(back.map(shownIn)).toEqual([everything.slice(4), everything.slice(0, 4)]);
  });

  it('leads on from a place where everything was deleted meanwhile', async () => {
    const before = worldOf([2, 3, 0, 0]);
    const { nextCursor } = await before.lister.list(rootQuery([2, 3, 0, 0], { cursor: '', count: 3 }));
    expect(nextCursor).toBe('groups.>1');
    const { lister, everything } = worldOf([2, 0, 0, 4]);
    const empty = await lister.list(rootQuery([2, 0, 0, 4], { cursor: 'types/Badge.', count: 3 }));
    expect(empty.previousCursor).toBe('users~');
    expect(shownIn(empty)).toEqual(everything.slice(2, 5));
    const none = worldOf([2, 0, 0, 0]);
    const list = await none.lister.list(rootQuery([2, 0, 0, 0], { cursor: 'types/Badge.', count: 3 }));
    expect(list).toMatchObject({ pages: [], nextCursor: null, previousCursor: 'users~' });
  });

  it.each(['x', 'badges.', 'u.', 'types/Gone.', '.', 'users', 'users-'])(
    'refuses the cursor %s',
    async (cursor) => {
      const { lister } = worldOf([1, 1, 1, 1]);
      await expect(lister.list(rootQuery([1, 1, 1, 1], { cursor }))).rejects.toMatchObject({
        scimType: 'invalidCursor',
      });
    },
  );
});
