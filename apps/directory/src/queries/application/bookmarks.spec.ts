import { describe, expect, it } from '@jest/globals';
import { Bookmarks } from './bookmarks.js';
import { ExpiringMap } from './expiring-map.js';

describe('Bookmarks', () => {
  it('begins where the page before ended, or counts off from the nearest place before', () => {
    const bookmarks = new Bookmarks(() => 0);
    for (const index of [601, 1_001, 801]) bookmarks.remember('w', index, index * 10);
    expect(bookmarks.plan('w', 801)).toEqual({ afterSeq: 8_010, offset: 0 });
    expect(bookmarks.plan('w', 999)).toEqual({ afterSeq: 8_010, offset: 198 });
    expect(bookmarks.plan('w', 5_000)).toEqual({ afterSeq: 10_010, offset: 3_999 });
    expect(bookmarks.plan('w', 600)).toEqual({ afterSeq: null, offset: 599 });
    expect(bookmarks.plan('another', 801)).toEqual({ afterSeq: null, offset: 800 });
  });

  it('keeps the latest place of an index, and forgets a walk that rests', () => {
    let now = 0;
    const bookmarks = new Bookmarks(() => now);
    bookmarks.remember('w', 601, 1);
    bookmarks.remember('w', 601, 2);
    expect(bookmarks.plan('w', 601)).toEqual({ afterSeq: 2, offset: 0 });
    now = 60_000;
    expect(bookmarks.plan('w', 601)).toEqual({ afterSeq: null, offset: 600 });
  });
});

describe('ExpiringMap', () => {
  it('lets go of what was not used for longest', () => {
    const map = new ExpiringMap<number>({ entriesMax: 2, lifetimeMs: 10, now: () => 0 });
    map.set('a', 1);
    map.set('b', 2);
    expect(map.get('a')).toBe(1);
    map.set('c', 3);
    expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([1, undefined, 3, 2]);
  });
});
