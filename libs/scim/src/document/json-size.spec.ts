import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exceedsJsonBytes } from './json-size.js';
import { type ScimDocument, type ScimValue } from './scim-document.js';

const scalar = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('\u0001', '"', '\\', 'é', '\ufdfa', '😀', 'a'), maxLength: 40 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
);
const names = fc.constantFrom('userName', 'active', '$ref', 'urn:example:x:2.0:User', 'emails');
const complex = fc.dictionary(names, scalar, { noNullPrototype: false });
const document = fc.dictionary(
  names,
  fc.oneof<fc.Arbitrary<ScimValue>[]>(scalar, complex, fc.array(scalar), fc.array(complex)),
) as fc.Arbitrary<ScimDocument>;

describe('exceedsJsonBytes', () => {
  it('says to the byte what the JSON takes', () => {
    fc.assert(
      fc.property(document, (each) => {
        const bytes = Buffer.byteLength(JSON.stringify(each));
        expect(exceedsJsonBytes(each, bytes)).toBe(false);
        expect(exceedsJsonBytes(each, bytes - 1)).toBe(true);
      }),
    );
  });

  it.each([
    ['control characters', '\u0001', 6],
    ['quotes', '"', 2],
    ['CJK', '\u6f22', 3],
    ['letters', 'a', 1],
  ])('counts %s as they are written', (_name, character, bytes) => {
    const overhead = Buffer.byteLength('{"title":""}');
    const of = (count: number): ScimDocument => ({ title: character.repeat(count) });
    expect(exceedsJsonBytes(of(1_000), 1_000 * bytes + overhead)).toBe(false);
    expect(exceedsJsonBytes(of(1_001), 1_000 * bytes + overhead)).toBe(true);
  });
});
