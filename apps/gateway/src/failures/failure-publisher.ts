import {
  FAILURES_TOPIC,
  failureRecord,
  validateFailureRecord,
  type ProvisioningFailure,
} from '@muster/contracts';
import type { RecordAppender } from '@muster/messaging';
import {
  attributeKeys,
  contextFromTraceparent,
  currentTraceparent,
  spanNames,
  tracer,
  type CounterOf,
  type Metrics,
} from '@muster/telemetry';

const sendFailure = spanNames.send(FAILURES_TOPIC);

/** How long an answer waits for its failure to be in the log. Milliseconds. */
export const FAILURE_BUDGET_MS = 300;

/**
 * Publishes failures that the gateway itself decided, before they are answered but never for long: losing a mail is better
 * than losing an answer. An append that takes longer goes on by itself.
 */
export class FailurePublisher {
  private readonly published: CounterOf<'failures_published_total'>;
  private readonly lost: CounterOf<'failures_lost_total'>;
  private readonly invalid: CounterOf<'records_invalid_total'>;

  constructor(
    private readonly appender: RecordAppender,
    metrics: Metrics,
    private readonly budgetMs: number = FAILURE_BUDGET_MS,
  ) {
    this.published = metrics.counter('failures_published_total');
    this.lost = metrics.counter('failures_lost_total');
    this.invalid = metrics.counter('records_invalid_total');
  }

  /** Resolves when the failure is in the log, could not be put there, or the budget is used up. Never rejects. */
  async publish(failure: ProvisioningFailure): Promise<void> {
    const budget = Promise.withResolvers<void>();
    const timer = setTimeout(budget.resolve, this.budgetMs);
    await Promise.race([this.append(failure), budget.promise]);
    clearTimeout(timer);
  }

  private async append(failure: ProvisioningFailure): Promise<void> {
    const { span, context } = tracer.startSpan(sendFailure, {
      kind: 'producer',
      parent: contextFromTraceparent(failure.traceparent),
      attributes: () => ({
        [attributeKeys.messagingSystem]: 'kafka',
        [attributeKeys.messagingOperationName]: 'send',
        [attributeKeys.messagingDestination]: FAILURES_TOPIC,
        [attributeKeys.messagingMessageId]: failure.failureId,
        [attributeKeys.tenantId]: failure.tenantId,
        [attributeKeys.cause]: failure.cause,
      }),
    });
    const traceparent = currentTraceparent(context);
    try {
      const record = failureRecord(traceparent === undefined ? failure : { ...failure, traceparent });
      // A bug of ours must not cost the mail: it is counted, and the record goes out as it is.
      if (validateFailureRecord(record).length > 0) this.invalid.inc({ topic: FAILURES_TOPIC });
      await this.appender.append([record]);
      this.published.inc({ cause: failure.cause, source: failure.source });
    } catch (error) {
      tracer.fail(span, error);
      this.lost.inc({ cause: failure.cause });
    } finally {
      span.end();
    }
  }
}
