import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { generateBearerToken, hashBearerToken, isWellFormedToken } from './bearer-token.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Fixed, so that the form of tokens already handed out stays valid for ever. */
const KNOWN = 'mst_0123456789ABCDEFGHIJKLMNOPQRSTUV_4H0uVA';

describe('a bearer token', () => {
  it('has a prefix, 32 random characters and a checksum, and no character that ends a selection', () => {
    expect(generateBearerToken()).toMatch(/^mst_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}$/);
  });

  it('is well formed when it is whole', () => {
    for (let i = 0; i < 200; i += 1) expect(isWellFormedToken(generateBearerToken())).toBe(true);
    expect(isWellFormedToken(KNOWN)).toBe(true);
  });

  it('shows a change of any one character', () => {
    for (const token of [KNOWN, generateBearerToken()]) {
      for (let position = 0; position < token.length; position += 1) {
        for (const character of `${ALPHABET}_-`) {
          if (character === token[position]) continue;
          const changed = token.slice(0, position) + character + token.slice(position + 1);
          expect([changed, isWellFormedToken(changed)]).toEqual([changed, false]);
        }
      }
    }
  });

  it('shows two neighbours swapped', () => {
    const token = generateBearerToken();
    for (let position = 0; position + 1 < token.length; position += 1) {
      const swapped =
        token.slice(0, position) + token[position + 1] + token[position] + token.slice(position + 2);
      if (swapped !== token) expect([swapped, isWellFormedToken(swapped)]).toEqual([swapped, false]);
    }
  });

  it('shows a paste that was cut at either end, or has more than the token', () => {
    const token = generateBearerToken();
    for (let length = 0; length < token.length; length += 1) {
      expect(isWellFormedToken(token.slice(0, length))).toBe(false);
      expect(isWellFormedToken(token.slice(token.length - length))).toBe(false);
    }
    for (const more of [` ${token}`, `${token} `, `${token}\n`, `Bearer ${token}`, token + token]) {
      expect(isWellFormedToken(more)).toBe(false);
    }
  });

  it('draws every character of the alphabet about equally often', () => {
    const counts = new Map<string, number>();
    const tokens = 2_000;
    for (let i = 0; i < tokens; i += 1) {
      for (const character of generateBearerToken().slice(4, 36))
        counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    const expected = (tokens * 32) / 62;
    expect(counts.size).toBe(62);
    // Eight standard deviations: chance does not reach it, a modulo bias of 25 % does.
    for (const count of counts.values())
      expect(Math.abs(count - expected)).toBeLessThan(8 * Math.sqrt(expected));
  });

  it('is spoken of by its SHA-256', () => {
    expect(hashBearerToken(KNOWN)).toBe(createHash('sha256').update(KNOWN).digest('hex'));
  });
});
