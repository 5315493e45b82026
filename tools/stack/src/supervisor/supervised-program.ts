import { describeEnd, lastLines, NotReadyError } from '../process/child-process.js';
import { type Program, type ProgramName, type RunningProgram } from './program.js';

/** Why a life of a program ended. */
interface LifeEnd {
  readonly summary: string;
  readonly log: string;
  readonly wasTooSlow: boolean;
}

/** A program that dies this often within the window ends the stack. */
export interface DeathLimit {
  readonly deathsMax: number;
  readonly windowMs: number;
}

export interface SupervisionOptions {
  readonly limit: DeathLimit;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly onPid: (name: ProgramName, pid: number | undefined) => void;
  /** One line for the terminal. */
  readonly onNotice: (message: string) => void;
  /** The program was given up. */
  readonly onGivenUp: (reason: string) => void;
}

/**
 * Keeps one program alive: whenever it ends unasked it is launched again at once, until it has died too often.
 * A program that is merely stopped (SIGSTOP), or slow to become ready again, is left alone.
 */
export class SupervisedProgram {
  readonly name: ProgramName;
  readonly #program: Program;
  readonly #options: SupervisionOptions;
  readonly #deaths: number[] = [];
  #loop: Promise<void> | undefined;
  #stopping = false;
  #held: PromiseWithResolvers<void> | undefined;
  #launch = new AbortController();
  #running: RunningProgram | undefined;
  #wasReady = false;
  #ready = Promise.withResolvers<void>();

  constructor(program: Program, options: SupervisionOptions) {
    this.#program = program;
    this.#options = options;
    this.name = program.name;
    this.#ready.promise.catch(() => undefined);
  }

  /** Resolves when it is ready for the first time; rejects when it is given up or stopped before. */
  start(): Promise<void> {
    this.#loop ??= this.#run();
    return this.#ready.promise;
  }

  /** Stops it for good. Also ends a launch under way. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#held?.resolve();
    await this.#end();
    await this.#loop;
    this.#ready.reject(new Error(`${this.name} was stopped`));
  }

  /** Stops it until `release`. */
  async hold(): Promise<void> {
    this.#held ??= Promise.withResolvers<void>();
    await this.#end();
  }

  /** Lets it run again; resolves when it is ready. */
  async release(): Promise<void> {
    if (this.#held === undefined) return;
    this.#ready = Promise.withResolvers<void>();
    this.#ready.promise.catch(() => undefined);
    this.#held.resolve();
    this.#held = undefined;
    await this.#ready.promise;
  }

  async #end(): Promise<void> {
    this.#launch.abort();
    await this.#running?.stop();
  }

  async #run(): Promise<void> {
    for (let count = 1; ; count += 1) {
      await this.#held?.promise;
      if (this.#stopping) return;
      const launch = new AbortController();
      this.#launch = launch;
      const why = await this.#live(launch.signal, count === 1);
      this.#options.onPid(this.name, undefined);
      if (launch.signal.aborted) continue;
      if (why.wasTooSlow && !this.#wasReady) return this.#giveUp('did not get ready', why);
      if (this.#diedTooOften()) return this.#giveUp(this.#howOften(), why);
      this.#options.onNotice(`${this.name} ended (${why.summary}); starting it again`);
    }
  }

  /** One life, from launch to end. */
  async #live(signal: AbortSignal, isFirst: boolean): Promise<LifeEnd> {
    try {
      const onSpawn = (pid: number): void => this.#options.onPid(this.name, pid);
      const running = await this.#program.launch({ signal, isFirst, onSpawn });
      this.#running = running;
      if (signal.aborted) await running.stop();
      this.#wasReady = true;
      this.#ready.resolve();
      if (!isFirst && !signal.aborted) this.#options.onNotice(`${this.name} is ready again`);
      const end = await running.ended;
      return { summary: describeEnd(end), log: lastLines(running.logPath), wasTooSlow: false };
    } catch (error) {
      const [summary = 'unknown', ...log] = (error instanceof Error ? error.message : String(error)).split(
        '\n',
      );
      return { summary, log: log.join('\n'), wasTooSlow: error instanceof NotReadyError };
    } finally {
      this.#running = undefined;
    }
  }

  #diedTooOften(): boolean {
    const { limit, now } = this.#options;
    this.#deaths.push(now());
    while (this.#deaths.length > 0 && (this.#deaths[0] ?? 0) < now() - limit.windowMs) this.#deaths.shift();
    return this.#deaths.length >= limit.deathsMax;
  }

  #howOften(): string {
    const { deathsMax, windowMs } = this.#options.limit;
    return `ended ${deathsMax} times within ${windowMs / 1_000} s, the last time with`;
  }

  #giveUp(what: string, { summary, log }: LifeEnd): void {
    const reason = `${this.name} ${what}: ${summary}${log === '' ? '' : `\n${log}`}`;
    this.#ready.reject(new Error(reason));
    this.#options.onGivenUp(reason);
  }
}
