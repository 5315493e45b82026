import { describe, expect, it } from '@jest/globals';
import { MusterctlError } from '../musterctl-error.js';
import { parseExpiry } from './expiry.js';

const NOW = new Date('2026-01-31T12:00:00Z');

describe('parseExpiry', () => {
  it.each([
    ['12h', '2026-02-01T00:00:00.000Z'],
    ['90d', '2026-05-01T12:00:00.000Z'],
    ['2w', '2026-02-14T12:00:00.000Z'],
    ['2030-01-31', '2030-01-31T00:00:00.000Z'],
  ])('reads %s as %s', (text, iso) => {
    expect(parseExpiry(text, NOW)).toBe(iso);
  });

  it.each(['tomorrow', '90', '5y', '2026-01-31', '0d'])('refuses %s', (text) => {
    expect(() => parseExpiry(text, NOW)).toThrow(MusterctlError);
  });
});
