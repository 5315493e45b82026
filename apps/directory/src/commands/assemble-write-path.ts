import { CLOCK_TOPIC } from '@muster/contracts';
import {
  BrokerClock,
  DeadLetters,
  LateAppender,
  type EventLog,
  type MessagingLogger,
  type MessagingMetrics,
  type RecordAppender,
} from '@muster/messaging';
import type { Database } from '@muster/persistence';
import type { Metrics } from '@muster/telemetry';
import type { KnownSchemas } from '../tenants/application/known-schemas.js';
import { CommandConsumer } from './adapters/kafka/command-consumer.js';
import { ReplyPublisher } from './adapters/kafka/reply-publisher.js';
import { PostgresBatchStore } from './adapters/postgres/postgres-batch-store.js';
import { Applier } from './application/applier.js';
import type { Lane } from './application/batch-transaction.js';

export interface WritePathOptions {
  readonly eventLog: EventLog;
  readonly databases: Readonly<Record<Lane, Database>>;
  readonly schemas: KnownSchemas;
  readonly metrics: Metrics;
  readonly messagingMetrics: MessagingMetrics;
  readonly logger: MessagingLogger;
  readonly warn: (message: string, error: unknown) => void;
  /** Told after every commit: there is something in the outbox. */
  readonly onCommitted: () => void;
}

/** The directory's side of the write path, from the log to the commit and back. */
export interface WritePath {
  readonly consumer: CommandConsumer;
  /** Open from `connect` to `close`, for readers of other topics too. */
  readonly deadLetters: DeadLetters;
  /** Opens what it needs of the log; before that nothing may be consumed. May be called again after a failure. */
  connect(): Promise<void>;
  /** Finishes what is under way; call it after the subscription is closed. */
  close(): Promise<void>;
}

export const REPLIES_APPENDER = 'directory-replies';
/** How often the broker's time is asked for; replies tell it too, this is for quiet times. */
const CLOCK_SAMPLE_MS = 10_000;

export function assembleWritePath(options: WritePathOptions): WritePath {
  const { eventLog, metrics, messagingMetrics, logger, warn } = options;
  const appender = new LateAppender();
  const brokerClock = new BrokerClock();
  const replies = new ReplyPublisher(appender, brokerClock, metrics, warn);
  const applier = new Applier({
    store: new PostgresBatchStore(options.databases, options.schemas),
    clock: { nowMs: () => Date.now(), brokerNowMs: () => brokerClock.now() },
    onDecided: (decided) => {
      replies.publish(decided);
      options.onCommitted();
    },
    metrics,
    warn,
  });
  const deadLetters = new DeadLetters({ appender, logger, metrics: messagingMetrics });
  let sampling: NodeJS.Timeout | undefined;
  return {
    consumer: new CommandConsumer({ applier, deadLetters, metrics }),
    deadLetters,
    connect: async () => {
      await appender.connect(() => eventLog.openAppender({ name: REPLIES_APPENDER }));
      // Expiry is judged by the broker's clock, so that is known before the first command.
      await sampleClock(brokerClock, appender);
      sampling ??= setInterval(() => {
        sampleClock(brokerClock, appender).catch((error: unknown) =>
          warn('the time of the broker could not be asked for', error),
        );
      }, CLOCK_SAMPLE_MS).unref();
    },
    close: async () => {
      clearInterval(sampling);
      await applier.stop();
      await replies.close();
      await appender.close();
    },
  };
}

async function sampleClock(clock: BrokerClock, appender: RecordAppender): Promise<void> {
  await clock.measure(() =>
    appender.append([{ topic: CLOCK_TOPIC, key: null, value: Buffer.alloc(0), headers: {} }]),
  );
}
