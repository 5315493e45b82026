import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describeEnd, lastLines, type ProcessEnd } from '../process/child-process.js';
import { type ControlAnswer, type ControlRequest } from '../supervisor/control-channel.js';
import { type ServiceName } from '../supervisor/program.js';
import { provideSecrets } from '../supervisor/secrets.js';
import { serviceEnvironments } from '../supervisor/service-environment.js';
import { stackMark } from '../supervisor/stack-lock.js';
import { parseStackSettings, resolveHome, ROOT, type StackOverrides } from '../supervisor/stack-settings.js';
import { readStackState, type StackState } from '../supervisor/stack-state.js';

const SUPERVISOR = join(ROOT, 'tools', 'stack', 'dist', 'start.js');
/** Longer than the supervisor waits for a service, so that its reason is what a test shows. */
const READY_TIMEOUT_MS = 150_000;
const STOP_TIMEOUT_MS = 60_000;

export interface StartStackOptions extends StackOverrides {
  /** Default: a new temporary folder, removed by `stop`. */
  readonly home?: string;
  /** Use this server instead of an embedded one. */
  readonly databaseUrl?: string;
  readonly kafkaBrokers?: string;
  readonly smtpUrl?: string;
  /** Added to the supervisor's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly readyTimeoutMs?: number;
}

/** A stack in processes of its own, started by the same program as `npm start`. */
export interface RunningStack {
  readonly home: string;
  /** What `output` has printed so far goes here too. */
  readonly outputPath: string;
  /** As on disk now: process ids change when something is started again. */
  state(): StackState;
  /** What a service of this stack is started with, without `serviceEnv`: for a second process of it, on ports of its own. */
  environmentOf(name: ServiceName): Record<string, string>;
  /** Sends a signal to a program (`directory`, `kafka`, ...); the supervisor starts it again when it dies. @throws when it does not run */
  kill(name: string, signal?: NodeJS.Signals): void;
  /** Waits until the program runs under another process id than `previousPid`, and returns the new one. */
  waitForRestart(name: string, previousPid: number, timeoutMs?: number): Promise<number>;
  /** Stops a program and keeps it down; `mail` makes the mail server refuse connections. */
  hold(name: string): Promise<void>;
  /** Lets it run again, a service with changes to its environment; resolves when it is ready. */
  release(name: string, env?: Readonly<Record<string, string>>): Promise<void>;
  /** `hold`, then `release`. */
  restart(name: string, env?: Readonly<Record<string, string>>): Promise<void>;
  restartKafka(): Promise<void>;
  readonly supervisor: { readonly pid: number; readonly ended: Promise<ProcessEnd> };
  /** Stops everything in order; removes the data unless the home was given. */
  stop(): Promise<ProcessEnd>;
}

/** Starts a stack on free ports and resolves when it is ready. Needs the built programs (`npm run build`). @throws with its output when it does not get ready */
export async function startStack(options: StartStackOptions = {}): Promise<RunningStack> {
  const stack = new ChildStack(options);
  try {
    await stack.ready(options.readyTimeoutMs ?? READY_TIMEOUT_MS);
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

class ChildStack implements RunningStack {
  readonly home: string;
  readonly outputPath: string;
  readonly supervisor: { readonly pid: number; readonly ended: Promise<ProcessEnd> };
  readonly #child: ChildProcess;
  readonly #isHomeOurs: boolean;
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();
  #end: ProcessEnd | undefined;
  #requests = 0;

  constructor(options: StartStackOptions) {
    this.#isHomeOurs = options.home === undefined;
    this.home = options.home === undefined ? temporaryHome() : resolveHome({ MUSTER_HOME: options.home });
    mkdirSync(join(this.home, 'log'), { recursive: true });
    this.outputPath = join(this.home, 'log', 'supervisor.log');
    this.#child = spawnSupervisor(this.home, this.outputPath, options);
    const ended = Promise.withResolvers<ProcessEnd>();
    this.#child.once('exit', (code, signal) => {
      this.#end = { code, signal };
      for (const { reject } of this.#waiting.values()) reject(new Error('the supervisor ended'));
      ended.resolve(this.#end);
    });
    this.#child.on('message', (message) => this.#settle(message as ControlAnswer));
    this.#child.on('error', () => undefined);
    this.supervisor = { pid: this.#child.pid ?? 0, ended: ended.promise };
  }

  async ready(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      if (this.#end !== undefined) throw this.#failure(`ended (${describeEnd(this.#end)})`);
      const state = readStackState(this.home);
      if (state?.state === 'ready' && state.pids['supervisor'] === this.supervisor.pid) return;
      if (Date.now() > deadline) throw this.#failure(`was not ready after ${timeoutMs} ms`);
      await delay(50);
    }
  }

  state(): StackState {
    const state = readStackState(this.home);
    if (state === undefined) throw this.#failure('has no state');
    return state;
  }

  environmentOf(name: ServiceName): Record<string, string> {
    const { ports, databaseUrl = '', kafkaBrokers, smtpUrl } = this.state();
    const { inherited } = parseStackSettings({ ...process.env, MUSTER_HOME: this.home });
    const input = { inherited, ports, secrets: provideSecrets(this.home), databaseUrl, smtpUrl };
    return serviceEnvironments({ ...input, kafkaBrokers: kafkaBrokers ?? undefined })[name];
  }

  kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): void {
    const pid = this.state().pids[name];
    if (pid === undefined) throw new Error(`${name} does not run at this moment`);
    process.kill(pid, signal);
  }

  async waitForRestart(name: string, previousPid: number, timeoutMs = 30_000): Promise<number> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const pid = this.state().pids[name];
      if (pid !== undefined && pid !== previousPid) return pid;
      if (Date.now() > deadline) throw this.#failure(`did not start ${name} again within ${timeoutMs} ms`);
      await delay(50);
    }
  }

  hold(name: string): Promise<void> {
    return this.#ask({ do: 'hold', name });
  }

  release(name: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
    return this.#ask({ do: 'release', name, env });
  }

  async restart(name: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.hold(name);
    await this.release(name, env);
  }

  restartKafka(): Promise<void> {
    return this.restart('kafka');
  }

  async stop(): Promise<ProcessEnd> {
    if (this.#end === undefined) this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const end = await this.supervisor.ended;
    clearTimeout(timer);
    if (this.#isHomeOurs) await rm(this.home, { recursive: true, force: true });
    return end;
  }

  async #ask(request: Omit<ControlRequest, 'id'>): Promise<void> {
    if (!this.#child.connected) throw this.#failure('does not listen any more');
    this.#requests += 1;
    const id = this.#requests;
    const waiting = Promise.withResolvers<void>();
    this.#waiting.set(id, waiting);
    this.#child.send({ ...request, id });
    try {
      await waiting.promise;
    } finally {
      this.#waiting.delete(id);
    }
  }

  #settle({ id, error }: ControlAnswer): void {
    const waiting = this.#waiting.get(id);
    if (error === undefined) waiting?.resolve();
    else waiting?.reject(new Error(error));
  }

  #failure(what: string): Error {
    return new Error(`the supervisor ${what}\n${lastLines(this.outputPath, 40)}`);
  }
}

function spawnSupervisor(home: string, outputPath: string, options: StartStackOptions): ChildProcess {
  const {
    home: _home,
    databaseUrl,
    kafkaBrokers,
    smtpUrl,
    env,
    readyTimeoutMs: _timeout,
    ...overrides
  } = options;
  // What the tests themselves run on (DATABASE_URL, KAFKA_BROKERS) is not what this stack is to use, unless asked for.
  const { DATABASE_URL: _1, KAFKA_BROKERS: _2, SMTP_URL: _3, NODE_OPTIONS: _4, ...inherited } = process.env;
  const output = openSync(outputPath, 'a', 0o600);
  try {
    return spawn(process.execPath, [SUPERVISOR, stackMark(home)], {
      cwd: ROOT,
      stdio: ['ignore', output, output, 'ipc'],
      env: {
        ...inherited,
        ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
        ...(kafkaBrokers === undefined ? {} : { KAFKA_BROKERS: kafkaBrokers }),
        ...(smtpUrl === undefined ? {} : { SMTP_URL: smtpUrl }),
        ...env,
        MUSTER_HOME: home,
        MUSTER_STACK_OVERRIDES: JSON.stringify({ anyPorts: true, ...overrides }),
      },
    });
  } finally {
    closeSync(output);
  }
}

/** The server's account may have to pass through it. */
function temporaryHome(): string {
  return resolveHome({ MUSTER_HOME: mkdtempSync(resolve(realpathSync(tmpdir()), 'muster-')) });
}
