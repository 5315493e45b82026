/** Counts of one `npm test`. A static check counts as one item. */
export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NOTHING_COUNTED: TestSummary = { passed: 0, failed: 0, skipped: 0 };

export function addSummaries(one: TestSummary, other: TestSummary): TestSummary {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  };
}

export function checkSummary(succeeded: boolean): TestSummary {
  return succeeded ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/**
 * Counts of a Jest result (`--json`). A suite that could not run at all has no tests to count: it is one failure. So is a run without a
 * readable result, and one that ended badly although every test passed (an open handle, a failing teardown).
 */
export function jestSummary(result: unknown, exitCode: number | null): TestSummary {
  if (typeof result !== 'object' || result === null) return checkSummary(false);
  const fields = new Map<string, unknown>(Object.entries(result));
  const count = (name: string): number => {
    const value = fields.get(name);
    return typeof value === 'number' ? value : 0;
  };
  const failed = count('numFailedTests') + count('numRuntimeErrorTestSuites');
  return {
    passed: count('numPassedTests'),
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: count('numPendingTests') + count('numTodoTests'),
  };
}

/** The last line of `npm test`, read by programs: `12 passed, 0 failed`, and `, 3 skipped` when there are any. */
export function summaryLine({ passed, failed, skipped }: TestSummary): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}
