import { decodeReply, REPLIES_TOPIC, toHeaders, type CommandId } from '@muster/contracts';
import type { EventLog, ReceivedRecord, RecordAppender, Subscription } from '@muster/messaging';
import { failpoint } from '@muster/service';
import {
  attributeKeys,
  contextFromTraceparent,
  spanNames,
  tracer,
  type CounterOf,
  type HistogramOf,
  type Metrics,
} from '@muster/telemetry';
import type { PendingCommands } from './pending-commands.js';

const PING_TYPE = 'scim.inbox.pinged';
const PING_INTERVAL_MS = 250;
const processReplies = spanNames.process(REPLIES_TOPIC);

export interface ReplyInboxOptions {
  readonly eventLog: EventLog;
  readonly appender: RecordAppender;
  readonly pending: PendingCommands;
  readonly metrics: Metrics;
  readonly instanceId: string;
  readonly partition: number;
  readonly nowMs: () => number;
  readonly onJoined: () => void;
  readonly onDeath: (error: Error) => void;
}

/**
 * Reads this instance's partition of the reply topic and settles the commands that wait. Replies for another instance on the
 * same partition, for commands that nobody waits for any more, and replies that cannot be read are ignored: the directory
 * keeps every outcome, and the look-up finds it.
 */
export class ReplyInbox {
  private subscription: Subscription | undefined;
  private readonly heardItself = Promise.withResolvers<void>();
  private heard = false;
  private readonly unexpected: CounterOf<'replies_unexpected_total'>;
  private readonly seconds: HistogramOf<'command_seconds'>;

  constructor(private readonly options: ReplyInboxOptions) {
    this.unexpected = options.metrics.counter('replies_unexpected_total');
    this.seconds = options.metrics.histogram('command_seconds');
  }

  async open(): Promise<void> {
    const { eventLog, instanceId, partition, onJoined, onDeath } = this.options;
    this.subscription = await eventLog.openInbox({
      topic: REPLIES_TOPIC,
      partition,
      instanceId,
      onRecords: (records) => this.receive(records),
      onJoined,
      onDeath,
    });
  }

  /**
   * Sends records to itself until one arrives: only then is the inbox sure to be placed before the replies to come, and every
   * connection on the way is warm.
   */
  async hearItself(signal: AbortSignal): Promise<void> {
    while (!this.heard && !signal.aborted) {
      await this.options.appender.append([this.ping()]);
      await Promise.race([this.heardItself.promise, pause(PING_INTERVAL_MS)]);
    }
  }

  /** True once it heard itself and as long as it hears the log. */
  isReady(): boolean {
    return this.heard && this.subscription?.isAlive() === true;
  }

  async close(): Promise<void> {
    await this.subscription?.close();
  }

  private receive(records: readonly ReceivedRecord[]): void {
    for (const record of records) {
      if (record.headers.ce_replyinstance !== this.options.instanceId) continue;
      if (record.headers.ce_type === PING_TYPE) {
        this.heard = true;
        this.heardItself.resolve();
      } else {
        this.receiveReply(record);
      }
    }
  }

  private receiveReply(record: ReceivedRecord): void {
    const waiting = this.options.pending.get(record.headers.ce_id as CommandId);
    if (waiting === undefined) {
      this.unexpected.inc();
      return;
    }
    const { traceparent } = record.headers;
    const { span } = tracer.startSpan(processReplies, {
      kind: 'consumer',
      parent: contextFromTraceparent(traceparent),
      attributes: () => ({
        [attributeKeys.messagingSystem]: 'kafka',
        [attributeKeys.messagingDestination]: REPLIES_TOPIC,
        [attributeKeys.messagingPartition]: String(record.partition),
        [attributeKeys.messagingConversationId]: waiting.command.commandId,
      }),
    });
    try {
      failpoint('gateway.before-reply');
      const { commandId, outcome } = decodeReply(record);
      this.seconds.observe({ stage: 'reply' }, (this.options.nowMs() - waiting.sinceMs) / 1_000);
      this.options.pending.settle(commandId, { kind: 'decided', outcome });
    } catch (error) {
      tracer.fail(span, error);
    } finally {
      span.end();
    }
  }

  private ping() {
    const { instanceId, partition } = this.options;
    const headers = toHeaders({
      id: instanceId,
      source: '/muster/gateway',
      type: PING_TYPE,
      subject: instanceId,
      time: new Date().toISOString(),
      extensions: { replyinstance: instanceId },
    });
    return { topic: REPLIES_TOPIC, partition, key: null, value: Buffer.from('{}'), headers };
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
