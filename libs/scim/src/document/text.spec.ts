import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareText, exceedsBytes, foldCase, isStorableText } from './text.js';

describe('foldCase', () => {
  it.each([
    ['Jo@X.Test', 'jo@x.test'],
    ['ﬁnn', 'finn'],
    ['ＡＢＣ', 'abc'],
    ['e\u0301', 'é'],
    ['É', 'é'],
    ['Ⅳ', 'iv'],
    ['İ', 'i\u0307'],
  ])('folds %s to %s', (text, folded) => expect(foldCase(text)).toBe(folded));

  it('folds what it folded to itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) =>
        expect(foldCase(foldCase(text))).toBe(foldCase(text)),
      ),
    );
  });

  it('folds letters with thousands of marks in time that grows with their number', () => {
    const marked = (times: number): string => `a${'\u0301\u0323\u0315'.repeat(times)}`;
    const before = process.cpuUsage();
    const folded = foldCase(marked(10_000));
    // Tens of times what it takes; sorted as one run it would take seconds.
    expect(process.cpuUsage(before).user).toBeLessThan(500_000);
    expect(foldCase(folded)).toBe(folded);
    expect(foldCase(marked(10_000).replace('a', 'A'))).toBe(folded);
    expect(foldCase(marked(100))).toBe(marked(100).normalize('NFKC'));
  });

  it('does not depend on whether text is ASCII', () => {
    fc.assert(
      fc.property(fc.string(), (text) =>
        expect(foldCase(text)).toBe(text.normalize('NFKC').toLowerCase().normalize('NFKC')),
      ),
    );
  });
});

describe('compareText', () => {
  it('orders as the bytes of UTF-8 do', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'z', 'é', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'),
    });
    fc.assert(
      fc.property(text, text, (left, right) => {
        expect(Math.sign(compareText(left, right))).toBe(
          Buffer.compare(Buffer.from(left), Buffer.from(right)),
        );
      }),
    );
  });
});

describe('exceedsBytes', () => {
  it('counts bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(30), (text, bytesMax) => {
        expect(exceedsBytes(text.toWellFormed(), bytesMax)).toBe(
          Buffer.byteLength(text.toWellFormed()) > bytesMax,
        );
      }),
    );
  });
});

describe('isStorableText', () => {
  it.each([
    ['', true],
    ['a\n\t', true],
    ['😀', true],
    ['a\0', false],
    ['\ud83d', false],
    ['\ude00\ud83d', false],
  ])('%j: %s', (text, isStorable) => expect(isStorableText(text)).toBe(isStorable));
});
