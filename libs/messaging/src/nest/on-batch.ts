import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { type BatchContext, type RecordBatch } from '../ports/event-log.js';

/** What a handler may ask of its subscription. Handlers with the same group share one. */
export interface OnBatchOptions {
  /** Default: the transport's. A group of its own keeps a slow handler from holding up the topics of others. */
  readonly groupId?: string;
  /** Default: the transport's. */
  readonly startFrom?: 'earliest' | 'latest';
}

/** A method that takes whole batches: a promise of nothing, or an observable. */
export type BatchMethodDecorator = <Method extends (batch: RecordBatch, context: BatchContext) => unknown>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/**
 * Marks a controller's method as the handler of a topic's batches. It is called with `(batch: RecordBatch, context:
 * BatchContext)` and needs no decorators on its parameters; what it throws, or its observable emits as an error, ends the
 * subscription.
 */
export function OnBatch(topic: string, options: OnBatchOptions = {}): BatchMethodDecorator {
  return (target, key, descriptor) => {
    const pattern: MethodDecorator = EventPattern<string>(topic, undefined, { ...options });
    pattern(target, key, descriptor);
    // Without these Nest hands over the first argument alone.
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
  };
}
