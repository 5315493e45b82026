/** Too much waits to be appended already. Nothing of the rejected append is in the log. Retry later, or tell the caller to. */
export class AppenderOverloadedError extends Error {
  override readonly name = 'AppenderOverloadedError';
}

/** The appender was closed. Nothing of the rejected append is in the log. */
export class AppenderClosedError extends Error {
  override readonly name = 'AppenderClosedError';
}

/** The log could not be reached, or did not answer, in time. */
export class AppendTimeoutError extends Error {
  override readonly name = 'AppendTimeoutError';

  constructor(
    message: string,
    /** `not-appended`: it was never sent. `unknown`: it was sent, and may still appear in the log. */
    readonly outcome: 'not-appended' | 'unknown',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A record is larger than its topic takes (`max.message.bytes`). It will never fit: do not retry. */
export class RecordTooLargeError extends Error {
  override readonly name = 'RecordTooLargeError';
}

/** A record names a topic or a partition that the log does not have. */
export class UnknownTopicError extends Error {
  override readonly name = 'UnknownTopicError';
}

/**
 * A fenced appender had to register anew with the log after a failure. Nothing of the rejected append is visible.
 * Whatever was read before this error may be stale by now (a newer owner may have written in between): read again, then append.
 */
export class AppenderReopenedError extends Error {
  override readonly name = 'AppenderReopenedError';
}

/** The subscription found that it cannot go on: why, for people and logs. */
export class SubscriptionDeathError extends Error {
  override readonly name = 'SubscriptionDeathError';
}
