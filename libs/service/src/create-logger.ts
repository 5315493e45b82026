import { currentTraceIds } from '@muster/telemetry';
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { allowedFields, errorFields, type LogField } from './log-fields.js';
import type { LogLevel } from './service-config.js';

/** A line's fields; `err` takes what was thrown. */
export type LogFields = Partial<Readonly<Record<LogField, unknown>>>;

/** Messages are constant sentences; whatever varies is a field. */
export interface Logger {
  trace(fields: LogFields, message: string): void;
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  fatal(fields: LogFields, message: string): void;
  /** A logger that adds fields to each of its lines. */
  child(fields: LogFields): Logger;
}

export interface LoggerOptions {
  readonly service: string;
  readonly level: LogLevel;
  readonly instanceId?: string;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/** Makes a logger that writes JSON lines with the ids of the active trace and none but the allowed fields. */
export function createLogger(options: LoggerOptions): Logger {
  const logger = pino(
    {
      level: options.level,
      base: {
        service: options.service,
        ...(options.instanceId !== undefined && { instanceId: options.instanceId }),
      },
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'message',
      formatters: { level: (level) => ({ level }), log: allowedFields },
      serializers: { err: errorFields },
      mixin: traceFields,
    },
    options.destination ?? pino.destination({ fd: 1, sync: true }),
  );
  return new AllowListingLogger(logger);
}

function traceFields(): Record<string, string> {
  const ids = currentTraceIds();
  return ids === undefined ? {} : { trace_id: ids.traceId, span_id: ids.spanId };
}

class AllowListingLogger implements Logger {
  constructor(private readonly logger: PinoLogger) {}

  trace(fields: LogFields, message: string): void {
    this.logger.trace(fields, message);
  }

  debug(fields: LogFields, message: string): void {
    this.logger.debug(fields, message);
  }

  info(fields: LogFields, message: string): void {
    this.logger.info(fields, message);
  }

  warn(fields: LogFields, message: string): void {
    this.logger.warn(fields, message);
  }

  error(fields: LogFields, message: string): void {
    this.logger.error(fields, message);
  }

  fatal(fields: LogFields, message: string): void {
    this.logger.fatal(fields, message);
  }

  child(fields: LogFields): Logger {
    return new AllowListingLogger(this.logger.child(allowedFields(fields)));
  }
}
