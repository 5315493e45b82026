import { join } from 'node:path';
import { type TestResult } from '../report.js';
import { type Tenant } from '../service/scim-service.js';
import { ROOM } from './cache.js';
import { pythonEnvironment } from './python-environment.js';
import { reportedResult } from './reported-result.js';
import { runProgram } from './run-program.js';

const CHECK_TIMEOUT_MS = 180_000;

/** The checks of scim2-tester. @throws MissingProgramError without Python or its packages */
export async function runScim2Tester(suite: string, tenant: Tenant): Promise<TestResult[]> {
  const results: TestResult[] = [];
  const python = join(await pythonEnvironment('scim2-tester'), 'python');
  await runProgram(python, [join(ROOM, 'python', 'scim2-tester', 'check_server.py')], {
    env: { SCIM_URL: tenant.url, SCIM_TOKEN: tenant.token },
    timeoutMs: CHECK_TIMEOUT_MS,
    onLine: (line) => {
      const result = reportedResult(suite, line);
      if (result !== undefined) results.push(result);
    },
  });
  if (results.length === 0) throw new Error('scim2-tester reported nothing');
  return results;
}
