import { beforeEach, describe, expect, it } from '@jest/globals';
import { COMMANDS_TOPIC, decodeCommand } from '@muster/contracts';
import { AppendTimeoutError, LateAppender } from '@muster/messaging';
import { createMetrics, rootContext } from '@muster/telemetry';
import { ManualClock } from '../testing/manual-clock.js';
import { RecordingAppender } from '../testing/recording-appender.js';
import { sampleCreate, TENANT_A } from '../testing/sample-commands.js';
import { ScriptedCommandDirectory } from '../testing/scripted-command-directory.js';
import { CommandBus } from './command-bus.js';
import { PendingCommands } from './pending-commands.js';
import { Withdrawals } from './withdrawals.js';

describe('CommandBus', () => {
  let appender: RecordingAppender;
  let directory: ScriptedCommandDirectory;
  let pending: PendingCommands;
  let late: LateAppender;
  let bus: CommandBus;

  beforeEach(async () => {
    const metrics = createMetrics('test', { processMetrics: false });
    const clock = new ManualClock();
    appender = new RecordingAppender();
    directory = new ScriptedCommandDirectory();
    pending = new PendingCommands(2, clock.now);
    late = new LateAppender();
    await late.connect(() => Promise.resolve(appender));
    bus = new CommandBus(late, pending, new Withdrawals(directory, pending, metrics), metrics, clock.now);
  });

  it('publishes the command under its key, as the directory will read it', async () => {
    const command = sampleCreate();
    void bus.submit(command, rootContext);
    await turn();
    const [record] = appender.records;
    expect(record).toMatchObject({ topic: COMMANDS_TOPIC, key: `${TENANT_A}:jo@contoso.test` });
    expect(decodeCommand(record!)).toEqual(command);
  });

  it('waits for the outcome', async () => {
    const command = sampleCreate();
    const end = bus.submit(command, rootContext);
    pending.settle(command.commandId, { kind: 'decided', outcome: { status: 'expired' } });
    expect(await end).toEqual({ kind: 'decided', outcome: { status: 'expired' } });
  });

  it('withdraws a command whose append failed, for it may be in the log', async () => {
    appender.behaviour = new Error('connection lost');
    expect(await bus.submit(sampleCreate(), rootContext)).toEqual({
      kind: 'withdrawn',
      because: 'publish_failed',
    });
    expect(directory.cancels).toHaveLength(1);
  });

  it('says of what type the resource is whose command it withdraws, where the kind does not', async () => {
    appender.behaviour = new Error('connection lost');
    await bus.submit(
      sampleCreate({ type: 'resource.create.requested', resourceType: 'Device' }),
      rootContext,
    );
    await bus.submit(sampleCreate(), rootContext);
    const [device, user] = directory.cancels.flatMap(({ commands }) => commands);
    expect(device).toMatchObject({ type: 'resource.create.requested', resourceType: 'Device' });
    expect(user).not.toHaveProperty('resourceType');
  });

  it('takes the outcome of a command that was in the log although its append failed', async () => {
    const command = sampleCreate();
    directory.outcomes.set(command.commandId, { status: 'rejected', cause: 'invalid_value', detail: 'no' });
    appender.behaviour = new AppendTimeoutError('late', 'unknown');
    expect(await bus.submit(command, rootContext)).toMatchObject({ kind: 'decided' });
  });

  it('says that nothing is known when neither log nor directory answer', async () => {
    appender.behaviour = new Error('connection lost');
    directory.reachable = false;
    expect(await bus.submit(sampleCreate(), rootContext)).toEqual({ kind: 'unknown' });
  });

  it('asks nobody about a command that surely never left', async () => {
    appender.behaviour = new AppendTimeoutError('late', 'not-appended');
    expect(await bus.submit(sampleCreate(), rootContext)).toEqual({
      kind: 'withdrawn',
      because: 'publish_failed',
    });
    await late.close();
    expect(await bus.submit(sampleCreate(), rootContext)).toEqual({
      kind: 'withdrawn',
      because: 'publish_failed',
    });
    expect(directory.cancels).toHaveLength(0);
  });

  it('publishes nothing when too many wait', async () => {
    void bus.submit(sampleCreate(), rootContext);
    void bus.submit(sampleCreate(), rootContext);
    await expect(bus.submit(sampleCreate(), rootContext)).rejects.toMatchObject({ causeKey: 'overloaded' });
    await turn();
    expect(appender.records).toHaveLength(2);
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
