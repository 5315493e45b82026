import { join } from 'node:path';
import { type TestResult } from '../report.js';
import { type Tenant } from '../service/scim-service.js';
import { preparedFolder, ROOM } from './cache.js';
import { MissingProgramError } from './missing-program-error.js';
import { reportedResult } from './reported-result.js';
import { runProgram } from './run-program.js';

const PYTHON = join(ROOM, 'python');
const INSTALL_TIMEOUT_MS = 180_000;
const CHECK_TIMEOUT_MS = 180_000;

/** The checks of scim2-tester, in a Python environment of their own. @throws MissingProgramError without Python or its packages */
export async function runScim2Tester(suite: string, tenant: Tenant): Promise<TestResult[]> {
  const results: TestResult[] = [];
  const python = join(await environment(), 'venv', 'bin', 'python');
  await runProgram(python, [join(PYTHON, 'check_server.py')], {
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

async function environment(): Promise<string> {
  const requirements = join(PYTHON, 'requirements.txt');
  try {
    return await preparedFolder('python', [requirements], async (folder) => {
      const venv = join(folder, 'venv');
      const options = { timeoutMs: INSTALL_TIMEOUT_MS };
      await runProgram('python3', ['-m', 'venv', venv], options);
      await runProgram(
        join(venv, 'bin', 'pip'),
        ['install', '--quiet', '--no-deps', '--requirement', requirements],
        options,
      );
    });
  } catch (error) {
    throw new MissingProgramError(
      'Python 3.11 or later with the packages of tests/conformance/python',
      error,
    );
  }
}
