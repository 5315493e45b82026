import { FAILURES_TOPIC, deadLetterTopic, topicContracts } from '@muster/contracts';
import {
  EventLogConnection,
  EventLogTransport,
  LateAppender,
  openKafkaEventLog,
  reportMessaging,
  type EventLog,
} from '@muster/messaging';
import { assertSchemaIsCurrent, openDatabase, type Database } from '@muster/persistence';
import {
  GracefulStop,
  HealthRegistry,
  ProblemFilter,
  createLogger,
  createNestFastify,
  leaveReadiness,
  startOperationsServer,
  type Logger,
} from '@muster/service';
import { createMetrics, type Metrics } from '@muster/telemetry';
import { NotifierModule } from './app.module.js';
import { assembleNotifier } from './assemble-notifier.js';
import type { NotifierConfig } from './config.js';
import { notifierSchema } from './schema/notifier-schema.js';

export interface NotifierOverrides {
  /** Instead of Kafka; whoever brings it closes it. */
  readonly eventLog?: EventLog;
  readonly logger?: Logger;
  /** Several services in one process measure the process once. */
  readonly metrics?: Metrics;
  /** A part has died for good: the process should end. Default: the fact is logged. */
  readonly fatal?: (reason: string, error?: unknown) => void;
}

export interface Notifier {
  /** The internal API. */
  readonly url: string;
  readonly port: number;
  /** `/livez`, `/readyz`, `/metrics`. */
  readonly operationsUrl: string;
  readonly operationsPort: number;
  /** Stops gracefully: no new failures, no new mails, those under way are finished, everything is closed. May be called again. */
  close(): Promise<void>;
}

interface Running {
  readonly config: Readonly<NotifierConfig>;
  readonly eventLog: EventLog;
  readonly isOwnEventLog: boolean;
  readonly database: Database;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: HealthRegistry;
  readonly stop: GracefulStop;
  readonly fatal: (reason: string, error?: unknown) => void;
}

const CONSUMER_GROUP = 'notifier';
const ownTopics = topicContracts.filter(
  ({ topic }) => topic === FAILURES_TOPIC || topic === deadLetterTopic(FAILURES_TOPIC),
);
const DATABASE_PATIENCE_MS = 30_000;
const BODY_BYTES_MAX = 16 * 1024;
/** An attempt under way may use its whole time: what is cut off would be sent again. */
const DRAIN_DEADLINE_MS = 8_000;

/**
 * Starts a notifier. It needs its database, migrated; it joins the event log in the background, and `/readyz` says when it
 * has. Neither the directory nor the SMTP server has to be there: mails wait for them.
 */
export async function startNotifier(
  config: Readonly<NotifierConfig>,
  overrides: NotifierOverrides = {},
): Promise<Notifier> {
  const logger =
    overrides.logger ??
    createLogger({ service: 'notifier', level: config.logLevel, instanceId: config.instanceId });
  const metrics = overrides.metrics ?? createMetrics('notifier');
  const running: Running = {
    config,
    logger,
    metrics,
    eventLog: overrides.eventLog ?? kafkaOf(config, logger, metrics),
    isOwnEventLog: overrides.eventLog === undefined,
    database: databaseOf(config, logger, metrics),
    health: new HealthRegistry(),
    stop: new GracefulStop(logger),
    fatal:
      overrides.fatal ?? ((reason, err) => logger.fatal({ reason, err }, 'a part of the notifier has died')),
  };
  try {
    return await start(running);
  } catch (error) {
    await running.stop.stop();
    throw error;
  }
}

async function start(running: Running): Promise<Notifier> {
  const { config, health, metrics, stop, database } = running;
  addFirstAndLastSteps(running);
  const isStarted = health.registerStart();
  health.register('database', () => database.check());
  const operations = await startOperationsServer({
    host: config.host,
    port: config.metricsPort,
    health,
    metrics,
  });
  stop.add({ phase: 'flush', name: 'operations listener', run: () => operations.close() });
  await database.untilReachable(DATABASE_PATIENCE_MS);
  await assertSchemaIsCurrent(database, notifierSchema);
  const listener = await startParts(running);
  isStarted();
  return {
    url: listener.url,
    port: listener.port,
    operationsUrl: operations.url,
    operationsPort: operations.port,
    close: async () => void (await stop.stop()),
  };
}

