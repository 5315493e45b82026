import { MalformedMessageError, decodeCommand, type CommandMessage, type Outcome } from '@muster/contracts';
import {
  deadLetter,
  type BatchContext,
  type ReceivedRecord,
  type RecordAppender,
  type RecordBatch,
} from '@muster/messaging';
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
  readonly applier: Pick<Applier, 'accept' | 'room'>;
  readonly deadLetters: RecordAppender;
  readonly metrics: Metrics;
  readonly warn: (message: string, error: unknown) => void;
}

/**
 * Hands the records of `scim.commands.v1` to the applier and returns: a partition is not held up by the transactions of
 * others. A record counts as finished when its outcome is committed; offsets are progress marks, the truth is the claim.
 */
export class CommandConsumer {
  constructor(private readonly options: CommandConsumerOptions) {}

  async onBatch(batch: RecordBatch, context: BatchContext): Promise<void> {
    await this.options.applier.room();
    if (context.signal.aborted) return;
    const messages: QueuedMessage[] = [];
    for (const record of batch.records) {
      const queued = this.decode(record, context);
      if (queued !== null) messages.push(queued);
    }
    this.options.metrics.counter('consumer_batches_total').inc({ topic: batch.topic });
    this.options.applier.accept(messages);
  }

  private decode(record: ReceivedRecord, context: BatchContext): QueuedMessage | null {
    try {
      return queuedFrom(decodeCommand(record), record, () => context.finished(record.offset));
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      this.setAside(record, error, context);
      return null;
    }
  }

  /** The original bytes and why they cannot be read go to the dead-letter topic; the partition goes on. */
  private setAside(record: ReceivedRecord, error: MalformedMessageError, context: BatchContext): void {
    this.options.metrics.counter('dead_letters_total').inc({ topic: record.topic, reason: 'malformed' });
    this.options.deadLetters.append([deadLetter(record, error.message, 1)]).then(
      () => context.finished(record.offset),
      // Not finished: it is read again after the next start, and set aside then.
      (failure: unknown) =>
        this.options.warn('a command that cannot be read could not be set aside', failure),
    );
  }
}

function queuedFrom(command: CommandMessage, record: ReceivedRecord, finished: () => void): QueuedMessage {
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
    settle: (outcome) => {
      endSpan(span, outcome);
      finished();
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
