import { createLogger, type Logger } from './create-logger.js';
import { armFailpoints } from './failpoint.js';
import { ConfigError } from './parse-config.js';
import { defaultInstanceId, logLevels, type LogLevel } from './service-config.js';

/** A started service, as the `start` function of each app returns it. */
export interface RunningService {
  close(): Promise<void>;
}

export interface ServiceStartContext {
  readonly logger: Logger;
  /**
   * For a part that has died for good, such as a consumer that its client will not restart: logs, stops the service and
   * ends the process with code 1, so that whoever supervises it starts another one.
   */
  readonly fatal: (reason: string, error?: unknown) => void;
}

export interface RunServiceOptions {
  readonly name: string;
  readonly start: (context: ServiceStartContext) => Promise<RunningService>;
  /** After this the process ends with code 1 although it has not stopped. Default 14,000. */
  readonly stopTimeoutMs?: number;
  /** Default: the process itself. */
  readonly host?: ProcessHost;
}

/** What of `process` is used here. */
export interface ProcessHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  exit(code: number): void;
}

/**
 * Runs a service as a process: starts it, and stops it and exits
 * - with 0 on SIGTERM or SIGINT (a second one ends it at once), or when a supervisor that holds its IPC channel has gone
 *   (`MUSTER_SUPERVISED=1`);
 * - with 1 when it cannot start, at an unhandled rejection or exception, or when a part reports itself dead.
 */
export async function runService(options: RunServiceOptions): Promise<void> {
  const host = options.host ?? process;
  const logger = createLogger({
    service: options.name,
    level: levelOf(host.env['LOG_LEVEL']),
    instanceId: host.env['INSTANCE_ID'] || defaultInstanceId,
  });
  const lifecycle = new ServiceProcess(options, host, logger);
  await lifecycle.run();
}

class ServiceProcess {
  private service: Promise<RunningService> | undefined;
  private ending = false;

  constructor(
    private readonly options: RunServiceOptions,
    private readonly host: ProcessHost,
    private readonly logger: Logger,
  ) {}

  async run(): Promise<void> {
    this.listen();
    try {
      armFailpoints(this.host.env['FAILPOINTS']);
      this.service = this.options.start({
        logger: this.logger,
        fatal: (reason, error) => this.fatal(reason, error),
      });
      await this.service;
      this.logger.info({ pid: process.pid }, 'started');
    } catch (error) {
      this.startFailed(error);
    }
  }

  private listen(): void {
    for (const signal of ['SIGTERM', 'SIGINT']) {
      this.host.on(signal, () => {
        if (this.ending) return this.host.exit(1);
        this.logger.info({ signal }, 'stopping');
        void this.end(0);
      });
    }
    this.host.on('unhandledRejection', (error) => this.crash(error));
    this.host.on('uncaughtException', (error) => this.crash(error));
    if (this.host.env['MUSTER_SUPERVISED'] === '1') {
      this.host.on('disconnect', () => {
        this.logger.warn({}, 'the supervisor has gone; stopping');
        void this.end(0);
      });
    }
  }

  private fatal(reason: string, error: unknown): void {
    this.logger.fatal(
      { reason, ...(error !== undefined && { err: error }) },
      'a part of the service has died',
    );
    void this.end(1);
  }

  /** The state of the process is not known any more: it ends without trying to be graceful. */
  private crash(error: unknown): void {
    this.logger.fatal({ err: error }, 'unexpected error');
    this.host.exit(1);
  }

  private startFailed(error: unknown): void {
    if (error instanceof ConfigError)
      this.logger.fatal({ problems: error.problems }, 'the configuration is not usable');
    else this.logger.fatal({ err: error }, 'the service could not start');
    this.host.exit(1);
  }

  private async end(code: number): Promise<void> {
    if (this.ending) return;
    this.ending = true;
    const timer = setTimeout(() => {
      this.logger.error({}, 'the service did not stop in time');
      this.host.exit(1);
    }, this.options.stopTimeoutMs ?? 14_000);
    try {
      // A signal during the start waits for it: what is half open cannot be closed.
      const service = await this.service;
      await service?.close();
      this.logger.info({}, 'stopped');
      this.host.exit(code);
    } catch (error) {
      this.logger.error({ err: error }, 'the service did not stop cleanly');
      this.host.exit(1);
    } finally {
      clearTimeout(timer);
    }
  }
}

function levelOf(text: string | undefined): LogLevel {
  return logLevels.find((level) => level === text) ?? 'info';
}
