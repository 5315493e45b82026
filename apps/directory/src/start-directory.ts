import {
  REPLIES_TOPIC,
  TENANT_SCHEMAS_BYTES_MAX,
  USER_EVENTS_TOPIC,
  topicContracts,
} from '@muster/contracts';
import {
  EventLogConnection,
  EventLogTransport,
  openKafkaEventLog,
  reportMessaging,
  type EventLog,
  type MessagingMetrics,
} from '@muster/messaging';
import { assertSchemaIsCurrent } from '@muster/persistence';
import {
  BearerGuard,
  createNestFastify,
  createServiceFrame,
  problemValidationPipe,
  type ListeningApp,
  type OpenService,
  type ServiceFrame,
  type ServiceOverrides,
} from '@muster/service';
import type { Metrics } from '@muster/telemetry';
import { startFailureIntake } from './activity/start-failure-intake.js';
import { DirectoryModule } from './app.module.js';
import { assembleDirectory, type AssembledDirectory } from './assemble-directory.js';
import { REPLIES_APPENDER, assembleWritePath, type WritePath } from './commands/assemble-write-path.js';
import type { DirectoryConfig } from './config.js';
import { AdminProblemFilter } from './http/admin-problem-filter.js';
import { registerInternalApi } from './http/internal-api.js';
import { openDatabases, type DirectoryDatabases } from './open-databases.js';
import { startRelays, type Relays } from './outbox/start-relays.js';
import { directorySchema } from './schema/directory-schema.js';
import { RELAY_ROLE } from './schema/directory-roles.js';
import { KnownSchemas } from './tenants/application/known-schemas.js';

export interface DirectoryOverrides extends ServiceOverrides {
  /** Instead of Kafka; whoever brings it closes it. Facts stay in the outbox unless brokers are configured. */
  readonly eventLog?: EventLog;
}

export interface Directory extends OpenService {
  /** The internal API and the admin API. */
  readonly url: string;
}

interface Running extends ServiceFrame<DirectoryConfig> {
  readonly eventLog: EventLog;
  readonly isOwnEventLog: boolean;
  readonly databases: DirectoryDatabases;
  readonly schemas: KnownSchemas;
}

const CONSUMER_GROUP = 'directory';
const DATABASE_PATIENCE_MS = 30_000;
/** Of the admin API, where a registration of schemas may come with white space; the internal one has its own limit. */
const BODY_BYTES_MAX = 4 * TENANT_SCHEMAS_BYTES_MAX;

/**
 * Starts a directory. It needs its database, with a schema of exactly its own version; it joins the event log in the
 * background, and `/readyz` says when it has.
 * @throws SchemaVersionError when the schema is older or newer
 */
export async function startDirectory(
  config: Readonly<DirectoryConfig>,
  overrides: DirectoryOverrides = {},
): Promise<Directory> {
  const frame = createServiceFrame('directory', config, overrides);
  const { logger, metrics, health, stop } = frame;
  const eventLog = overrides.eventLog ?? kafkaOf(frame);
  const isOwnEventLog = overrides.eventLog === undefined;
  const databases = openDatabases(config, logger, metrics);
  health.register('database', () => databases.main.check());
  if (isOwnEventLog) stop.add({ phase: 'disconnect', name: 'event log', run: () => eventLog.close() });
  stop.add({ phase: 'disconnect', name: 'databases', run: () => databases.close() });
  return frame.start(async () => {
    await databases.main.untilReachable(DATABASE_PATIENCE_MS);
    await assertSchemaIsCurrent(databases.main, directorySchema);
    return openParts({ ...frame, eventLog, isOwnEventLog, databases, schemas: new KnownSchemas() });
  });
}

/** Everything that works on the database; returns its own listener. */
async function openParts(running: Running): Promise<ListeningApp> {
  const { config, databases, schemas, logger, stop } = running;
  const directory = assembleDirectory({
    config,
    database: databases.main,
    scanDatabase: databases.scan,
    schemas,
    logger,
  });
  stop.add({ phase: 'drain', name: 'token usage', run: () => directory.tokenUsage.close() });
  await directory.upkeep.start();
  stop.add({ phase: 'drain', name: 'partition upkeep', run: () => directory.upkeep.stop() });
  const relays = relaysOf(running);
  const writePath = writePathOf(running, relays);
  const transport = new EventLogTransport({
    log: running.eventLog,
    groupId: CONSUMER_GROUP,
    onDeath: (error) => running.fatal('the consumer of commands died', error),
  });
  const listener = await listen(running, directory, writePath, transport);
  stop.add({ phase: 'accept', name: 'requests in flight', deadlineMs: 6_000, run: () => listener.close() });
  startWriting(running, { relays, writePath, transport, listener });
  startActivity(running, directory, writePath);
  return listener;
}

