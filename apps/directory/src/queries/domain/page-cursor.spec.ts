import { describe, expect, it } from '@jest/globals';
import { CURSOR_LIFETIME_MS, CursorCodec, PLACE_MAX } from './page-cursor.js';

const codec = new CursorCodec('a secret of at least thirty-two characters');
const position = { by: 'seq', at: 4711, side: 'behind', totalResults: 90 } as const;
const nowMs = 1_800_000_000_000;

describe('CursorCodec', () => {
  it('gives back what went in', () => {
    expect(codec.decode('t1:users', codec.encode('t1:users', position, nowMs), nowMs)).toEqual(position);
    for (const by of ['seq', 'offset'] as const)
      for (const side of ['behind', 'before'] as const)
        for (const at of [0, 1, PLACE_MAX]) {
          const other = { by, at, side, totalResults: 0 };
          expect(codec.decode('w', codec.encode('w', other, nowMs), nowMs)).toEqual(other);
        }
  });

  it.each([
    ['another walk', codec.encode('t2:users', position, nowMs)],
    ['another secret', new CursorCodec('another secret').encode('t1:users', position, nowMs)],
    ['text', 'next'],
    ['nothing', ''],
    ['a cut cursor', codec.encode('t1:users', position, nowMs).slice(0, -2)],
    [
      'a made-up position',
      Buffer.concat([Buffer.alloc(16), Buffer.from('s1-1-9999999999999')]).toString('base64url'),
    ],
  ])('refuses %s', (_, cursor) => {
    expect(() => codec.decode('t1:users', cursor, nowMs)).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidCursor' }),
    );
  });

  it('refuses a changed position', () => {
    const bytes = Buffer.from(codec.encode('t1:users', position, nowMs), 'base64url');
    bytes[17] = (bytes[17] ?? 0) + 1;
    expect(() => codec.decode('t1:users', bytes.toString('base64url'), nowMs)).toThrow(
      expect.objectContaining({ scimType: 'invalidCursor' }),
    );
  });

  it('expires', () => {
    const cursor = codec.encode('w', position, nowMs);
    expect(codec.decode('w', cursor, nowMs + CURSOR_LIFETIME_MS)).toEqual(position);
    expect(() => codec.decode('w', cursor, nowMs + CURSOR_LIFETIME_MS + 1)).toThrow(
      expect.objectContaining({ status: 400, scimType: 'expiredCursor' }),
    );
  });
});
