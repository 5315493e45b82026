import { describe, expect, it } from '@jest/globals';
import { DOCUMENT_DEPTH_MAX, documentFromJson } from './document-from-json.js';

const nested = (levels: number): unknown =>
  JSON.parse('{"a":'.repeat(levels - 1) + '{}' + '}'.repeat(levels - 1));

describe('documentFromJson', () => {
  it('rebuilds what was written, without a prototype at any level', () => {
    const text = JSON.stringify({
      userName: 'ada@example.test',
      active: true,
      name: { givenName: 'Ada' },
      emails: [{ value: 'ada@example.test', primary: true }],
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'Sums' },
      $ref: 'Users/1',
      rank: 1.5,
    });
    const document = documentFromJson(JSON.parse(text));
    expect(JSON.stringify(document)).toBe(text);
    expect(Object.getPrototypeOf(document)).toBeNull();
    expect(Object.getPrototypeOf(document.name)).toBeNull();
    expect(document.toString).toBeUndefined();
  });

  it.each([
    ['null', 'null'],
    ['a list', '[]'],
    ['a text', '"x"'],
    ['an unassigned attribute', '{"a":null}'],
    ['null in a list', '{"a":[null]}'],
    ['__proto__', '{"__proto__":{"admin":true}}'],
    ['__proto__ further down', '{"name":{"__proto__":{"admin":true}}}'],
    ['constructor', '{"constructor":{"prototype":{"admin":true}}}'],
    ['toString', '{"toString":"x"}'],
    ['an empty name', '{"":"x"}'],
    ['a path for a name', '{"name.givenName":"x"}'],
    ['NUL', '{"a":"\\u0000"}'],
    ['an unpaired surrogate', '{"a":"\\ud800"}'],
  ])('refuses %s', (_, text) => {
    expect(() => documentFromJson(JSON.parse(text))).toThrow(expect.objectContaining({ status: 400 }));
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it('refuses numbers that JSON cannot hold', () => {
    expect(() => documentFromJson({ a: Number.POSITIVE_INFINITY })).toThrow(
      'a value that SCIM does not know',
    );
  });

  it('accepts the deepest document and refuses the next', () => {
    expect(documentFromJson(nested(DOCUMENT_DEPTH_MAX))).toBeDefined();
    expect(() => documentFromJson(nested(DOCUMENT_DEPTH_MAX + 1))).toThrow('nested at most');
    const lists = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(() => documentFromJson(JSON.parse(`{"a":${lists}}`))).toThrow('nested at most');
  });
});
