import { describe, expect, it } from '@jest/globals';
import { including } from './expected-json.js';
import { formEncoded, percentEncoded } from './encoding.js';
import { fill, fillText } from './placeholders.js';

const bindings = new Map([['jo', 'u-1']]);

describe('placeholders', () => {
  it('are filled in texts, names and lists', () => {
    expect(fill({ '{{jo}}': ['a {{jo}} b', 1, null, true] }, bindings)).toEqual({
      'u-1': ['a u-1 b', 1, null, true],
    });
  });

  it('are filled in what a list has to include', () => {
    expect(fill(including({ value: '{{jo}}' }), bindings)).toEqual(including({ value: 'u-1' }));
  });

  it('have to be known', () => {
    expect(() => fillText('{{eve}}', bindings)).toThrow('nothing is known as {{eve}}');
  });

  it('outlast the encoding of a query', () => {
    expect(percentEncoded('id eq "{{jo}}"')).toBe('id%20eq%20%22{{jo}}%22');
    expect(formEncoded('emails[type eq "{{jo}}"]')).toBe('emails%5btype+eq+%22{{jo}}%22%5d');
  });
});
