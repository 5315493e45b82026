import { describe, expect, it } from '@jest/globals';
import { presentedCredential } from './authorization-header.js';

describe('presentedCredential', () => {
  it.each([
    ['Bearer mst_x', 'mst_x'],
    ['bearer mst_x', 'mst_x'],
    ['BEARER   mst_x  ', 'mst_x'],
    ['Bearer Bearer mst_x', 'mst_x'],
    ['Bearer bearer  Bearer mst_x', 'mst_x'],
  ])('reads the token of %j', (header, token) => {
    expect(presentedCredential(header)).toEqual({ kind: 'bearer', token });
  });

  it.each([
    undefined,
    '',
    'mst_x',
    'Basic dTpw',
    'Bearer',
    'Bearer ',
    'Bearermst_x',
    `Bearer ${'x'.repeat(600)}`,
  ])('finds none in %j', (header) => {
    expect(presentedCredential(header)).toEqual({ kind: 'none' });
  });
});
