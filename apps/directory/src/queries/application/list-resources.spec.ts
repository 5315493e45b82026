import { describe, expect, it } from '@jest/globals';
import type { TenantId } from '@muster/contracts';
import { parseFilter } from '@muster/scim';
import { parseResourceQuery } from '../domain/resource-query.js';
import { ResourceLister } from './list-resources.js';
import type { Page, PageRequest, ResourceReader } from './resource-reader.js';

const TENANT = '0192f0c1-0000-7000-8000-00000000000a' as TenantId;

/** Resources 1 to n, whose place is ten times their number. Remembers what it was asked. */
class NumberedReader implements ResourceReader {
  readonly requests: PageRequest[] = [];
  counts = 0;
  /** Resources on one page at the most, as with groups of many members. */
  cutAt = Infinity;

  constructor(public size: number) {}

  async read(): Promise<string | null> {
    return null;
  }

  async page(request: PageRequest): Promise<Page> {
    this.requests.push(request);
    const all = Array.from({ length: this.size }, (_, n) => ({ seq: (n + 1) * 10, json: String(n + 1) }));
    const from = all
      .filter(({ seq }) => seq > (request.afterSeq ?? 0))
      .slice(request.offset, request.offset + request.limit);
    const resources = from.slice(0, this.cutAt);
    const total = request.filter === null && request.withTotal && resources.length > 0 ? this.size : null;
    return { resources, total, cut: resources.length < from.length };
  }

  async count(): Promise<number> {
    this.counts += 1;
    return this.size;
  }
}

describe('ResourceLister', () => {
  let nowMs = 1_800_000_000_000;

  function world(size: number) {
    const reader = new NumberedReader(size);
    const lister = new ResourceLister({ reader, cursorSecret: 'a secret', now: () => nowMs });
    const list = async (body: Readonly<Record<string, unknown>>) => {
      const { filter, ...rest } = body;
      const tree = typeof filter === 'string' ? { filter: parseFilter(filter) } : {};
      const { resources, ...answer } = await lister.list(
        parseResourceQuery(TENANT, 'users', { startIndex: 1, count: 10, ...rest, ...tree }),
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
    expect(await list({ startIndex: 6 })).toEqual({ totalResults: 5, shown: [], nextCursor: null });
    expect(reader.counts).toBe(1);
  });

  it('reads no resource when none is asked for', async () => {
    const { reader, list } = world(5);
    expect(await list({ count: 0 })).toEqual({ totalResults: 5, shown: [], nextCursor: null });
    expect(await list({ count: -3 })).toMatchObject({ totalResults: 5, shown: [] });
    expect(reader.requests).toEqual([]);
  });

  it('begins a far page where the one before ended, and counts off near ones', async () => {
    const { reader, list } = world(2_000);
    for (const startIndex of [1, 501, 1_001]) await list({ startIndex, count: 500 });
    expect(reader.requests.map(({ afterSeq, offset }) => [afterSeq, offset])).toEqual([
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
    expect(reader.requests.map(({ afterSeq, offset }) => [afterSeq, offset])).toEqual([
      [null, 0],
      [null, 10],
    ]);
  });
});
