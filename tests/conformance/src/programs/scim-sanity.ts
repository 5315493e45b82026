import { join } from 'node:path';
import { type TestResult } from '../report.js';
import { type TenantWish } from '../replay/replay-case.js';
import { type Tenant } from '../service/scim-service.js';
import { pythonEnvironment } from './python-environment.js';
import { runProgram } from './run-program.js';

const PROBE_TIMEOUT_MS = 120_000;

/** It wants the group back from every PATCH, and adds members that it has made up. */
export const scimSanityTenant: TenantWish = {
  settings: { patchGroupReturnsBody: true, unknownMembers: 'lenient' },
};

/** The probe of scim-sanity, strict. @throws MissingProgramError without Python or its packages */
export async function runScimSanity(suite: string, tenant: Tenant): Promise<TestResult[]> {
  const lines: string[] = [];
  const program = join(await pythonEnvironment('scim-sanity'), 'scim-sanity');
  const args = ['probe', tenant.url, '--token', tenant.token, '--i-accept-side-effects', '--json-output'];
  try {
    await runProgram(program, args, { timeoutMs: PROBE_TIMEOUT_MS, onLine: (line) => lines.push(line) });
  } catch (error) {
    // It ends with an error when a check has failed; then there is a report all the same.
    if (reportOf(suite, lines) === undefined) throw error;
  }
  const results = reportOf(suite, lines) ?? [];
  if (results.length === 0) throw new Error('scim-sanity reported nothing');
  return results;
}

const STATES: ReadonlyMap<unknown, TestResult['state']> = new Map([
  ['pass', 'passed'],
  ['skip', 'skipped'],
]);

/** Reads its report; undefined when there is none. */
export function reportOf(suite: string, lines: readonly string[]): TestResult[] | undefined {
  const text = lines.join('\n');
  let report: unknown;
  try {
    report = JSON.parse(text.slice(Math.max(0, text.indexOf('{'))));
  } catch {
    return undefined;
  }
  const results: unknown = new Map<string, unknown>(Object.entries(report ?? {})).get('results');
  if (!Array.isArray(results)) return undefined;
  return results.map((each: unknown) => {
    const fields = new Map<string, unknown>(Object.entries(each ?? {}));
    const state = STATES.get(fields.get('status')) ?? 'failed';
    const message = fields.get('message');
    const remarks = state === 'passed' || typeof message !== 'string' ? [] : [message];
    return { suite, test: String(fields.get('name')), state, remarks };
  });
}
