import { describe, expect, it } from '@jest/globals';
import { card, table } from './table.js';

describe('table', () => {
  it('aligns columns under their titles, without trailing blanks', () => {
    expect(
      table(
        ['name', 'state'],
        [
          ['acme', 'active'],
          ['a much longer name', ''],
        ],
      ),
    ).toBe(['NAME                STATE', 'acme                active', 'a much longer name'].join('\n'));
  });

  it('keeps control characters of a name away from the terminal', () => {
    expect(table(['name'], [['\u001b[31mred']])).toBe('NAME\n\u{FFFD}[31mred');
    expect(card([['Name', 'two\nlines']])).toBe('Name  two\u{FFFD}lines');
  });
});
