import { describe, expect, it } from '@jest/globals';
import { reportedResult } from './programs/reported-result.js';
import { reportOf } from './programs/scim-sanity.js';
import { resultTable, totalsOf, type TestResult } from './report.js';

const results: readonly TestResult[] = [
  { suite: 'entra', test: 'match', state: 'passed', remarks: [] },
  { suite: 'entra', test: 'create it', state: 'failed', remarks: ['answered 500'] },
  { suite: 'java', test: 'all of it', state: 'skipped', remarks: ['needs Java'] },
];

describe('a report', () => {
  it('is one table, with what was wrong below its test and a line per suite', () => {
    expect(resultTable(results)).toBe(
      [
        'suite  test       result',
        '-----  ---------  -------',
        'entra  match      passed',
        'entra  create it  failed',
        '         answered 500',
        'java   all of it  skipped',
        '         needs Java',
        '',
        'entra  1 passed, 1 failed, 0 skipped',
        'java   0 passed, 0 failed, 1 skipped',
      ].join('\n'),
    );
  });

  it('counts', () => {
    expect(totalsOf(results)).toEqual({ passed: 1, failed: 1, skipped: 1 });
  });
});

describe('a line that a program prints', () => {
  it('is a result', () => {
    expect(reportedResult('x', '{"test":"a","state":"failed","remarks":["b"]}')).toEqual({
      suite: 'x',
      test: 'a',
      state: 'failed',
      remarks: ['b'],
    });
  });

  it.each(['', 'log line', '{', '{}', '{"test":"a","state":"splendid"}', '[1]'])(
    'or is about something else: %s',
    (line) => {
      expect(reportedResult('x', line)).toBeUndefined();
    },
  );
});

describe('the report of scim-sanity', () => {
  it('is read, whatever is printed before it', () => {
    const report = {
      results: [
        { name: 'a', status: 'pass', message: 'fine' },
        { name: 'b', status: 'fail', message: 'no' },
      ],
    };
    expect(reportOf('x', ['probing', JSON.stringify(report)])).toEqual([
      { suite: 'x', test: 'a', state: 'passed', remarks: [] },
      { suite: 'x', test: 'b', state: 'failed', remarks: ['no'] },
    ]);
  });

  it.each(['', 'Traceback', '{"results": 1}', '{'])('is none: %s', (line) => {
    expect(reportOf('x', [line])).toBeUndefined();
  });
});
