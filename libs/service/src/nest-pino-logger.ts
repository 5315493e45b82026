import { isNativeError } from 'node:util/types';
import type { LoggerService } from '@nestjs/common';
import type { Logger } from './create-logger.js';
import { scrubbed } from './log-fields.js';

/** Lets Nest log through ours. Nest's messages are text of others, so they are scrubbed and carry their context as a field. */
export class NestPinoLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    // Nest announces every route and module at this level; an operator wants none of it.
    this.logger.debug(fieldsOf(message, rest), textOf(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error(fieldsOf(message, rest), textOf(message));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn(fieldsOf(message, rest), textOf(message));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(fieldsOf(message, rest), textOf(message));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.logger.trace(fieldsOf(message, rest), textOf(message));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.logger.fatal(fieldsOf(message, rest), textOf(message));
  }
}

/** Nest passes the context last, and a stack before it. */
function fieldsOf(message: unknown, rest: readonly unknown[]): { context?: string; err?: unknown } {
  const last = rest.at(-1);
  const err = isNativeError(message) ? message : rest.find((part) => isNativeError(part));
  return {
    ...(typeof last === 'string' && !last.includes('\n') && { context: last }),
    ...(err !== undefined && { err }),
  };
}

function textOf(message: unknown): string {
  if (isNativeError(message)) return message.name;
  return typeof message === 'string' ? scrubbed(message) : 'a message that is not text';
}
