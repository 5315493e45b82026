import { describe, expect, it } from '@jest/globals';
import { Roll } from './roll.js';

describe('a roll call', () => {
  const roll = (...pages: string[][]) => {
    const called = new Roll(['anna', 'bo', 'clara']);
    for (const page of pages) called.see(page);
    return called;
  };

  it('is content when everybody was seen once, in whatever order', () => {
    expect(roll(['clara', 'anna'], [], ['bo']).problems()).toEqual([]);
  });

  it.each([
    ['misses who was left out', [['anna'], ['clara']], ['1 not seen, the first: bo']],
    [
      'notices who was shown twice',
      [
        ['anna', 'bo'],
        ['bo', 'clara'],
      ],
      ['1 seen more than once, the first: bo'],
    ],
    [
      'notices a stranger',
      [['anna', 'bo', 'clara', 'dag']],
      ['1 seen, and not of this directory, the first: dag'],
    ],
    [
      'is not deceived by the right number of wrong people',
      [['anna', 'anna', 'dag']],
      [
        '2 not seen, the first: bo, clara',
        '1 seen more than once, the first: anna',
        '1 seen, and not of this directory, the first: dag',
      ],
    ],
  ])('%s', (_, pages, problems) => {
    expect(roll(...pages).problems()).toEqual(problems);
  });

  it('counts repetitions, since they took their time', () => {
    expect(roll(['anna', 'bo'], ['bo']).count).toBe(3);
  });
});
