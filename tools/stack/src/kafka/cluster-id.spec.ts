import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newClusterId } from './cluster-id.js';

const WELL_FORMED = /^[A-Za-f][A-Za-z0-9_-]{21}$/;

describe('the id of a new cluster', () => {
  it('can be given to a command line, whatever chance makes of it', () => {
    expect(newClusterId(Buffer.alloc(16, 0xf8))).toMatch(WELL_FORMED);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(newClusterId(bytes)).toMatch(WELL_FORMED);
      }),
    );
  });

  it('is another one each time', () => {
    expect(new Set(Array.from({ length: 100 }, () => newClusterId())).size).toBe(100);
  });
});
