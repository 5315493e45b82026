import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TenantId } from '@muster/contracts';
import { parseFilter, userResourceType } from '@muster/scim';
import { parseResourceQuery } from '../domain/resource-query.js';
import { ResourceLister } from './list-resources.js';
import type { Page, PageRequest, ResourceReader } from './resource-reader.js';

const TENANT = '0192f0c1-0000-7000-8000-00000000000a' as TenantId;

/** Resources 1 to n but for the deleted ones, each at ten times its number. Remembers what it was asked. */
class NumberedReader implements ResourceReader {
  readonly requests: PageRequest[] = [];
  counts = 0;
  /** Resources on one page at the most, as with groups of many members. */
  cutAt = Infinity;
  readonly deleted = new Set<number>();

  constructor(public size: number) {}

  async read(): Promise<string | null> {
    return null;
  }

  async page(request: PageRequest): Promise<Page> {
    this.requests.push(request);
    const { beyondSeq, backwards, offset, limit } = request;
    const all = Array.from({ length: this.size }, (_, n) => ({ seq: (n + 1) * 10, json: String(n + 1) }));
    const live = all.filter(({ json }) => !this.deleted.has(Number(json)));
    const beyond = live.filter(
      ({ seq }) => beyondSeq === null || (backwards ? seq < beyondSeq : seq > beyondSeq),
    );
    // By place a page read backwards begins at the end of what is there, by number at the end of what is counted off.
    const reading = backwards && request.sort === null ? beyond.toReversed() : beyond;
    const counted = reading.slice(offset, offset + limit);
    const from = backwards && request.sort !== null ? counted.toReversed() : counted;
    const resources = from.slice(0, this.cutAt);
    const total = request.filter === null && request.withTotal && resources.length > 0 ? this.size : null;
    return { resources, total, cut: resources.length < from.length };
  }

  async count(): Promise<number> {
    this.counts += 1;
    return this.size;
  }
}

const noCursors = { nextCursor: null, previousCursor: null };

