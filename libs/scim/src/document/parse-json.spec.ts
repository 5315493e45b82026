import { describe, expect, it } from '@jest/globals';
import { refusalOf } from '../testing/plain.js';
import { parseJson } from './parse-json.js';

const invalidSyntax = { status: 400, scimType: 'invalidSyntax' };
const invalidValue = { status: 400, scimType: 'invalidValue' };

describe('parseJson', () => {
  it('reads text and bytes', () => {
    expect(parseJson('{"a":[1,"é"]}')).toEqual({ a: [1, 'é'] });
    expect(parseJson(Buffer.from('{"a":[1,"é"]}'))).toEqual({ a: [1, 'é'] });
    expect(parseJson('"\\ud83d\\ude00"')).toBe('😀');
  });

  it.each([
    '',
    '{',
    '{"a":}',
    "{'a':1}",
    '{"a":1}}',
    'undefined',
    'NaN',
    '{"a":1,}',
    '"\u0000"',
    '\ufeff{}x',
  ])('refuses %j', (text) => {
    expect(refusalOf(() => parseJson(text))).toEqual(invalidSyntax);
  });

  it('does not repeat the body in its refusal', () => {
    expect(() => parseJson('{"password":"s3cret" x')).toThrow('The body is not valid JSON.');
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(refusalOf(() => parseJson(Buffer.from([0x22, 0xff, 0x22])))).toEqual(invalidSyntax);
  });

  it.each([
    '"\\u0000"',
    '{"a":{"b":["x\\u0000y"]}}',
    '{"\\u0000":1}',
    '"\\ud800"',
    '{"a":"\\udc00\\ud800"}',
    '"\ud800"',
  ])('refuses text no store can hold: %j', (text) =>
    expect(refusalOf(() => parseJson(text))).toEqual(invalidValue),
  );

  it('takes an escaped backslash for what it is', () => {
    expect(parseJson('"\\\\u0000"')).toBe('\\u0000');
  });

  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

  it('counts the levels of nesting, not the brackets in texts', () => {
    expect(parseJson(nested(32))).toBeDefined();
    expect(refusalOf(() => parseJson(nested(33)))).toEqual(invalidSyntax);
    expect(parseJson(nested(40), { depthMax: 40 })).toBeDefined();
    expect(parseJson(`["${'['.repeat(100)}\\"${'{'.repeat(100)}"]`)).toHaveLength(1);
    expect(parseJson(`["\\\\", "${'['.repeat(100)}"]`)).toHaveLength(2);
    expect(refusalOf(() => parseJson(`["\\\\", ${nested(33)}]`))).toEqual(invalidSyntax);
    expect(parseJson(`[${Array.from({ length: 1000 }, () => '[]').join(',')}]`)).toHaveLength(1000);
  });

  it.each(['[', '{"a":', '[{"a":[', '{"a":"\\u0041","b":['])('survives 100,000 levels of %s', (open) => {
    expect(refusalOf(() => parseJson(open.repeat(100_000)))).toEqual(invalidSyntax);
    expect(refusalOf(() => parseJson(nested(10_000)))).toEqual(invalidSyntax);
  });

  it('refuses more bytes than it may read', () => {
    expect(refusalOf(() => parseJson('[1, 2]', { lengthBytesMax: 5 }))).toEqual({
      status: 413,
      scimType: undefined,
    });
    expect(parseJson('[1,2]', { lengthBytesMax: 5 })).toEqual([1, 2]);
  });
});
