import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RootQuery } from '../domain/root-query.js';
import { CountedLister, PLACES, queryOf } from '../testing/counted-lister.js';
import type { ListOfEverything } from './list-everything.js';
import { SortedRootLister } from './list-everything-sorted.js';
import type { Interleaving, InterleavingRequest } from './resource-reader.js';

/** A sorted list told by the kind of each resource in it; within a kind the first is the first. */
type Order = readonly number[];

const orders: fc.Arbitrary<Order> = fc.array(fc.integer({ min: 0, max: PLACES.length - 1 }), {
  maxLength: 25,
});

function interleave(order: Order, { offset, limit, selections }: InterleavingRequest): Interleaving {
  const kinds = order.map((kind) => selections.findIndex(({ place }) => place === PLACES[kind]));
  const passedOver = kinds.slice(0, offset);
  return {
    before: selections.map((_, kind) => passedOver.filter((each) => each === kind).length),
    order: kinds.slice(offset, offset + limit),
  };
}

function worldOf(order: Order, cutAt?: number) {
  const counts = PLACES.map((_, kind) => order.filter((each) => each === kind).length);
  const lister = new SortedRootLister({
    lister: new CountedLister(new Map(PLACES.map((place, kind) => [place, counts[kind] ?? 0])), cutAt),
    interleaver: { interleave: (request) => Promise.resolve(interleave(order, request)) },
    cursorSecret: 'a secret',
    now: () => 0,
  });
  const everything = order.map(
    (kind, at) => `${PLACES[kind]}#${order.slice(0, at).filter((each) => each === kind).length}`,
  );
  const query = (more: Partial<RootQuery>): RootQuery => ({
    parts: PLACES.map((place, kind) => ({
      place,
      // A kind without any stands for one that the filter rules out, too.
      query: counts[kind] === 0 && kind % 2 === 1 ? null : queryOf(place),
    })),
    startIndex: 1,
    count: 3,
    cursor: null,
    sorted: 'ascending',
    ...more,
  });
  /** Follows cursors to the end; fails when there is none. */
  const walk = async (count: number, way: 'nextCursor' | 'previousCursor', from: string) => {
    const lists: ListOfEverything[] = [];
    for (let cursor: string | null = from; cursor !== null; cursor = lists.at(-1)?.[way] ?? null) {
      if (lists.length > 100) throw new Error('the walk has no end');
      lists.push(await lister.list(query({ cursor, count })));
    }
    return lists;
  };
  return { lister, everything, query, walk };
}

const shownIn = ({ pages }: ListOfEverything): string[] =>
  pages.flatMap(({ resources }) => resources.map(({ json }) => json));

describe('a sorted list over everything', () => {
  it('shows any window in the order of the list, by index', () =>
    fc.assert(
      fc.asyncProperty(
        orders,
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 9 }),
        async (order, startIndex, count) => {
          const { lister, everything, query } = worldOf(order);
          const list = await lister.list(query({ startIndex, count }));
          expect(shownIn(list)).toEqual(everything.slice(startIndex - 1, startIndex - 1 + count));
          expect(list).toMatchObject({
            totalResults: everything.length,
            nextCursor: null,
            previousCursor: null,
          });
          for (const [at, { place }] of list.pages.entries())
            expect(list.pages[at + 1]?.place).not.toBe(place);
        },
      ),
    ));

  it('shows everybody once on a walk by cursor, and the same pages on the way back', () =>
    fc.assert(
      fc.asyncProperty(orders, fc.integer({ min: 1, max: 9 }), async (order, count) => {
        const { everything, walk } = worldOf(order);
        const forth = await walk(count, 'nextCursor', '');
        expect(forth.flatMap(shownIn)).toEqual(everything);
        for (const list of forth) expect(list.totalResults).toBe(everything.length);
        for (const list of forth.slice(0, -1)) expect(shownIn(list)).toHaveLength(count);
        const from = forth.at(-1)?.previousCursor ?? null;
        if (from === null) return;
        const back = await walk(count, 'previousCursor', from);
        expect(back.toReversed().map(shownIn)).toEqual(forth.slice(0, -1).map(shownIn));
      }),
    ));

  it('leaves nobody out where pages are cut short, on neither way', () =>
    fc.assert(
      fc.asyncProperty(orders, fc.integer({ min: 1, max: 3 }), async (order, cutAt) => {
        const { everything, walk } = worldOf(order, cutAt);
        const forth = await walk(5, 'nextCursor', '');
        expect(forth.flatMap(shownIn)).toEqual(everything);
        const from = forth.at(-1)?.previousCursor ?? null;
        if (from === null) return;
        const back = (await walk(5, 'previousCursor', from)).toReversed().flatMap(shownIn);
        expect(back).toEqual(everything.slice(0, back.length));
        expect(back.length + shownIn(forth.at(-1) as ListOfEverything).length).toBe(everything.length);
      }),
    ));

  it('only counts where no resource is wanted', async () => {
    const { lister, query } = worldOf([0, 1, 0]);
    const list = await lister.list(query({ cursor: '', count: 0 }));
    expect(list).toEqual({ totalResults: 3, pages: [], nextCursor: null, previousCursor: null });
  });

  it('takes a cursor for its own walk alone', async () => {
    const { lister, query } = worldOf([0, 1, 0, 2]);
    const { nextCursor } = await lister.list(query({ cursor: '', count: 2 }));
    expect(nextCursor).not.toBeNull();
    const descending = query({ cursor: nextCursor, count: 2, sorted: 'descending' });
    await expect(lister.list(descending)).rejects.toMatchObject({ scimType: 'invalidCursor' });
  });
});
