import type { RecordAppender } from '@muster/messaging';
import type { Database } from '@muster/persistence';
import type { Logger } from '@muster/service';
import type { Metrics } from '@muster/telemetry';
import { v7 as uuidV7 } from 'uuid';
import type { NotifierParts } from './app.module.js';
import { groupWaitMsOf, mailHostOf, requiresTls, type NotifierConfig } from './config.js';
import { DirectoryNotificationSettings } from './deliveries/adapters/directory/directory-notification-settings.js';
import { forgetDeliveries } from './deliveries/adapters/postgres/forget-deliveries.js';
import { PostgresDeliveryStore } from './deliveries/adapters/postgres/postgres-delivery-store.js';
import { PostgresMailQueue } from './deliveries/adapters/postgres/postgres-mail-queue.js';
import { FailureMailComposer } from './deliveries/adapters/rendering/failure-mail-composer.js';
import { NodemailerMailSender } from './deliveries/adapters/smtp/nodemailer-mail-sender.js';
import { DeliverMail } from './deliveries/application/deliver-mail.js';
import { DeliveryLoop } from './deliveries/application/delivery-loop.js';
import { retryPolicy } from './deliveries/domain/after-attempt.js';
import { FailuresConsumer } from './incidents/adapters/kafka/failures-consumer.js';
import { forgetIncidents } from './incidents/adapters/postgres/forget-incidents.js';
import { PostgresCoveredFailures } from './incidents/adapters/postgres/postgres-covered-failures.js';
import { PostgresIncidentStore } from './incidents/adapters/postgres/postgres-incident-store.js';
import { RecordFailures } from './incidents/application/record-failures.js';
import { Housekeeping } from './operations/housekeeping.js';

export interface NotifierEnvironment {
  readonly config: Readonly<NotifierConfig>;
  readonly database: Database;
  /** For dead letters. */
  readonly appender: RecordAppender;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** What works by itself once it is started, apart from what others call. */
export interface NotifierWork {
  /** Takes no new mail and waits for those under way. */
  stopDelivering(): Promise<void>;
  close(): Promise<void>;
}

export interface AssembledNotifier {
  readonly parts: NotifierParts;
  start(): NotifierWork;
}

const DIRECTORY_TIMEOUT_MS = 3_000;
/** Shorter than the shortest lease, so that a mail is never in two hands. */
const LEASE_SHARE_OF_ATTEMPT = 0.75;
const ATTEMPT_MS_MAX = 30_000;

/** Puts the notifier together: the only place where ports meet adapters, and where the two slices meet. */
export function assembleNotifier(environment: NotifierEnvironment): AssembledNotifier {
  const { config, database, appender, metrics, logger } = environment;
  const policy = { groupWaitMs: groupWaitMsOf(config), quietPeriodMs: config.quietPeriodMs };
  const incidents = new PostgresIncidentStore(database, new PostgresMailQueue());
  const recorder = new RecordFailures(incidents, policy, () => uuidV7());
  const deliveries = new PostgresDeliveryStore(database, new PostgresCoveredFailures());
  metrics.onCollect(async () => metrics.gauge('mails_waiting').set(await deliveries.countWaiting()));
  return {
    parts: {
      consumer: new FailuresConsumer({ recorder, appender, metrics, logger }),
      deliveries,
      internalToken: config.internalToken,
    },
    start: () => startWork(environment, deliveries),
  };
}

function startWork(environment: NotifierEnvironment, store: PostgresDeliveryStore): NotifierWork {
  const { config, database, metrics, logger } = environment;
  const now = (): Date => new Date();
  const settings = new DirectoryNotificationSettings({
    url: config.directoryUrl,
    internalToken: config.internalToken,
    timeoutMs: DIRECTORY_TIMEOUT_MS,
    now: () => performance.now(),
  });
  const deliver = new DeliverMail({
    store,
    settings,
    composer: new FailureMailComposer(mailHostOf(config), config.consoleUrl ?? null),
    sender: new NodemailerMailSender({
      url: config.smtpUrl,
      requireTls: requiresTls(config),
      from: config.mailFrom,
      timeoutMs: Math.min(ATTEMPT_MS_MAX, config.mailLeaseMs * LEASE_SHARE_OF_ATTEMPT),
    }),
    retries: retryPolicy(config.mailRetryScale),
    metrics,
    logger,
    now,
  });
  const loop = new DeliveryLoop({
    store,
    deliver,
    concurrency: config.mailConcurrency,
    leaseMs: config.mailLeaseMs,
    pollMs: config.mailPollMs,
    logger,
  });
  const housekeeping = new Housekeeping(database, [forgetDeliveries, forgetIncidents], logger, now);
  return {
    stopDelivering: () => loop.close(),
    close: async () => {
      await housekeeping.close();
      await settings.close();
    },
  };
}
