import { describe, expect, it } from '@jest/globals';
import { compareText } from '@muster/scim';
import fc from 'fast-check';
import { SqlParameters } from './sql-parameters.js';
import { StatementShapes } from './statement-shapes.js';
import { afterPrefix, prefixCondition, textCondition } from './text-condition.js';

const TENANT = '0192f0c1-0000-7000-8000-00000000000a';

describe('afterPrefix', () => {
  it.each([
    ['a', 'b'],
    ['az', 'a{'],
    ['\ud7ff', '\ue000'],
    ['\uffff', '\u{10000}'],
    ['a\u{10ffff}', 'b'],
    ['\u{10ffff}', null],
    ['', null],
  ])('%j ends before %j', (prefix, end) => {
    expect(afterPrefix(prefix)).toBe(end);
  });

  it('has every text with the prefix before it, and every other one outside', () => {
    const text = fc.string({ unit: 'binary' }).filter((each) => each.isWellFormed());
    fc.assert(
      fc.property(text, text, (prefix, other) => {
        const end = afterPrefix(prefix);
        const inRange = (each: string): boolean =>
          compareText(each, prefix) >= 0 && (end === null || compareText(each, end) < 0);
        expect(inRange(prefix + other)).toBe(true);
        if (end !== null || prefix === '') expect(inRange(other)).toBe(other.startsWith(prefix));
      }),
    );
  });
});

describe('conditions on text', () => {
  it('bind what is sought, whatever it looks like', () => {
    const evil = `' or true --`;
    for (const operator of ['eq', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const) {
      const parameters = new SqlParameters(TENANT);
      const sql = textCondition(operator, 'r.user_name_key', evil, parameters);
      expect(sql).not.toContain('true');
      expect(parameters.values).toEqual([TENANT, evil]);
    }
    const parameters = new SqlParameters(TENANT);
    expect(prefixCondition('r.user_name_key', evil, parameters)).toBe(
      '(r.user_name_key >= $2::text and r.user_name_key < $3::text)',
    );
    expect(parameters.values).toEqual([TENANT, evil, `' or true -.`]);
  });
});

describe('StatementShapes', () => {
  it('names a text always the same, two texts differently, and not more than it can hold', () => {
    const shapes = new StatementShapes();
    const first = shapes.nameOf('users.page', 'select 1');
    expect(first).toMatch(/^users\.page\.[0-9a-f]{12}$/);
    expect(shapes.nameOf('users.page', 'select 1')).toBe(first);
    expect(shapes.nameOf('users.page', 'select 2')).not.toBe(first);
    for (let n = 0; n < 500; n += 1) shapes.nameOf('users.page', `select ${n}`);
    expect(shapes.nameOf('users.page', 'select 501')).toBeNull();
    expect(shapes.nameOf('users.page', 'select 1')).toBe(first);
  });
});
