import { endChild, startChild } from '../process/child-process.js';
import { waitUntilReady } from '../process/wait-until.js';
import { type LaunchContext, type Program, type ProgramName, type RunningProgram } from './program.js';

const FIRST_READY_TIMEOUT_MS = 90_000;
/** A service promises to be gone within 15 s of SIGTERM. */
const STOP_PATIENCE_MS = 16_000;

export interface ServiceProgramOptions {
  readonly name: ProgramName;
  /** Program and arguments after `node`. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Answered with 200 when the service is ready. */
  readonly readyUrl: string;
  readonly logPath: string;
  readonly cwd: string;
}

/** One of our Node services. Failpoints hold for one process only: the next one is to recover from what the first met. */
export class ServiceProgram implements Program {
  readonly name: ProgramName;
  readonly #options: ServiceProgramOptions;
  #env: Readonly<Record<string, string>>;
  #failpoints: string | undefined;

  constructor(options: ServiceProgramOptions) {
    this.name = options.name;
    this.#options = options;
    this.#env = {};
    this.changeEnv(options.env);
  }

  /** Holds from the next launch. */
  changeEnv(changes: Readonly<Record<string, string>>): void {
    const { FAILPOINTS: failpoints, ...env } = changes;
    this.#env = { ...this.#env, ...env };
    this.#failpoints = failpoints;
  }

  async launch({ signal, isFirst, onSpawn }: LaunchContext): Promise<RunningProgram> {
    const { command, logPath, cwd, readyUrl } = this.#options;
    const failpoints = this.#failpoints;
    this.#failpoints = undefined;
    const child = await startChild({
      name: this.name,
      command: process.execPath,
      args: command,
      env: { ...this.#env, ...(failpoints === undefined ? {} : { FAILPOINTS: failpoints }) },
      cwd,
      logPath,
      // It closes when this process dies, however it dies; a service with MUSTER_SUPERVISED=1 then stops as well.
      ipc: true,
    });
    onSpawn(child.pid);
    try {
      const timeoutMs = isFirst ? FIRST_READY_TIMEOUT_MS : Number.POSITIVE_INFINITY;
      await waitUntilReady({ child, timeoutMs, signal, answers: () => answersOk(readyUrl) });
    } catch (error) {
      await endChild(child, 'SIGTERM', STOP_PATIENCE_MS);
      throw error;
    }
    return {
      pid: child.pid,
      logPath,
      ended: child.ended,
      stop: async () => {
        await endChild(child, 'SIGTERM', STOP_PATIENCE_MS);
      },
    };
  }
}

async function answersOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.body?.cancel();
  return response.status === 200;
}
