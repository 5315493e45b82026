import { describe, expect, it } from '@jest/globals';
import { addSummaries, checkSummary, jestSummary, summaryLine } from './test-summary.js';

describe('jestSummary', () => {
  it('counts tests, and a suite that could not run as one failure', () => {
    const result = {
      numPassedTests: 7,
      numFailedTests: 2,
      numRuntimeErrorTestSuites: 1,
      numPendingTests: 3,
      numTodoTests: 1,
    };
    expect(jestSummary(result, 1)).toEqual({ passed: 7, failed: 3, skipped: 4 });
  });

  it('does not believe a run that ended badly although every test passed', () => {
    expect(jestSummary({ numPassedTests: 7, numFailedTests: 0 }, 1)).toEqual({
      passed: 7,
      failed: 1,
      skipped: 0,
    });
    expect(jestSummary({ numPassedTests: 7, numFailedTests: 0 }, null)).toEqual({
      passed: 7,
      failed: 1,
      skipped: 0,
    });
  });

  it('takes a run without a result for a failure', () => {
    expect(jestSummary(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

describe('summaryLine', () => {
  it('names skipped tests only when there are some', () => {
    expect(summaryLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
    expect(summaryLine({ passed: 12, failed: 1, skipped: 2 })).toBe('12 passed, 1 failed, 2 skipped');
  });

  it('adds a failing check to the tests', () => {
    const sum = addSummaries(
      checkSummary(false),
      addSummaries(checkSummary(true), { passed: 3, failed: 0, skipped: 1 }),
    );
    expect(summaryLine(sum)).toBe('4 passed, 1 failed, 1 skipped');
  });
});