describe('ResourceLister', () => {
  let nowMs = 1_800_000_000_000;

  function world(size: number) {
    const reader = new NumberedReader(size);
    const lister = new ResourceLister({ reader, cursorSecret: 'a secret', now: () => nowMs });
    const list = async (body: Readonly<Record<string, unknown>>) => {
      const { filter, ...rest } = body;
      const tree = typeof filter === 'string' ? { filter: parseFilter(filter) } : {};
      const { resources, ...answer } = await lister.list(
        parseResourceQuery(TENANT, 'users', userResourceType, { startIndex: 1, count: 10, ...rest, ...tree }),
      );
      return { ...answer, shown: resources.map(({ json }) => Number(json)) };
    };
    return { reader, list };
  }

  it('counts nothing when the page itself tells the total', async () => {
    const { reader, list } = world(3);
    expect(await list({ filter: 'title pr' })).toEqual({
      totalResults: 3,
      shown: [1, 2, 3],
      nextCursor: null,
      previousCursor: null,
    });
    expect(await list({ filter: 'title pr', startIndex: 2 })).toMatchObject({
      totalResults: 3,
      shown: [2, 3],
    });
    expect((await list({})).totalResults).toBe(3);
    expect(reader.counts).toBe(0);
  });

  it('counts once for a walk, and anew when a walk begins', async () => {
    const { reader, list } = world(25);
    const filter = 'title pr';
    expect((await list({ filter })).totalResults).toBe(25);
    reader.size = 30;
    expect(await list({ filter, startIndex: 11 })).toMatchObject({
      totalResults: 25,
      shown: [11, 12, 13, 14, 15, 16, 17, 18, 19, 20],
    });
    expect(reader.counts).toBe(1);
    expect((await list({ filter })).totalResults).toBe(30);
    expect(reader.counts).toBe(2);
    nowMs += 60_000;
    expect((await list({ filter, startIndex: 11 })).totalResults).toBe(30);
    expect(reader.counts).toBe(3);
  });

  it('counts past the end, where no resource tells', async () => {
    const { reader, list } = world(5);
    expect(await list({ startIndex: 6 })).toEqual({ totalResults: 5, shown: [], ...noCursors });
    expect(reader.counts).toBe(1);
  });

  it('reads no resource when none is asked for', async () => {
    const { reader, list } = world(5);
    expect(await list({ count: 0 })).toEqual({ totalResults: 5, shown: [], ...noCursors });
    expect(await list({ count: -3 })).toMatchObject({ totalResults: 5, shown: [] });
    expect(reader.requests).toEqual([]);
  });

  it('begins a far page where the one before ended, and counts off near ones', async () => {
    const { reader, list } = world(2_000);
    for (const startIndex of [1, 501, 1_001]) await list({ startIndex, count: 500 });
    expect(reader.requests.map(({ beyondSeq, offset }) => [beyondSeq, offset])).toEqual([
      [null, 0],
      [null, 500],
      [10_000, 0],
    ]);
  });

  it('walks by cursor, with the total of the beginning, and ends without another', async () => {
    const { reader, list } = world(25);
    const first = await list({ cursor: '' });
    reader.size = 24;
    const second = await list({ cursor: first.nextCursor });
    const third = await list({ cursor: second.nextCursor });
    expect([first, second, third].map(({ totalResults, shown }) => [totalResults, shown.length])).toEqual([
      [25, 10],
      [25, 10],
      [25, 4],
    ]);
    expect(third.nextCursor).toBeNull();
    expect(reader.requests.map(({ offset }) => offset)).toEqual([0, 0, 0]);
  });

  it('goes on behind what a page was cut to', async () => {
    const { reader, list } = world(12);
    reader.cutAt = 4;
    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { nextCursor: string | null; shown: number[]; totalResults: number } = await list({
        cursor,
      });
      expect(page.totalResults).toBe(12);
      seen.push(...page.shown);
      cursor = page.nextCursor;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('walks a sorted list by offset, also by cursor', async () => {
    const { reader, list } = world(15);
    const first = await list({ sortBy: 'title', cursor: '' });
    const second = await list({ sortBy: 'title', cursor: first.nextCursor });
    expect([second.shown, second.nextCursor]).toEqual([[11, 12, 13, 14, 15], null]);
    expect(reader.requests.map(({ beyondSeq, offset }) => [beyondSeq, offset])).toEqual([
      [null, 0],
      [null, 10],
    ]);
  });

  describe('walks back', () => {
    type List = ReturnType<typeof world>['list'];
    type Shown = Awaited<ReturnType<List>>;
    const numbers = ({ shown }: Shown): readonly number[] => shown;

    /** Every page from this one on, in the order of the walk. */
    async function walk(list: List, way: 'nextCursor' | 'previousCursor', first: Shown, more: object) {
      const pages = [first];
      for (let cursor = first[way]; cursor !== null; cursor = pages.at(-1)?.[way] ?? null) {
        pages.push(await list({ ...more, cursor }));
      }
      return pages;
    }

    const sizes = { size: fc.integer({ min: 0, max: 60 }), count: fc.integer({ min: 1, max: 12 }) };
    const orders = fc.constantFrom({}, { sortBy: 'title' }, { filter: 'title pr' });

    it('through the same pages, from the end to one that has none before it', () =>
      fc.assert(
        fc.asyncProperty(fc.record({ ...sizes, order: orders }), async ({ size, count, order }) => {
          const { list } = world(size);
          const more = { ...order, count };
          const there = await walk(list, 'nextCursor', await list({ ...more, cursor: '' }), more);
          const back = await walk(list, 'previousCursor', there.at(-1)!, more);
          expect(back.map(numbers)).toEqual(there.map(numbers).toReversed());
          const again = await walk(list, 'nextCursor', back.at(-1)!, more);
          expect(again.map(numbers)).toEqual(there.map(numbers));
          expect(new Set([...back, ...again].map(({ totalResults }) => totalResults))).toEqual(
            new Set([size]),
          );
        }),
      ));

    it('without a gap where pages are cut short, keeping those nearest to where it comes from', () =>
      fc.assert(
        fc.asyncProperty(
          fc.record({ ...sizes, order: orders, cutAt: fc.integer({ min: 1, max: 5 }) }),
          async ({ size, count, order, cutAt }) => {
            const { reader, list } = world(size);
            const more = { ...order, count };
            const there = await walk(list, 'nextCursor', await list({ ...more, cursor: '' }), more);
            reader.cutAt = cutAt;
            const back = await walk(list, 'previousCursor', there.at(-1)!, more);
            expect(back.toReversed().flatMap(numbers)).toEqual(there.flatMap(numbers));
          },
        ),
      ));

    it('showing nobody twice and leaving out nobody who stays, whoever is deleted in between', () =>
      fc.assert(
        fc.asyncProperty(
          fc.record({
            ...sizes,
            cutAt: fc.integer({ min: 1, max: 20 }),
            deletions: fc.array(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 6 }), {
              maxLength: 20,
            }),
          }),
          async ({ size, count, cutAt, deletions }) => {
            const { reader, list } = world(size);
            const there = await walk(list, 'nextCursor', await list({ count, cursor: '' }), { count });
            reader.cutAt = cutAt;
            const losing: List = async (body) => {
              for (const number of deletions.shift() ?? []) reader.deleted.add(number);
              return list(body);
            };
            const back = await walk(losing, 'previousCursor', there.at(-1)!, { count });
            const seen = back.toReversed().flatMap(numbers);
            expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
            const stayed = Array.from({ length: size }, (_, n) => n + 1).filter(
              (n) => !reader.deleted.has(n),
            );
            expect(seen).toEqual(expect.arrayContaining(stayed));
          },
        ),
      ));

    it('and forwards again from where everything around it is gone', async () => {
      const { reader, list } = world(30);
      const first = await list({ cursor: '' });
      const second = await list({ cursor: first.nextCursor });
      for (let number = 1; number <= 20; number += 1) reader.deleted.add(number);
      const before = await list({ cursor: second.previousCursor });
      expect(before).toMatchObject({ shown: [], previousCursor: null });
      expect((await list({ cursor: before.nextCursor })).shown).toEqual([
        21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
      ]);
    });

    it('from behind the end of what is left', async () => {
      const { reader, list } = world(15);
      const first = await list({ cursor: '' });
      for (let number = 11; number <= 15; number += 1) reader.deleted.add(number);
      const empty = await list({ cursor: first.nextCursor });
      expect(empty).toMatchObject({ shown: [], nextCursor: null });
      expect((await list({ cursor: empty.previousCursor })).shown).toEqual(first.shown);
    });

    it('offers no other page where none is asked for', async () => {
      const { list } = world(30);
      const { nextCursor: cursor } = await list({ cursor: '' });
      expect(await list({ cursor, count: 0 })).toEqual({ totalResults: 30, shown: [], ...noCursors });
    });
  });
});
