export interface TestResult {
  readonly suite: string;
  readonly test: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  /** What was wrong, or why it was skipped. */
  readonly remarks: readonly string[];
}

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function totalsOf(results: readonly TestResult[]): Totals {
  const count = (state: TestResult['state']): number => results.filter((each) => each.state === state).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
}

/** A line per test, aligned, remarks below it; then a line per suite. */
export function resultTable(results: readonly TestResult[]): string {
  const rows = results.map(({ suite, test, state }) => [suite, test, state] as const);
  const suiteWidth = width(
    rows.map(([suite]) => suite),
    'suite',
  );
  const testWidth = width(
    rows.map(([, test]) => test),
    'test',
  );
  const line = (suite: string, test: string, result: string): string =>
    `${suite.padEnd(suiteWidth)}  ${test.padEnd(testWidth)}  ${result}`;
  return [
    line('suite', 'test', 'result'),
    line('-'.repeat(suiteWidth), '-'.repeat(testWidth), '-------'),
    ...results.flatMap(({ suite, test, state, remarks }) => [
      line(suite, test, state),
      ...remarks.map((remark) => `${' '.repeat(suiteWidth)}    ${remark}`),
    ]),
    '',
    ...[...Map.groupBy(results, ({ suite }) => suite)].map(([suite, of]) => {
      const { passed, failed, skipped } = totalsOf(of);
      return `${suite.padEnd(suiteWidth)}  ${passed} passed, ${failed} failed, ${skipped} skipped`;
    }),
  ].join('\n');
}

function width(texts: readonly string[], heading: string): number {
  return texts.reduce((widest, text) => Math.max(widest, text.length), heading.length);
}
