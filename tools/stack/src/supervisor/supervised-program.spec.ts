import { describe, expect, it } from '@jest/globals';
import { NotReadyError, type ProcessEnd, StartError } from '../process/child-process.js';
import { type LaunchContext, type Program, type RunningProgram } from './program.js';
import { SupervisedProgram } from './supervised-program.js';

/** A program whose lives the test ends. */
class ScriptedProgram implements Program {
  readonly name = 'directory';
  readonly launches: LaunchContext[] = [];
  readonly #lives: PromiseWithResolvers<ProcessEnd>[] = [];
  failWith: Error | undefined;

  async launch(context: LaunchContext): Promise<RunningProgram> {
    this.launches.push(context);
    const pid = 100 + this.launches.length;
    context.onSpawn(pid);
    if (this.failWith !== undefined) throw this.failWith;
    const life = Promise.withResolvers<ProcessEnd>();
    this.#lives.push(life);
    const stop = async (): Promise<void> => life.resolve({ code: 0, signal: null });
    return { pid, logPath: '/nonexistent/log', ended: life.promise, stop };
  }

  async die(): Promise<void> {
    const before = this.launches.length;
    this.#lives.at(-1)?.resolve({ code: null, signal: 'SIGKILL' });
    while (this.launches.length === before) await this.#nextTurn();
  }

  async lifeCount(count: number): Promise<void> {
    while (this.#lives.length < count) await this.#nextTurn();
  }

  #nextTurn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}

function supervise(program: Program, deathsMax = 5) {
  const clock = { now: 0 };
  const pids: (number | undefined)[] = [];
  const notices: string[] = [];
  const reasons: string[] = [];
  const supervised = new SupervisedProgram(program, {
    limit: { deathsMax, windowMs: 60_000 },
    now: () => clock.now,
    onPid: (_name, pid) => pids.push(pid),
    onNotice: (message) => notices.push(message),
    onGivenUp: (reason) => reasons.push(reason),
  });
  return { supervised, clock, pids, notices, reasons };
}

describe('SupervisedProgram', () => {
  it('launches a program that died again, and says so', async () => {
    const program = new ScriptedProgram();
    const { supervised, pids, notices } = supervise(program);
    await supervised.start();
    await program.die();
    await supervised.stop();
    expect(pids).toEqual([101, undefined, 102, undefined]);
    expect(notices[0]).toBe('directory ended (signal SIGKILL); starting it again');
    expect(program.launches.map(({ isFirst }) => isFirst)).toEqual([true, false]);
  });

  it('gives up a program that keeps dying within the window', async () => {
    const program = new ScriptedProgram();
    program.failWith = new StartError('ended before it was ready (exit code 3)\nno such table');
    const { supervised, reasons } = supervise(program, 3);
    await expect(supervised.start()).rejects.toThrow('directory ended 3 times within 60 s');
    expect(program.launches).toHaveLength(3);
    expect(reasons).toEqual([expect.stringContaining('exit code 3)\nno such table')]);
  });

  it('gives up at once a program that does not get ready on its first start', async () => {
    const program = new ScriptedProgram();
    program.failWith = new NotReadyError('directory was not ready after 60000 ms\nwaiting for Kafka');
    const { supervised, reasons } = supervise(program);
    await expect(supervised.start()).rejects.toThrow('directory did not get ready');
    expect(program.launches).toHaveLength(1);
    expect(reasons).toEqual([expect.stringContaining('waiting for Kafka')]);
  });

  it('forgets deaths that are older than the window', async () => {
    const program = new ScriptedProgram();
    const { supervised, clock, reasons } = supervise(program, 2);
    await supervised.start();
    for (let death = 1; death <= 4; death += 1) {
      clock.now += 60_001;
      await program.die();
      await program.lifeCount(death + 1);
    }
    await supervised.stop();
    expect(reasons).toEqual([]);
    expect(program.launches).toHaveLength(5);
  });

  it('keeps a held program down until it is released, and does not count that as a death', async () => {
    const program = new ScriptedProgram();
    const { supervised, reasons, pids } = supervise(program, 1);
    await supervised.start();
    await supervised.hold();
    expect(program.launches).toHaveLength(1);
    await supervised.release();
    expect(program.launches).toHaveLength(2);
    await supervised.stop();
    expect(reasons).toEqual([]);
    expect(pids).toEqual([101, undefined, 102, undefined]);
  });

  it('aborts a launch under way when it is stopped', async () => {
    const program: Program = {
      name: 'kafka',
      launch: ({ signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        ),
    };
    const { supervised, notices } = supervise(program);
    const started = supervised.start();
    await supervised.stop();
    await expect(started).rejects.toThrow('kafka was stopped');
    expect(notices).toEqual([]);
  });
});
