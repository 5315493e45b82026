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
  ProblemFilter,
  createNestFastify,
  createServiceFrame,
  type ListeningApp,
  type OpenService,
  type ServiceFrame,
  type ServiceOverrides,
} from '@muster/service';
import { NotifierModule } from './app.module.js';
import { assembleNotifier } from './assemble-notifier.js';
import type { NotifierConfig } from './config.js';
import { notifierSchema } from './schema/notifier-schema.js';

export interface NotifierOverrides extends ServiceOverrides {
  /** Instead of Kafka; whoever brings it closes it. */
  readonly eventLog?: EventLog;
}

export interface Notifier extends OpenService {
  /** The internal API. */
  readonly url: string;
}

interface Running extends ServiceFrame<NotifierConfig> {
  readonly eventLog: EventLog;
  readonly database: Database;
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
  const frame = createServiceFrame('notifier', config, overrides);
  const { health, stop } = frame;
  const eventLog = overrides.eventLog ?? kafkaOf(frame);
  const database = databaseOf(frame);
  health.register('database', () => database.check());
  if (overrides.eventLog === undefined)
    stop.add({ phase: 'disconnect', name: 'event log', run: () => eventLog.close() });
  stop.add({ phase: 'disconnect', name: 'database', run: () => database.close() });
  return frame.start(async () => {
    await database.untilReachable(DATABASE_PATIENCE_MS);
    await assertSchemaIsCurrent(database, notifierSchema);
    return openParts({ ...frame, eventLog, database });
  });
}

/** Consumer, delivery loop and internal API; returns the listener of the last. */
async function openParts(running: Running): Promise<ListeningApp> {
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

function kafkaOf({ config, logger, metrics }: ServiceFrame<NotifierConfig>): EventLog {
  if (config.kafkaBrokers.length === 0)
    throw new Error('KAFKA_BROKERS is not set, and no other event log was given');
  return openKafkaEventLog({
    brokers: config.kafkaBrokers,
    clientId: config.kafkaClientId,
    logger: logger.child({ component: 'kafka' }),
    metrics: reportMessaging(metrics, () => deadLetterTopic(FAILURES_TOPIC)),
  });
}

function databaseOf({ config, logger, metrics }: ServiceFrame<NotifierConfig>): Database {
  return openDatabase({
    url: config.databaseUrl,
    role: config.databaseRole,
    poolMax: config.databasePoolMax,
    applicationName: 'muster-notifier',
    metrics,
    onConnectionLost: (err) => logger.warn({ err }, 'a connection to the database was lost'),
  });
}
