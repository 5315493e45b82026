import { COMMANDS_TOPIC, COMMAND_DEADLINE_MS, FAILURES_TOPIC } from '@muster/contracts';
import { openKafkaEventLog, reportMessaging, type EventLog } from '@muster/messaging';
import {
  createLogger,
  GracefulStop,
  HealthRegistry,
  leaveReadiness,
  startOperationsServer,
  type Logger,
} from '@muster/service';
import { createMetrics, type Metrics } from '@muster/telemetry';
import { GatewayModule } from './app.module.js';
import {
  assembleGateway,
  gatewayTimes,
  type AssembledGateway,
  type GatewayTimes,
} from './assemble-gateway.js';
import type { GatewayConfig } from './config.js';
import { COMMANDS_APPENDER, FAILURES_APPENDER } from './commands/log-connection.js';
import { openScimListener, type ScimListener } from './scim/http/scim-listener.js';

export interface GatewayOverrides {
  /** Instead of Kafka; whoever brings it closes it. */
  readonly eventLog?: EventLog;
  readonly logger?: Logger;
  /** Several services in one process measure the process once. */
  readonly metrics?: Metrics;
  /** Shorter waits, for tests. */
  readonly times?: Partial<GatewayTimes>;
  /** A part has died for good: the process should end. Default: the fact is logged. */
  readonly fatal?: (reason: string, error?: unknown) => void;
}

export interface Gateway {
  /** Where SCIM is served, without a base path. */
  readonly url: string;
  readonly port: number;
  /** `/livez`, `/readyz`, `/metrics`. */
  readonly operationsUrl: string;
  readonly operationsPort: number;
  /** Stops gracefully: no new work, what was begun is answered, everything is closed. May be called again. */
  close(): Promise<void>;
}

/** The end of the deadline, and time for cancelling and publishing. Milliseconds. */
const DRAIN_DEADLINE_MS = COMMAND_DEADLINE_MS + 2_000;

/**
 * Starts a gateway. It listens at once and connects to the event log in the background; `/readyz` says when it is ready.
 */
export async function startGateway(
  config: Readonly<GatewayConfig>,
  overrides: GatewayOverrides = {},
): Promise<Gateway> {
  const logger =
    overrides.logger ??
    createLogger({ service: 'gateway', level: config.logLevel, instanceId: config.instanceId });
  const metrics = overrides.metrics ?? createMetrics('gateway');
  const fatal =
    overrides.fatal ?? ((reason, err) => logger.fatal({ reason, err }, 'a part of the gateway has died'));
  const eventLog = overrides.eventLog ?? kafkaOf(config, logger, metrics);
  const stop = new GracefulStop(logger);
  const health = new HealthRegistry();
  const gateway = assembleGateway({
    config,
    eventLog,
    logger,
    metrics,
    fatal,
    times: { ...gatewayTimes, ...overrides.times },
  });
  const isStarted = health.registerStart();
  for (const [name, check] of gateway.healthChecks) health.register(name, check);
  const operations = await startOperationsServer({
    host: config.host,
    port: config.metricsPort,
    health,
    metrics,
  });
  stop.add(leaveReadiness(health, config.stopDelayMs));
  addDisconnects(stop, gateway, overrides.eventLog === undefined ? eventLog : undefined);
  stop.add({ phase: 'flush', name: 'operations listener', run: () => operations.close() });
  if (overrides.metrics === undefined)
    stop.add({ phase: 'flush', name: 'metrics', run: () => metrics.close() });
  try {
    gateway.start();
    const listener = await openScimListener({
      module: GatewayModule.of(gateway.parts),
      host: config.host,
      port: config.port,
      basePaths: config.basePaths,
      logger,
      metrics,
    });
    addDrain(stop, gateway, listener);
    isStarted();
    return {
      url: urlOf(config.host, listener.port),
      port: listener.port,
      operationsUrl: operations.url,
      operationsPort: operations.port,
      close: async () => void (await stop.stop()),
    };
  } catch (error) {
    await stop.stop();
    throw error;
  }
}

/** Requests in flight are answered, which takes until their commands' deadline at the longest. */
function addDrain(stop: GracefulStop, gateway: AssembledGateway, listener: ScimListener): void {
  stop.add({
    phase: 'accept',
    name: 'requests in flight',
    deadlineMs: DRAIN_DEADLINE_MS + 500,
    run: () => {
      gateway.parts.face.stopKeepingAlive();
      return listener.close(DRAIN_DEADLINE_MS);
    },
  });
}

const appenderTopics: ReadonlyMap<string, string> = new Map([
  [COMMANDS_APPENDER, COMMANDS_TOPIC],
  [FAILURES_APPENDER, FAILURES_TOPIC],
]);

function kafkaOf(config: Readonly<GatewayConfig>, logger: Logger, metrics: Metrics): EventLog {
  if (config.kafkaBrokers.length === 0)
    throw new Error('KAFKA_BROKERS is not set, and no other event log was given');
  const { kafkaBrokers: brokers, kafkaClientId: clientId } = config;
  return openKafkaEventLog({
    brokers,
    clientId,
    logger: logger.child({ component: 'kafka' }),
    metrics: reportMessaging(metrics, (appender) => appenderTopics.get(appender) ?? appender),
  });
}

/** Marks of undelivered answers go out before the connection that carries them closes. */
function addDisconnects(
  stop: GracefulStop,
  gateway: AssembledGateway,
  ownEventLog: EventLog | undefined,
): void {
  stop.add({ phase: 'drain', name: 'undelivered answers', run: () => gateway.undelivered.close() });
  stop.add({
    phase: 'disconnect',
    name: 'event log and directory',
    deadlineMs: 6_000,
    run: async () => {
      gateway.stopTimers();
      await gateway.logConnection.close();
      await ownEventLog?.close();
      await gateway.closeDirectory();
    },
  });
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
