import { describe, expect, it } from '@jest/globals';
import { bearerToken, sameSecret } from './same-secret.js';

describe('sameSecret', () => {
  it('is true for the same text alone', () => {
    expect(sameSecret('correct horse', 'correct horse')).toBe(true);
    for (const other of ['', 'correct hors', 'correct horse ', 'correct horsf', 'Correct horse']) {
      expect(sameSecret(other, 'correct horse')).toBe(false);
    }
  });
});

describe('bearerToken', () => {
  it.each([
    ['Bearer abc.DEF-123_~+/==', 'abc.DEF-123_~+/=='],
    ['bearer abc', 'abc'],
    ['BEARER   abc ', 'abc'],
    ['Basic abc', undefined],
    ['Bearer', undefined],
    ['Bearer ', undefined],
    ['Bearer a b', undefined],
    ['Bearer p@ss,word!', 'p@ss,word!'],
    ['Bearer ab\u00e9', undefined],
    ['Bearer a\nb', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j', (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });
});
