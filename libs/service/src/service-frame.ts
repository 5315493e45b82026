import { createMetrics, type Metrics } from '@muster/telemetry';
import { createLogger, type Logger } from './create-logger.js';
import { GracefulStop, leaveReadiness } from './graceful-stop.js';
import { HealthRegistry } from './health-registry.js';
import { listenerUrl } from './listener-url.js';
import { startOperationsServer } from './operations-server.js';
import type { RunningService } from './run-service.js';
import type { ServiceConfig } from './service-config.js';

/** What whoever starts a service may bring, and closes then. */
export interface ServiceOverrides {
  readonly logger?: Logger;
  /** Several services in one process measure the process once. */
  readonly metrics?: Metrics;
  /** A part has died for good: the process should end. Default: the fact is logged. */
  readonly fatal?: (reason: string, error?: unknown) => void;
}

/** A service that has started. */
export interface OpenService extends RunningService {
  /** Its own listener, without a path. */
  readonly url: string;
  readonly port: number;
  /** `/livez`, `/readyz`, `/metrics`. */
  readonly operationsUrl: string;
  readonly operationsPort: number;
  /** Stops gracefully: no new work, what was begun is finished, everything is closed. May be called again. */
  close(): Promise<void>;
}

/** What stands around the parts of every service: how it speaks, how it is probed and measured, and how it stops. */
export interface ServiceFrame<Config extends ServiceConfig = ServiceConfig> {
  readonly config: Readonly<Config>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: HealthRegistry;
  /** Has the steps of the frame; those of the parts are added as the parts come to be. */
  readonly stop: GracefulStop;
  readonly fatal: (reason: string, error?: unknown) => void;
  /**
   * Opens the listener for probes and scrapes, then the parts, with the service's own listener among them. The service is
   * ready when all of them are open. Where one cannot be opened, everything stops that was added to `stop` by then, and the
   * reason is thrown.
   */
  start(openParts: () => Promise<{ readonly port: number }>): Promise<OpenService>;
}

/** Makes the frame of one service. Nothing listens yet. */
export function createServiceFrame<Config extends ServiceConfig>(
  service: string,
  config: Readonly<Config>,
  given: ServiceOverrides,
): ServiceFrame<Config> {
  const { logLevel: level, instanceId, host, metricsPort, stopDelayMs } = config;
  const logger = given.logger ?? createLogger({ service, level, instanceId });
  const metrics = given.metrics ?? createMetrics(service);
  const health = new HealthRegistry();
  const isStarted = health.registerStart();
  const stop = new GracefulStop(logger);
  stop.add(leaveReadiness(health, stopDelayMs));
  if (given.metrics === undefined) stop.add({ phase: 'flush', name: 'metrics', run: () => metrics.close() });
  return {
    config,
    logger,
    metrics,
    health,
    stop,
    fatal: given.fatal ?? ((reason, err) => logger.fatal({ reason, err }, 'a part of the service has died')),
    start: async (openParts) => {
      try {
        const operations = await startOperationsServer({ host, port: metricsPort, health, metrics });
        stop.add({ phase: 'flush', name: 'operations listener', run: () => operations.close() });
        const { port } = await openParts();
        isStarted();
        return {
          url: listenerUrl(host, port),
          port,
          operationsUrl: operations.url,
          operationsPort: operations.port,
          close: async () => void (await stop.stop()),
        };
      } catch (error) {
        await stop.stop();
        throw error;
      }
    },
  };
}
