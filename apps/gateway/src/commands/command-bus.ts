import { encodeCommand, COMMANDS_TOPIC, type CommandMessage } from '@muster/contracts';
import { isSurelyNotAppended, type RecordAppender } from '@muster/messaging';
import { failpointAsync } from '@muster/service';
import {
  attributeKeys,
  currentTraceparent,
  spanNames,
  tracer,
  type Context,
  type CounterOf,
  type HistogramOf,
  type Metrics,
} from '@muster/telemetry';
import type { CommandEnd, PendingCommands } from './pending-commands.js';
import type { Withdrawals } from './withdrawals.js';

const sendCommands = spanNames.send(COMMANDS_TOPIC);

/**
 * Puts commands into the log and waits for what becomes of them.
 *
 * Guarantee: every submitted command ends, a little after its deadline at the latest, and `withdrawn` means that it has no
 * effect and never will. Not promised: that a command whose append failed is not in the log; that is why it is withdrawn.
 */
export class CommandBus {
  private readonly seconds: HistogramOf<'command_seconds'>;
  private readonly outcomes: CounterOf<'command_outcomes_total'>;

  constructor(
    private readonly appender: RecordAppender,
    private readonly pending: PendingCommands,
    private readonly withdrawals: Withdrawals,
    metrics: Metrics,
    private readonly nowMs: () => number,
  ) {
    this.seconds = metrics.histogram('command_seconds');
    this.outcomes = metrics.counter('command_outcomes_total');
  }

  /** Rejects with 503 `overloaded` when too many wait already; nothing was published then. */
  async submit(command: CommandMessage, trace: Context): Promise<CommandEnd> {
    const ending = this.pending.add(command);
    void this.publish(command, trace);
    const end = await ending;
    this.count(command, end);
    return end;
  }

  private count({ type }: CommandMessage, end: CommandEnd): void {
    const outcome = end.kind === 'decided' ? end.outcome.status : end.kind;
    const cause = end.kind === 'decided' && end.outcome.status === 'rejected' ? end.outcome.cause : '';
    this.outcomes.inc({ type, outcome, cause });
  }

  private async publish(command: CommandMessage, trace: Context): Promise<void> {
    const startedAtMs = this.nowMs();
    const { span, context } = tracer.startSpan(sendCommands, {
      kind: 'producer',
      parent: trace,
      attributes: () => attributesOf(command),
    });
    try {
      await failpointAsync('gateway.before-publish');
      await this.appender.append([recordOf(command, currentTraceparent(context))]);
      await failpointAsync('gateway.after-publish');
      this.seconds.observe({ stage: 'publish' }, (this.nowMs() - startedAtMs) / 1_000);
    } catch (error) {
      tracer.fail(span, error);
      this.endUnpublished(command, error);
    } finally {
      span.end();
    }
  }

  /** An append that failed may be in the log all the same: only the directory can rule that out, for good. */
  private endUnpublished(command: CommandMessage, error: unknown): void {
    const waiting = this.pending.get(command.commandId);
    if (waiting === undefined) return;
    if (isSurelyNotAppended(error))
      this.pending.settle(command.commandId, { kind: 'withdrawn', because: 'publish_failed' });
    else this.withdrawals.withdraw(waiting, 'publish_failed');
  }
}

function recordOf(command: CommandMessage, traceparent: string | undefined) {
  const traced = traceparent === undefined ? command : { ...command, traceparent };
  return { topic: COMMANDS_TOPIC, ...encodeCommand(traced, new Date().toISOString()) };
}

function attributesOf(command: CommandMessage) {
  return {
    [attributeKeys.messagingSystem]: 'kafka',
    [attributeKeys.messagingOperationName]: 'send',
    [attributeKeys.messagingOperationType]: 'send',
    [attributeKeys.messagingDestination]: COMMANDS_TOPIC,
    [attributeKeys.messagingConversationId]: command.commandId,
    [attributeKeys.commandId]: command.commandId,
    [attributeKeys.commandType]: command.type,
    [attributeKeys.tenantId]: command.tenantId,
  };
}
