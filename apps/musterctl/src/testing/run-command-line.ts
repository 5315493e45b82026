import type { ExitCode } from '../exit-codes.js';
import { runMusterctl } from '../run-musterctl.js';

export interface CommandLineResult {
  readonly exitCode: ExitCode;
  /** What went to standard output. */
  readonly data: string;
  /** What went to standard error. */
  readonly talk: string;
}

/** Runs a command line as in a shell in that folder, at noon UTC of 2026-01-31. Words with spaces in them: give a list. */
export async function runCommandLine(
  commandLine: string | readonly string[],
  { env = {}, cwd = '/' }: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): Promise<CommandLineResult> {
  const data: string[] = [];
  const talk: string[] = [];
  const exitCode = await runMusterctl(
    typeof commandLine === 'string' ? commandLine.split(' ') : commandLine,
    {
      env,
      cwd,
      now: () => new Date('2026-01-31T12:00:00Z'),
      terminal: { data: (text) => data.push(text), talk: (text) => talk.push(text) },
    },
  );
  return { exitCode, data: data.join('\n'), talk: talk.join('\n') };
}
