import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { type BatchContext, type EventLog, type RecordBatch, type Subscription } from '../ports/event-log.js';
import { type OnBatchOptions } from './on-batch.js';

export interface EventLogTransportOptions {
  readonly log: EventLog;
  /** Of handlers that name no other. */
  readonly groupId: string;
  /** Of handlers that say nothing else. Default: earliest, as nothing must be missed. */
  readonly startFrom?: 'earliest' | 'latest';
  /** A subscription died and will not come back: the process must end. */
  readonly onDeath: (error: Error) => void;
}

interface GroupPlan {
  readonly groupId: string;
  readonly startFrom: 'earliest' | 'latest';
  readonly topics: string[];
}

/**
 * Brings the event log to Nest: controllers take whole batches by `@OnBatch(topic)`, or by `@EventPattern(topic, { groupId,
 * startFrom })` with `@Payload()` and `@Ctx()` on the parameters, and with Nest's guards, pipes and filters around them. Use
 * it as `app.connectMicroservice({ strategy: new EventLogTransport(...) })`.
 *
 * Nest's own Kafka transport hands out one message at a time, retries a poison message for ever and has no dead letters.
 */
export class EventLogTransport extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  #subscriptions: Subscription[] = [];

  constructor(private readonly options: EventLogTransportOptions) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    this.#subscribe().then(() => {
      callback();
    }, callback);
  }

  async close(): Promise<void> {
    const subscriptions = this.#subscriptions;
    this.#subscriptions = [];
    await Promise.all(subscriptions.map((subscription) => subscription.close()));
  }

  /** True while every subscription is a member of its group and hears from the log. */
  isAlive(): boolean {
    return (
      this.#subscriptions.length > 0 && this.#subscriptions.every((subscription) => subscription.isAlive())
    );
  }

  /** A transport emits no events of its own: a death is told to `onDeath`. */
  on(event: string): never {
    throw new Error(`the event log transport has no event ${event}`);
  }

  unwrap<Unwrapped>(): Unwrapped {
    return this.options.log as Unwrapped;
  }

  async #subscribe(): Promise<void> {
    try {
      for (const plan of this.#plans()) {
        const subscription = await this.options.log.subscribe({
          ...plan,
          onBatch: (batch, context) => this.#handle(batch, context),
          onDeath: this.options.onDeath,
        });
        this.#subscriptions.push(subscription);
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** One subscription per group: handlers of one group on several topics are one member of it. */
  #plans(): GroupPlan[] {
    const plans = new Map<string, GroupPlan>();
    for (const [topic, handler] of this.messageHandlers) {
      if (handler.isEventHandler !== true)
        throw new Error(`${topic}: the event log has no requests, use @OnBatch`);
      const { groupId, startFrom } = this.#optionsOf(handler);
      const plan = plans.get(groupId);
      if (plan === undefined) plans.set(groupId, { groupId, startFrom, topics: [topic] });
      else if (plan.startFrom === startFrom) plan.topics.push(topic);
      else throw new Error(`handlers of the group ${groupId} disagree on where to start from`);
    }
    return [...plans.values()];
  }

  #optionsOf(handler: MessageHandler): Required<OnBatchOptions> {
    const { groupId, startFrom }: OnBatchOptions = handler.extras ?? {};
    return {
      groupId: groupId ?? this.options.groupId,
      startFrom: startFrom ?? this.options.startFrom ?? 'earliest',
    };
  }

  async #handle(batch: RecordBatch, context: BatchContext): Promise<void> {
    const handler = this.messageHandlers.get(batch.topic);
    if (handler === undefined) throw new Error(`no handler of ${batch.topic}`);
    try {
      const result: unknown = await handler(batch, context);
      // An observable that nobody subscribes to does nothing, and its error would be lost.
      await lastValueFrom(this.transformToObservable(result), { defaultValue: undefined });
    } catch (cause) {
      // Nest replaces unknown errors by plain objects, after it has logged them.
      throw cause instanceof Error ? cause : new Error(`the handler of ${batch.topic} failed`, { cause });
    }
  }
}
