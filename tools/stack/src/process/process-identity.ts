import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** The command line of a process; undefined when there is none. */
export function commandLineOf(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
  try {
    const text = execFileSync('ps', ['-ww', '-o', 'stat=,args=', '-p', String(pid)], {
      encoding: 'utf8',
    }).trim();
    // A zombie is gone already; only its parent has not looked.
    return text === '' || text.startsWith('Z') ? undefined : text.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}

/** Process ids are used again: a number from a file counts only when the command line carries the mark we gave it. */
export function isOurs(pid: number, mark: string): boolean {
  return commandLineOf(pid)?.includes(mark) === true;
}

/** Ends a process that carries `mark`; does nothing to any other. Returns whether there was one. */
export async function endIfOurs(
  pid: number,
  mark: string,
  signal: NodeJS.Signals,
  patienceMs: number,
): Promise<boolean> {
  if (!isOurs(pid, mark)) return false;
  const deadline = Date.now() + patienceMs;
  send(pid, signal);
  send(pid, 'SIGCONT');
  while (isOurs(pid, mark)) {
    if (Date.now() > deadline) send(pid, 'SIGKILL');
    await delay(100);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone in between.
  }
}
