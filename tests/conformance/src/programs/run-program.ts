import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Gets every line of the standard output. */
  readonly onLine?: (line: string) => void;
}

const LAST_LINES_MAX = 15;

/** Runs a program to its end. @throws with the last lines it printed when it cannot be started, fails or takes too long */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<void> {
  const { cwd, env = {}, timeoutMs, onLine } = options;
  const child = spawn(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const last: string[] = [];
  const keep = (line: string): void => {
    last.push(line);
    if (last.length > LAST_LINES_MAX) last.shift();
  };
  createInterface(child.stdout).on('line', (line) => {
    keep(line);
    onLine?.(line);
  });
  createInterface(child.stderr).on('line', keep);
  const end = Promise.withResolvers<string | undefined>();
  child.once('error', (error) => end.resolve(error.message));
  child.once('close', (code, signal) =>
    end.resolve(code === 0 ? undefined : `ended with ${signal ?? String(code)}`),
  );
  const problem = await end.promise;
  if (problem !== undefined) throw new Error([`${command}: ${problem}`, ...last].join('\n'));
}
