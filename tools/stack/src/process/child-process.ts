import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

const SETPRIV = '/usr/bin/setpriv';

/** How a process ended: exactly one of the two is set. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  /** Shown in errors. */
  readonly name: string;
  readonly command: string;
  /** Handed over as they are: there is no shell, so `libs/*` reaches java unexpanded. */
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Standard output and error are appended here. */
  readonly logPath: string;
  /** Opens a channel that closes when either side dies, so that a Node child can follow its parent. */
  readonly ipc?: boolean;
  /** For programs that know no such channel: the kernel sends this signal when the parent dies (Linux only; elsewhere they stay). */
  readonly signalOnParentDeath?: NodeJS.Signals;
}

/** A running program in its own process group: a Ctrl-C in the terminal reaches only the supervisor, which stops the others in order. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logPath: string;
  /** Settles once, never rejects. */
  readonly ended: Promise<ProcessEnd>;
  end(): ProcessEnd | undefined;
  kill(signal: NodeJS.Signals): boolean;
}

/** A program of the stack could not be started, or ended before it was ready. The message carries the end of its log. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
}

/** It runs, but was not ready in time. */
export class NotReadyError extends StartError {
  override readonly name = 'NotReadyError';
}

export async function startChild(options: ChildOptions): Promise<Child> {
  mkdirSync(dirname(options.logPath), { recursive: true });
  const log = openSync(options.logPath, 'a', 0o600);
  const { command, args, uid, gid } = commandLine(options);
  const spawned = spawn(command, args, {
    detached: true,
    stdio: ['ignore', log, log, ...(options.ipc === true ? (['ipc'] as const) : [])],
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  closeSync(log);
  let end: ProcessEnd | undefined;
  const ended = new Promise<ProcessEnd>((resolve) => {
    spawned.once('exit', (code, signal) => {
      end = { code, signal };
      resolve(end);
    });
  });
  try {
    await once(spawned, 'spawn');
  } catch (error) {
    throw new StartError(`${options.name} could not be started: ${String(error)}`, { cause: error });
  }
  // A write to a channel whose child just died is reported here too; its end is what counts.
  spawned.on('error', () => undefined);
  const pid = spawned.pid;
  if (pid === undefined) throw new StartError(`${options.name} has no process id`);
  return {
    name: options.name,
    pid,
    logPath: options.logPath,
    ended,
    end: () => end,
    kill: (signal) => spawned.kill(signal),
  };
}

type CommandLine = Pick<ChildOptions, 'command' | 'args' | 'uid' | 'gid'>;

/** `setpriv` turns into the program (same process id). It changes the user itself: a change after it would clear the death signal. */
function commandLine(options: ChildOptions): CommandLine {
  const { command, args, uid, gid, signalOnParentDeath } = options;
  if (signalOnParentDeath === undefined || process.platform !== 'linux' || !existsSync(SETPRIV))
    return options;
  const account =
    uid === undefined || gid === undefined
      ? []
      : ['--reuid', String(uid), '--regid', String(gid), '--clear-groups'];
  const deathSignal = ['--pdeathsig', signalOnParentDeath.replace(/^SIG/, '')];
  return { command: SETPRIV, args: [...account, ...deathSignal, '--', command, ...args] };
}

/** Sends `signal`, and SIGKILL when the process is still there after `patienceMs`. Returns when it is gone. */
export async function endChild(
  child: Child,
  signal: NodeJS.Signals,
  patienceMs: number,
): Promise<ProcessEnd> {
  const before = child.end();
  if (before !== undefined) return before;
  child.kill(signal);
  // A stopped process (SIGSTOP) would sleep through it.
  child.kill('SIGCONT');
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  try {
    return await child.ended;
  } finally {
    clearTimeout(timer);
  }
}

export function describeEnd(end: ProcessEnd): string {
  return end.signal === null ? `exit code ${end.code ?? 'unknown'}` : `signal ${end.signal}`;
}

/** The last lines of a log file, for error messages; empty when there is none. */
export function lastLines(path: string, count = 15): string {
  const bytesMax = 32 * 1024;
  let text: string;
  try {
    text = readFileSync(path).subarray(-bytesMax).toString('utf8');
  } catch {
    return '';
  }
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
