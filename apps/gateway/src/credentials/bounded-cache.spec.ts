import { describe, expect, it } from '@jest/globals';
import { BoundedCache } from './bounded-cache.js';

describe('BoundedCache', () => {
  it('serves nothing past its moment', () => {
    const cache = new BoundedCache<string>(10);
    cache.set('a', 'A', 100, 0);
    expect(cache.get('a', 99)).toBe('A');
    expect(cache.get('a', 100)).toBeUndefined();
  });

  it('lets go of the longest unused when it is full', () => {
    const cache = new BoundedCache<string>(2);
    cache.set('a', 'A', 100, 0);
    cache.set('b', 'B', 100, 0);
    cache.get('a', 1);
    cache.set('c', 'C', 100, 1);
    expect([cache.get('a', 2), cache.get('b', 2), cache.get('c', 2)]).toEqual(['A', undefined, 'C']);
    expect(cache.size).toBe(2);
  });

  it('does not keep what nobody asked for since its moment', () => {
    const cache = new BoundedCache<string>(10);
    cache.set('a', 'A', 100, 0);
    cache.set('b', 'B', 100, 0);
    cache.set('c', 'C', 250, 150);
    expect(cache.size).toBe(1);
  });
});
