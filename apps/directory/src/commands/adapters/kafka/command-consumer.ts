import { MalformedMessageError, decodeCommand, type CommandMessage, type Outcome } from '@muster/contracts';
import type { DeadLetters, BatchContext, ReceivedRecord, RecordBatch } from '@muster/messaging';
import {
  attributeKeys,
  currentTraceparent,
  extractTraceContext,
  spanNames,
  tracer,
  type Metrics,
  type Span,
} from '@muster/telemetry';
import type { Applier } from '../../application/applier.js';
import { queuedMessage, type QueuedMessage } from '../../application/queued-command.js';

export interface CommandConsumerOptions {
  readonly applier: Pick<Applier, 'take'>;
  readonly deadLetters: DeadLetters;
  readonly metrics: Metrics;
}

/**
 * Hands the records of `scim.commands.v1` to the applier and returns: a partition is not held up by the transactions of
 * others. A record counts as finished when its outcome is committed, or when it is kept as a dead letter; offsets are progress
 * marks, the truth is the claim.
 */
export class CommandConsumer {
  constructor(private readonly options: CommandConsumerOptions) {}

  async onBatch(batch: RecordBatch, context: BatchContext): Promise<void> {
    await this.options.applier.take(() => {
      this.options.metrics.counter('consumer_batches_total').inc({ topic: batch.topic });
      return batch.records.map((record) => this.decode(record, context)).filter((queued) => queued !== null);
    }, context.signal);
  }

  private decode(record: ReceivedRecord, context: BatchContext): QueuedMessage | null {
    try {
      return queuedFrom(decodeCommand(record), record, {
        finished: () => context.finished(record.offset),
        abandon: (reason) => void this.setAside(record, reason, context),
      });
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      void this.setAside(record, error, context);
      return null;
    }
  }

  /** The original bytes and why nothing can be done with them go to the dead-letter topic; the partition goes on. */
  private async setAside(record: ReceivedRecord, reason: unknown, context: BatchContext): Promise<void> {
    if (await this.options.deadLetters.setAside(record, reason, 1, context.signal))
      context.finished(record.offset);
  }
}

interface RecordEnds {
  readonly finished: () => void;
  readonly abandon: (reason: unknown) => void;
}

function queuedFrom(command: CommandMessage, record: ReceivedRecord, ends: RecordEnds): QueuedMessage {
  const { span, context } = tracer.startSpan(spanNames.process(record.topic), {
    kind: 'consumer',
    parent: extractTraceContext(record.headers),
    attributes: () => ({
      [attributeKeys.messagingSystem]: 'kafka',
      [attributeKeys.messagingOperationName]: 'process',
      [attributeKeys.messagingDestination]: record.topic,
      [attributeKeys.messagingPartition]: String(record.partition),
      [attributeKeys.messagingOffset]: Number(record.offset),
      [attributeKeys.messagingConversationId]: command.commandId,
      [attributeKeys.tenantId]: command.tenantId,
      [attributeKeys.commandType]: command.type,
    }),
  });
  return queuedMessage(command, {
    queuedAtMs: record.timestampMs,
    traceparent: currentTraceparent(context) ?? null,
    bytes: record.value?.length ?? 0,
    settle: (outcome) => {
      endSpan(span, outcome);
      ends.finished();
    },
    abandon: (reason) => {
      tracer.fail(span, reason);
      span.end();
      ends.abandon(reason);
    },
  });
}

function endSpan(span: Span, outcome: Outcome): void {
  if (span.isRecording()) {
    span.setAttribute(attributeKeys.outcome, outcome.status);
    if (outcome.status === 'rejected') span.setAttribute(attributeKeys.cause, outcome.cause);
  }
  span.end();
}
