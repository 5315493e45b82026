import { COMMAND_DEADLINE_MS } from '@muster/contracts';
import { LateAppender, type EventLog } from '@muster/messaging';
import type { HealthCheck, Logger } from '@muster/service';
import type { Metrics } from '@muster/telemetry';
import type { GatewayParts } from './app.module.js';
import { CommandBus } from './commands/command-bus.js';
import { HttpCommandDirectory } from './commands/http-command-directory.js';
import { LogConnection } from './commands/log-connection.js';
import { OutcomeRecovery } from './commands/outcome-recovery.js';
import { PendingCommands } from './commands/pending-commands.js';
import { ReplyInbox } from './commands/reply-inbox.js';
import { replyPartitionOf } from './commands/reply-partition.js';
import { UndeliveredAnswers } from './commands/undelivered-answers.js';
import { Withdrawals } from './commands/withdrawals.js';
import type { GatewayConfig } from './config.js';
import { CredentialCache } from './credentials/credential-cache.js';
import { HttpCredentialDirectory } from './credentials/http-credential-directory.js';
import { DirectoryClient } from './directory-client/directory-client.js';
import { HttpRegistrationDirectory } from './endpoints/http-registration-directory.js';
import { TenantEndpoints } from './endpoints/tenant-endpoints.js';
import { FailurePublisher } from './failures/failure-publisher.js';
import { Gate } from './limits/gate.js';
import { TenantRates } from './limits/tenant-rates.js';
import { HttpResourceDirectory } from './queries/http-resource-directory.js';
import { Admission } from './scim/admission.js';
import { BulkWrites } from './scim/bulk/bulk-writes.js';
import { Discovery } from './scim/discovery/discovery.js';
import { RequestBodies } from './scim/http/request-bodies.js';
import { ResourceReads } from './scim/reads/resource-reads.js';
import { RootReads } from './scim/reads/root-reads.js';
import { ResourceRendering } from './scim/rendering/resource-rendering.js';
import { ScimFace } from './scim/scim-face.js';
import { ResourceWrites } from './scim/writes/resource-writes.js';

export interface GatewayTimes {
  /** How long a client waits for the outcome of its write before it is withdrawn. Milliseconds. */
  readonly commandDeadlineMs: number;
  /** A write that waits longer than this is looked up, and again each time it passes. Milliseconds. */
  readonly lookUpAfterMs: number;
}

export const gatewayTimes: GatewayTimes = { commandDeadlineMs: COMMAND_DEADLINE_MS, lookUpAfterMs: 1_000 };

export interface GatewayEnvironment {
  readonly config: Readonly<GatewayConfig>;
  readonly eventLog: EventLog;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly times: GatewayTimes;
  readonly fatal: (reason: string, error?: unknown) => void;
}

export interface AssembledGateway {
  readonly parts: GatewayParts;
  readonly healthChecks: ReadonlyMap<string, HealthCheck>;
  readonly logConnection: LogConnection;
  readonly undelivered: UndeliveredAnswers;
  start(): void;
  stopTimers(): void;
  closeDirectory(): Promise<void>;
}

const DIRECTORY_TIMEOUT_MS = 3_000;
const TICK_MS = 100;
const CONTROL_CONNECTIONS_MAX = 8;
const QUERY_CONNECTIONS_MAX = 64;

/** A clock for waiting and measuring: it never goes back when the wall clock is set. */
const nowMs = (): number => performance.now();

