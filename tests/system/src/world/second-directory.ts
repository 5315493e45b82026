import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@muster/messaging/testing';
import { findFreePort, type RunningStack } from '@muster/stack';

const ROOT = join(import.meta.dirname, '../../../..');

/** One more directory on the same database and log as that of the stack, as a larger installation has. */
export interface SecondDirectory {
  /** For `DIRECTORY_URL` of a gateway. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Resolves when it is ready: a member of the consumer group, and in line for the relay. */
export async function startSecondDirectory(stack: RunningStack): Promise<SecondDirectory> {
  const [port, metricsPort] = [await findFreePort(), await findFreePort()];
  const env = {
    ...stack.environmentOf('directory'),
    PORT: String(port),
    METRICS_PORT: String(metricsPort),
    INSTANCE_ID: 'second-directory',
  };
  const log = openSync(join(stack.home, 'log', 'second-directory.log'), 'a', 0o600);
  // It stops when its channel to this process closes, so that nothing is left of a test that was killed.
  const child = spawn(process.execPath, [join(ROOT, 'apps/directory/dist/main.js')], {
    env,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  await until('the second directory is ready', () => answersOk(`http://127.0.0.1:${metricsPort}/readyz`));
  return { url: `http://127.0.0.1:${port}`, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function answersOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  await response?.body?.cancel();
  return response?.status === 200;
}

/** True once the process does nothing any more because of SIGSTOP. */
export function isStopped(pid: number): boolean {
  return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('T');
}
