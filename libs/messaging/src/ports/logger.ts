/** Every field that this library logs: names, numbers and codes. A logger that lets through a list of its own has to know them. */
export const messagingLogFields = [
  'actual',
  'appender',
  'attempt',
  'attempts',
  'broker',
  'client',
  'err',
  'error',
  'expected',
  'groupId',
  'label',
  'memberId',
  'namespace',
  'offset',
  'partition',
  'records',
  'retryCount',
  'retryTime',
  'step',
  'topic',
] as const;

export type MessagingLogField = (typeof messagingLogFields)[number];

/** `error` is the name or the code of an error, never its message; `err` is the error itself, for the logger to make safe. */
export type MessagingLogFields = Partial<Readonly<Record<MessagingLogField, unknown>>>;

/** What this library needs of a logger; pino's own shape. Never told: a record's key, value or headers. */
export interface MessagingLogger {
  debug(fields: MessagingLogFields, message: string): void;
  info(fields: MessagingLogFields, message: string): void;
  warn(fields: MessagingLogFields, message: string): void;
  error(fields: MessagingLogFields, message: string): void;
}

function nothing(): void {
  // Silence is the default: a library does not write to a stream that it was not given.
}

export const silentLogger: MessagingLogger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
