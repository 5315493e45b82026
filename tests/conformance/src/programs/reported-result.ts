import { type TestResult } from '../report.js';

/** Reads a line that a program has printed about one of its tests; undefined when the line is about something else. */
export function reportedResult(suite: string, line: string): TestResult | undefined {
  if (!line.startsWith('{')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const fields = new Map<string, unknown>(Object.entries(value ?? {}));
  const test = fields.get('test');
  const state = fields.get('state');
  const remarks = fields.get('remarks');
  if (typeof test !== 'string' || (state !== 'passed' && state !== 'failed' && state !== 'skipped'))
    return undefined;
  return { suite, test, state, remarks: Array.isArray(remarks) ? remarks.map(String) : [] };
}