/** Consumer, delivery loop and internal API. */
async function startParts(running: Running) {
  const { config, eventLog, database, logger, metrics, health, stop, fatal } = running;
  const appender = new LateAppender();
  const notifier = assembleNotifier({ config, database, appender, logger, metrics });
  const transport = new EventLogTransport({
    log: eventLog,
    groupId: CONSUMER_GROUP,
    onDeath: (error) => fatal('the consumer of failures died', error),
  });
  const listener = await createNestFastify({
    module: NotifierModule.of(notifier.parts),
    host: config.host,
    port: config.port,
    bodyLimit: BODY_BYTES_MAX,
    logger,
    configure: (app) => {
      app.useGlobalFilters(new ProblemFilter(logger));
      app.connectMicroservice({ strategy: transport });
    },
  });
  stop.add({ phase: 'accept', name: 'internal API', deadlineMs: 6_000, run: () => listener.close() });
  const connection = new EventLogConnection({
    logger,
    steps: [
      { name: 'topics', run: () => eventLog.createTopics(ownTopics) },
      {
        name: 'dead letters',
        run: () => appender.connect(() => eventLog.openAppender({ name: 'dead-letters' })),
      },
      { name: 'failures', run: async () => void (await listener.app.startAllMicroservices()) },
    ],
  });
  health.register('consumer', () => {
    if (!transport.isAlive()) throw new NotConsumingError();
  });
  const work = notifier.start();
  connection.start();
  stop.add({
    phase: 'accept',
    name: 'consumer',
    deadlineMs: 6_000,
    run: async () => {
      await connection.close();
      await transport.close();
    },
  });
  stop.add({
    phase: 'accept',
    name: 'deliveries',
    deadlineMs: DRAIN_DEADLINE_MS,
    run: () => work.stopDelivering(),
  });
  stop.add({ phase: 'drain', name: 'dead letters', run: () => appender.close() });
  stop.add({ phase: 'drain', name: 'housekeeping and directory', run: () => work.close() });
  return listener;
}

/** For readiness: failures wait in the log. */
class NotConsumingError extends Error {
  override readonly name = 'NotConsumingError';
}

function addFirstAndLastSteps({
  config,
  health,
  stop,
  database,
  eventLog,
  isOwnEventLog,
  metrics,
}: Running): void {
  stop.add(leaveReadiness(health, config.stopDelayMs));
  if (isOwnEventLog) stop.add({ phase: 'disconnect', name: 'event log', run: () => eventLog.close() });
  stop.add({ phase: 'disconnect', name: 'database', run: () => database.close() });
  stop.add({ phase: 'flush', name: 'metrics', run: () => metrics.close() });
}

function kafkaOf(config: Readonly<NotifierConfig>, logger: Logger, metrics: Metrics): EventLog {
  if (config.kafkaBrokers.length === 0)
    throw new Error('KAFKA_BROKERS is not set, and no other event log was given');
  return openKafkaEventLog({
    brokers: config.kafkaBrokers,
    clientId: config.kafkaClientId,
    logger: logger.child({ component: 'kafka' }),
    metrics: reportMessaging(metrics, () => deadLetterTopic(FAILURES_TOPIC)),
  });
}

function databaseOf(config: Readonly<NotifierConfig>, logger: Logger, metrics: Metrics): Database {
  return openDatabase({
    url: config.databaseUrl,
    role: config.databaseRole,
    poolMax: config.databasePoolMax,
    applicationName: 'muster-notifier',
    metrics,
    onConnectionLost: (err) => logger.warn({ err }, 'a connection to the database was lost'),
  });
}