/** One listener: the internal API on Fastify, the admin API on Nest, and beside it the commands by Nest's transport. */
function listen(
  { config, logger, metrics }: Running,
  { administration, activity, schemaAdministration, routes }: AssembledDirectory,
  { consumer }: WritePath,
  transport: EventLogTransport,
): Promise<ListeningApp> {
  return createNestFastify({
    module: DirectoryModule.of({
      administration,
      activity,
      schemaAdministration,
      scimUrl: config.publicBaseUrl,
      consumer,
    }),
    host: config.host,
    port: config.port,
    bodyLimit: BODY_BYTES_MAX,
    logger,
    configure: async (app) => {
      app.useGlobalFilters(new AdminProblemFilter(logger));
      app.useGlobalGuards(new BearerGuard(config.adminToken));
      app.useGlobalPipes(problemValidationPipe());
      app.connectMicroservice({ strategy: transport });
      const { internalToken } = config;
      await registerInternalApi(app.getHttpAdapter().getInstance(), {
        internalToken,
        routes,
        metrics,
        logger,
      });
    },
  });
}

function relaysOf({ config, databases, eventLog, isOwnEventLog, logger, metrics }: Running): Relays {
  return startRelays({
    eventLog,
    database: databases.relay,
    databaseUrl: config.databaseUrl,
    role: RELAY_ROLE,
    shards: config.outboxShards,
    // Without brokers facts stay where they are, for the day when there are some.
    kinds: isOwnEventLog || config.kafkaBrokers.length > 0 ? ['fact', 'failure'] : ['failure'],
    metrics,
    warn: (message, err) => logger.warn({ err }, message),
    alarm: (message, err) => logger.error({ err }, message),
  });
}

function writePathOf({ databases, eventLog, logger, metrics, schemas }: Running, relays: Relays): WritePath {
  return assembleWritePath({
    eventLog,
    databases: { main: databases.apply, heavy: databases.applyHeavy },
    schemas,
    metrics,
    messagingMetrics: messagingMetricsOf(metrics),
    logger,
    warn: (message, err) => logger.warn({ err }, message),
    onCommitted: () => relays.wake(),
  });
}

interface Writing {
  readonly relays: Relays;
  readonly writePath: WritePath;
  readonly transport: EventLogTransport;
  readonly listener: ListeningApp;
}

/** Commands in, replies and facts out. */
function startWriting({ eventLog, logger, health, stop }: Running, writing: Writing): void {
  const { relays, writePath, transport, listener } = writing;
  const connection = new EventLogConnection({
    logger,
    steps: [
      { name: 'topics', run: () => eventLog.createTopics(topicContracts) },
      { name: 'replies', run: () => writePath.connect() },
      { name: 'commands', run: async () => void (await listener.app.startAllMicroservices()) },
    ],
  });
  health.register('event log', () => {
    if (!connection.isConnected) throw new NotJoinedError('the event log was not joined yet');
  });
  connection.start();
  stop.add({
    phase: 'accept',
    name: 'commands',
    deadlineMs: 6_000,
    run: async () => {
      await connection.close();
      await transport.close();
    },
  });
  stop.add({
    phase: 'drain',
    name: 'transactions, then facts',
    deadlineMs: 6_000,
    run: async () => {
      await writePath.close();
      await relays.close();
    },
  });
}

/** What the gateway refused, from the log to the activity. */
function startActivity(
  { eventLog, logger, metrics, fatal, stop }: Running,
  { refusedRequests }: AssembledDirectory,
  { deadLetters }: WritePath,
): void {
  const intake = startFailureIntake({
    eventLog,
    requests: refusedRequests,
    deadLetters,
    metrics,
    logger: logger.child({ component: 'activity' }),
    onDeath: (error) => fatal('the consumer of failures died', error),
  });
  stop.add({ phase: 'accept', name: 'failures', deadlineMs: 6_000, run: () => intake.close() });
}

/** For readiness: reads are answered, commands are not taken in. */
class NotJoinedError extends Error {
  override readonly name = 'NotJoinedError';
}

function kafkaOf({ config, logger, metrics }: ServiceFrame<DirectoryConfig>): EventLog {
  if (config.kafkaBrokers.length === 0)
    throw new Error('KAFKA_BROKERS is not set, and no other event log was given');
  return openKafkaEventLog({
    brokers: config.kafkaBrokers,
    clientId: config.kafkaClientId,
    logger: logger.child({ component: 'kafka' }),
    metrics: messagingMetricsOf(metrics),
  });
}

/** Appenders of the relay write to several topics; their users are the first of them. */
function messagingMetricsOf(metrics: Metrics): MessagingMetrics {
  return reportMessaging(metrics, (name) => (name === REPLIES_APPENDER ? REPLIES_TOPIC : USER_EVENTS_TOPIC));
}
