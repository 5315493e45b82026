import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createMetrics } from '@muster/telemetry';
import { sampleCreate } from '../testing/sample-commands.js';
import { ScriptedCommandDirectory } from '../testing/scripted-command-directory.js';
import { UndeliveredAnswers } from './undelivered-answers.js';

describe('UndeliveredAnswers', () => {
  let directory: ScriptedCommandDirectory;
  let answers: UndeliveredAnswers;

  beforeEach(() => {
    jest.useFakeTimers();
    directory = new ScriptedCommandDirectory();
    answers = new UndeliveredAnswers(directory, createMetrics('test', { processMetrics: false }), () =>
      Date.now(),
    );
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('tells the directory', async () => {
    const command = sampleCreate();
    answers.mark(command);
    await jest.advanceTimersByTimeAsync(1);
    expect(directory.undelivered).toEqual([command.commandId]);
  });

  it('repeats while the directory is away', async () => {
    const command = sampleCreate();
    directory.reachable = false;
    answers.mark(command);
    await jest.advanceTimersByTimeAsync(20_000);
    directory.reachable = true;
    await jest.advanceTimersByTimeAsync(5_000);
    expect(directory.undelivered).toEqual([command.commandId]);
  });

  it('marks an unknown outcome again when its command can no longer be applied', async () => {
    const command = sampleCreate();
    answers.markUnknown(command);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(directory.undelivered).toEqual([command.commandId]);
    await jest.advanceTimersByTimeAsync(20_000);
    expect(directory.undelivered).toEqual([command.commandId, command.commandId]);
  });

  it('keeps a bounded number while the directory is away, the youngest', async () => {
    directory.reachable = false;
    const commands = Array.from({ length: 10_050 }, () => sampleCreate());
    for (const command of commands) answers.mark(command);
    directory.reachable = true;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(directory.undelivered).toHaveLength(10_000);
    expect(directory.undelivered).toContain(commands.at(-1)!.commandId);
    expect(directory.undelivered).not.toContain(commands[0]!.commandId);
  });

  it('sends what is left when it closes', async () => {
    const command = sampleCreate();
    answers.markUnknown(command);
    await answers.close();
    expect(directory.undelivered).toEqual([command.commandId, command.commandId]);
  });
});
