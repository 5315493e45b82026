import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RootQuery } from '../domain/root-query.js';
import { PLACES, queryOf } from '../testing/counted-lister.js';
import { shownIn, walkOf } from '../testing/walk-of-everything.js';
import type { ListOfEverything } from './list-everything.js';
import { SortedRootLister } from './list-everything-sorted.js';
import {
  PAGE_BYTES_MAX,
  type Interleaving,
  type InterleavingRequest,
  type Page,
  type PageRequest,
} from './resource-reader.js';

/** A sorted list told by the kind of each resource in it; within a kind the first is the first. */
type Order = readonly number[];

const orders: fc.Arbitrary<Order> = fc.array(fc.integer({ min: 0, max: PLACES.length - 1 }), {
  maxLength: 25,
});

/** The list as it lies in a store: kinds in an order, each resource named by kind and number, pages of at most `cutAt`. */
class OrderedReader {
  constructor(
    public order: Order,
    private readonly cutAt = Infinity,
    private readonly size = 1,
  ) {}

  get everything(): string[] {
    return this.order.map(
      (kind, at) => `${PLACES[kind]}#${this.order.slice(0, at).filter((each) => each === kind).length}`,
    );
  }

  interleave({ offset, limit, selections }: InterleavingRequest): Promise<Interleaving> {
    const kinds = this.order.map((kind) => selections.findIndex(({ place }) => place === PLACES[kind]));
    const passedOver = kinds.slice(0, offset);
    return Promise.resolve({
      totalResults: kinds.length,
      before: selections.map((_, kind) => passedOver.filter((each) => each === kind).length),
      order: kinds.slice(offset, offset + limit),
    });
  }

  page({ place, offset, limit }: PageRequest): Promise<Page> {
    const own = this.everything.filter((name) => name.startsWith(`${place}#`));
    const chosen = own.slice(offset, offset + limit);
    const resources = chosen.slice(0, this.cutAt).map((name, seq) => ({ seq, json: name.padEnd(this.size) }));
    return Promise.resolve({ resources, total: null, cut: resources.length < chosen.length });
  }
}

function worldOf(order: Order, cutAt?: number, size?: number) {
  const reader = new OrderedReader(order, cutAt, size);
  const lister = new SortedRootLister({ reader, cursorSecret: 'a secret', now: () => 0 });
  const query = (more: Partial<RootQuery>): RootQuery => ({
    parts: PLACES.map((place, kind) => ({
      place,
      // A kind without any stands for one that the filter rules out, too.
      query: !order.includes(kind) && kind % 2 === 1 ? null : queryOf(place),
    })),
    startIndex: 1,
    count: 3,
    cursor: null,
    sorted: 'ascending',
    ...more,
  });
  const walk = (count: number, way: 'nextCursor' | 'previousCursor', from: string) =>
    walkOf((cursor) => lister.list(query({ cursor, count })), way, from);
  return { lister, reader, everything: reader.everything, query, walk };
}

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

  it('ends on the way back, and shows nobody twice, when the list has become shorter', () =>
    fc.assert(
      fc.asyncProperty(
        orders.filter(({ length }) => length > 6),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(5),
        async (order, cutAt, count, left) => {
          const { reader, walk } = worldOf(order, cutAt);
          const { walk: walkUncut } = worldOf(order);
          const from = (await walkUncut(3, 'nextCursor', '')).at(-1)?.previousCursor ?? '';
          reader.order = order.slice(0, left);
          const back = (await walk(count, 'previousCursor', from)).toReversed().flatMap(shownIn);
          expect(back).toEqual(reader.everything);
        },
      ),
    ));

  it('holds no more than a page may, however many kinds it is made of', async () => {
    const order = [0, 1, 2, 3, 0, 1, 2, 3];
    const { everything, query, lister, walk } = worldOf(order, Infinity, PAGE_BYTES_MAX / 3);
    const list = await lister.list(query({ count: 8 }));
    expect(shownIn(list)).toEqual(everything.slice(0, 3));
    expect(list.totalResults).toBe(8);
    expect((await walk(8, 'nextCursor', '')).flatMap(shownIn)).toEqual(everything);
  });

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