/** Puts the gateway together: the only place where ports meet adapters. Nothing is connected or started yet. */
export function assembleGateway(environment: GatewayEnvironment): AssembledGateway {
  const { config, metrics, logger } = environment;
  const clients = directoryClients(config);
  const directory = new HttpResourceDirectory(clients.queries);
  const commandDirectory = new HttpCommandDirectory(clients.control);
  const writePath = assembleWritePath(environment, commandDirectory);
  const admission = new Admission(
    new CredentialCache(
      new HttpCredentialDirectory(
        clients.control,
        new TenantEndpoints(new HttpRegistrationDirectory(clients.control)),
        logger,
      ),
      metrics,
      nowMs,
    ),
    new TenantRates(metrics, nowMs),
  );
  const bodyMemory = new Gate(config.bodyMemoryBytesMax);
  const bodies = new RequestBodies(bodyMemory);
  const rendering = new ResourceRendering(config.publicBaseUrl);
  const { commands, undelivered, failures, replyTo } = writePath;
  return {
    parts: {
      admission,
      face: new ScimFace(failures, bodyMemory, logger, metrics, nowMs),
      writes: new ResourceWrites({ admission, bodies, commands, undelivered, directory, rendering, replyTo }),
      reads: new ResourceReads({ admission, bodies, directory, rendering }),
      rootReads: new RootReads({ admission, bodies, directory, rendering }),
      bulk: new BulkWrites({
        admission,
        bodies,
        commands,
        commandDirectory,
        undelivered,
        failures,
        rendering,
        replyTo,
      }),
      discovery: new Discovery(admission, config.publicBaseUrl),
    },
    healthChecks: new Map([
      ['event-log', () => environment.eventLog.ping()],
      ['reply-inbox', () => writePath.assertInboxReady()],
      ['directory', () => clients.control.ping()],
    ]),
    logConnection: writePath.logConnection,
    undelivered,
    start: () => {
      writePath.recovery.start();
      writePath.logConnection.start();
    },
    stopTimers: () => writePath.recovery.stop(),
    closeDirectory: async () => void (await Promise.all([clients.control.close(), clients.queries.close()])),
  };
}

/** Two pools, so that slow queries never stand before a token look-up or a cancellation. */
function directoryClients(config: Readonly<GatewayConfig>) {
  const { directoryUrl, internalToken } = config;
  const client = (connectionsMax: number): DirectoryClient =>
    new DirectoryClient({ directoryUrl, internalToken, connectionsMax, timeoutMs: DIRECTORY_TIMEOUT_MS });
  return { control: client(CONTROL_CONNECTIONS_MAX), queries: client(QUERY_CONNECTIONS_MAX) };
}

function assembleWritePath(environment: GatewayEnvironment, directory: HttpCommandDirectory) {
  const { config, eventLog, logger, metrics, fatal } = environment;
  const { commandDeadlineMs: deadlineMs, lookUpAfterMs } = environment.times;
  const { instanceId } = config;
  const partition = replyPartitionOf(instanceId);
  const pending = new PendingCommands(config.commandsInFlightMax, nowMs);
  metrics.onCollect(() => metrics.gauge('commands_in_flight').set(pending.size));
  const withdrawals = new Withdrawals(directory, pending, metrics);
  const recovery = new OutcomeRecovery(
    directory,
    pending,
    withdrawals,
    metrics,
    { lookUpAfterMs, deadlineMs, tickMs: TICK_MS },
    nowMs,
  );
  const commandAppender = new LateAppender();
  const failureAppender = new LateAppender();
  const inbox = new ReplyInbox({
    eventLog,
    appender: commandAppender,
    pending,
    metrics,
    instanceId,
    partition,
    nowMs,
    onJoined: () => recovery.onInboxJoined(),
    onDeath: (error) => fatal('the reply inbox died', error),
  });
  return {
    replyTo: { partition, instanceId },
    commands: new CommandBus(commandAppender, pending, withdrawals, metrics, nowMs),
    failures: new FailurePublisher(failureAppender, metrics),
    undelivered: new UndeliveredAnswers(directory, metrics, nowMs),
    recovery,
    logConnection: new LogConnection({
      eventLog,
      commands: commandAppender,
      failures: failureAppender,
      inbox,
      logger,
    }),
    assertInboxReady: () => {
      if (!inbox.isReady()) throw new InboxNotReadyError();
    },
  };
}

/** For readiness: replies would not arrive yet. */
class InboxNotReadyError extends Error {
  override readonly name = 'InboxNotReadyError';
}
