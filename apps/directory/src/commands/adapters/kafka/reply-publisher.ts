import { REPLIES_TOPIC, encodeReply } from '@muster/contracts';
import type { BrokerClock, OutgoingRecord, RecordAppender } from '@muster/messaging';
import {
  attributeKeys,
  contextFromTraceparent,
  currentTraceparent,
  spanNames,
  tracer,
  type Metrics,
} from '@muster/telemetry';
import type { DecidedCommand } from '../../application/applier.js';

/**
 * Sends the outcomes of a transaction to the gateways that wait for them, all in one produce. Not promised: that a reply
 * arrives; a gateway that waits too long asks for the outcome, which is committed.
 */
export class ReplyPublisher {
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly appender: RecordAppender,
    private readonly brokerClock: BrokerClock,
    private readonly metrics: Metrics,
    private readonly warn: (message: string, error: unknown) => void,
  ) {}

  publish(decided: readonly DecidedCommand[]): void {
    const startedAt = performance.now();
    const time = new Date().toISOString();
    const sent = this.brokerClock
      .measure(() => this.appender.append(decided.map((each) => replyRecord(each, time))))
      .then(
        () =>
          this.metrics
            .histogram('command_seconds')
            .observe({ stage: 'reply' }, (performance.now() - startedAt) / 1000),
        (error: unknown) => this.warn('replies were lost; gateways will ask for the outcomes', error),
      )
      .finally(() => this.underWay.delete(sent));
    this.underWay.add(sent);
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await Promise.all(this.underWay);
  }
}

function replyRecord({ queued, outcome }: DecidedCommand, time: string): OutgoingRecord {
  const { commandId, replyTo } = queued.command;
  const traceparent = sendSpan(queued.traceparent, commandId);
  const { value, headers } = encodeReply(
    { commandId, instanceId: replyTo.instanceId, outcome, ...(traceparent === null ? {} : { traceparent }) },
    time,
  );
  return { topic: REPLIES_TOPIC, partition: replyTo.partition, key: commandId, value, headers };
}

function sendSpan(traceparent: string | null, commandId: string): string | null {
  const { span, context } = tracer.startSpan(spanNames.send(REPLIES_TOPIC), {
    kind: 'producer',
    parent: contextFromTraceparent(traceparent),
    attributes: () => ({
      [attributeKeys.messagingSystem]: 'kafka',
      [attributeKeys.messagingOperationName]: 'send',
      [attributeKeys.messagingDestination]: REPLIES_TOPIC,
      [attributeKeys.messagingConversationId]: commandId,
    }),
  });
  if (!span.isRecording()) return traceparent;
  span.end();
  return currentTraceparent(context) ?? traceparent;
}
