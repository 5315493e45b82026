/** What this library needs of a logger; pino's own shape. Fields carry names, numbers and codes only: never a record's key, value or headers. */
export interface MessagingLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

function nothing(): void {
  // Silence is the default: a library does not write to a stream that it was not given.
}

export const silentLogger: MessagingLogger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
