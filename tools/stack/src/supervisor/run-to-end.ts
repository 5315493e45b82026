import { describeEnd, endChild, lastLines, startChild, StartError } from '../process/child-process.js';

export interface RunToEndOptions {
  readonly name: string;
  /** Arguments of `node`. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly logPath: string;
  readonly signal: AbortSignal;
}

/** Runs a program that does one thing and ends. @throws {StartError} with the end of its log when it fails */
export async function runToEnd(options: RunToEndOptions): Promise<void> {
  const { name, command, env, cwd, logPath, signal } = options;
  signal.throwIfAborted();
  const child = await startChild({ name, command: process.execPath, args: command, env, cwd, logPath });
  const onAbort = (): void => void endChild(child, 'SIGTERM', 5_000);
  signal.addEventListener('abort', onAbort, { once: true });
  const end = await child.ended;
  signal.removeEventListener('abort', onAbort);
  signal.throwIfAborted();
  if (end.code !== 0) throw new StartError(`${name} failed (${describeEnd(end)})\n${lastLines(logPath)}`);
}
