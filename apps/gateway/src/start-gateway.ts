import { COMMANDS_TOPIC, COMMAND_DEADLINE_MS, FAILURES_TOPIC } from '@muster/contracts';
import { openKafkaEventLog, reportMessaging, type EventLog } from '@muster/messaging';
import {
  createServiceFrame,
  type OpenService,
  type ServiceFrame,
  type ServiceOverrides,
} from '@muster/service';
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

export interface GatewayOverrides extends ServiceOverrides {
  /** Instead of Kafka; whoever brings it closes it. */
  readonly eventLog?: EventLog;
  /** Shorter waits, for tests. */
  readonly times?: Partial<GatewayTimes>;
}

export interface Gateway extends OpenService {
  /** Where SCIM is served, without a base path. */
  readonly url: string;
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
  const frame = createServiceFrame('gateway', config, overrides);
  const { logger, metrics, health } = frame;
  const eventLog = overrides.eventLog ?? kafkaOf(frame);
  const gateway = assembleGateway({ ...frame, eventLog, times: { ...gatewayTimes, ...overrides.times } });
  for (const [name, check] of gateway.healthChecks) health.register(name, check);
  addDisconnects(frame, gateway, overrides.eventLog === undefined ? eventLog : undefined);
  return frame.start(async () => {
    gateway.start();
    const listener = await openScimListener({
      module: GatewayModule.of(gateway.parts),
      host: config.host,
      port: config.port,
      basePaths: config.basePaths,
      logger,
      metrics,
    });
    addDrain(frame, gateway, listener);
    return listener;
  });
}

/** Requests in flight are answered, which takes until their commands' deadline at the longest. */
function addDrain({ stop }: ServiceFrame, gateway: AssembledGateway, listener: ScimListener): void {
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

function kafkaOf({ config, logger, metrics }: ServiceFrame<GatewayConfig>): EventLog {
  if (config.kafkaBrokers.length === 0)
    throw new Error('KAFKA_BROKERS is not set, and no other event log was given');
  return openKafkaEventLog({
    brokers: config.kafkaBrokers,
    clientId: config.kafkaClientId,
    logger: logger.child({ component: 'kafka' }),
    metrics: reportMessaging(metrics, (appender) => appenderTopics.get(appender) ?? appender),
  });
}

/** Marks of undelivered answers go out before the connection that carries them closes. */
function addDisconnects(
  { stop }: ServiceFrame,
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
