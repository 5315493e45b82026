import { describe, expect, it } from '@jest/globals';
import {
  absent,
  differences,
  including,
  inOrder,
  noValues,
  someTime,
  textLike,
  type Expected,
} from './expected-json.js';
import { type Json } from './json.js';

describe('differences', () => {
  it.each<readonly [string, Expected, Json | undefined]>([
    ['more than is asked for', { a: 1 }, { a: 1, b: 2 }],
    ['values in another order', [{ a: 1 }, { a: 2 }], [{ a: 2, b: 3 }, { a: 1 }]],
    ['the same value twice', [1, 1], [1, 1]],
    ['what is absent', { a: absent }, {}],
    ['no values as an empty list', { a: noValues }, { a: [] }],
    ['no values as nothing', { a: noValues }, {}],
    ['a list with more', { a: including({ b: 1 }) }, { a: [{ b: 2 }, { b: 1 }] }],
    ['a list in its order', inOrder(1, 2), [1, 2]],
    ['text by its form', textLike(/^W\//), 'W/"1"'],
    ['a time', someTime, '2026-01-31T10:20:30.123Z'],
  ])('finds none in %s', (_, expected, actual) => {
    expect(differences(expected, actual)).toEqual([]);
  });

  it.each<readonly [string, Expected, Json | undefined, string]>([
    ['another value', { a: { b: 1 } }, { a: { b: 2 } }, '/a/b should be 1, but is 2'],
    ['a text in place of a boolean', { a: true }, { a: 'true' }, '/a should be true, but is "true"'],
    ['what is missing', { a: 1 }, {}, '/a should be 1, but is nothing'],
    ['what should be absent', { a: absent }, { a: null }, '/a should be nothing, but is null'],
    ['too few values', [1, 1], [1], 'the body should be 2 values, but is [1]'],
    ['another value in a list', { a: [1, 2] }, { a: [2, 3] }, '/a[0] should be 1, but is 2'],
    ['a list in place of an object', { a: { b: 1 } }, { a: [] }, '/a should be an object, but is []'],
    ['a value that a list lacks', including(1), [2], 'the body should be a list with 1, but is [2]'],
    ['a list in another order', inOrder(1, 2), [2, 2], '[0] should be 1, but is 2'],
    ['an inherited name', { toString: 1 }, {}, '/toString should be 1, but is nothing'],
    ['no body', { a: 1 }, undefined, 'the body should be an object, but is nothing'],
  ])('names the place of %s', (_, expected, actual, problem) => {
    expect(differences(expected, actual)).toEqual([problem]);
  });
});
