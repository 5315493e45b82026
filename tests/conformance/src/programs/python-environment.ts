import { join } from 'node:path';
import { preparedFolder, ROOM } from './cache.js';
import { MissingProgramError } from './missing-program-error.js';
import { runProgram } from './run-program.js';

const INSTALL_TIMEOUT_MS = 180_000;

/** Folder of the programs of a Python environment with the pinned packages of `python/<name>`. @throws MissingProgramError when it cannot be made */
export async function pythonEnvironment(name: string): Promise<string> {
  const requirements = join(ROOM, 'python', name, 'requirements.txt');
  try {
    const folder = await preparedFolder(`python-${name}`, [requirements], async (empty) => {
      const venv = join(empty, 'venv');
      const options = { timeoutMs: INSTALL_TIMEOUT_MS };
      await runProgram('python3', ['-m', 'venv', venv], options);
      const pip = ['install', '--quiet', '--no-deps', '--requirement', requirements];
      await runProgram(join(venv, 'bin', 'pip'), pip, options);
    });
    return join(folder, 'venv', 'bin');
  } catch (error) {
    throw new MissingProgramError(`Python 3.11 or later and the packages that ${name} needs`, error);
  }
}
