import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOurs } from '../process/process-identity.js';

/** The argument that marks every process of a stack, so that a process id found in a file can be verified. */
export function stackMark(home: string): string {
  return `--stack=${home}`;
}

/** Another supervisor runs on this home. */
export class StackRunningError extends Error {
  override readonly name = 'StackRunningError';
  constructor(readonly pid: number) {
    super(`a stack is running here already (process ${pid})`);
  }
}

/** Makes this process the only supervisor of `home`; returns how to give that up. @throws {StackRunningError} */
export function lockStack(home: string): () => void {
  const path = join(home, 'supervisor.pid');
  const triesMax = 5;
  for (let attempt = 1; ; attempt += 1) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (!isCode(error, 'EEXIST') || attempt === triesMax) throw error;
    }
    const holder = holderOf(path);
    if (holder !== undefined && holder !== process.pid && isOurs(holder, stackMark(home)))
      throw new StackRunningError(holder);
    takeAway(path, holder);
  }
}

function holderOf(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Of two starts that both found a dead holder, the slower one may have moved the lock of the faster: it is put back. */
function takeAway(path: string, deadHolder: number | undefined): void {
  const stale = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, stale);
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
    return;
  }
  const holder = holderOf(stale);
  if (holder !== undefined && !Object.is(holder, deadHolder)) renameSync(stale, path);
  rmSync(stale, { force: true });
}

function isCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
