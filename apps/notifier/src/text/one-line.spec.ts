import { describe, expect, it } from '@jest/globals';
import { oneLine } from './one-line.js';

describe('oneLine', () => {
  it.each([
    ['plain', 'Ada Lovelace', 'Ada Lovelace'],
    ['a header injection', 'x\r\nBcc: evil@x', 'x Bcc: evil@x'],
    ['a NUL, which Postgres refuses', 'a\u0000b', 'a b'],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['text that would be read backwards', 'invoice\u202egpj.exe', 'invoice gpj.exe'],
    ['line separators of Unicode', 'a\u2028b\u2029c', 'a b c'],
    ['white space at both ends', ' \t a  b \n', 'a b'],
    ['nothing printable', '\u0007\u202e', ''],
    ['joined emoji stay joined', '👩‍💻', '👩‍💻'],
  ])('makes one line of %s', (_, value, expected) => {
    expect(oneLine(value, 64)).toBe(expected);
  });

  it('cuts by characters, not by units, and says so', () => {
    expect(oneLine('🦉'.repeat(10), 4)).toBe('🦉🦉🦉…');
    expect(oneLine('abcd', 4)).toBe('abcd');
  });

  it('bounds a name of a megabyte', () => {
    expect(Array.from(oneLine('n'.repeat(1_000_000), 64))).toHaveLength(64);
  });
});
