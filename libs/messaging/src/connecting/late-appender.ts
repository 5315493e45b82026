import {
  AppendTimeoutError,
  AppenderClosedError,
  AppenderOverloadedError,
  RecordTooLargeError,
} from '../ports/errors.js';
import { type AppendReceipt, type OutgoingRecord, type RecordAppender } from '../ports/event-log.js';

/** There is no connection to the log yet: nothing was appended. */
export class LogNotConnectedError extends Error {
  override readonly name = 'LogNotConnectedError';
}

/** An appender that can be used before the log is reached: until then it refuses, at once and for sure. */
export class LateAppender implements RecordAppender {
  private appender: RecordAppender | undefined;

  /** Opens what it stands for, unless that is open already. */
  async connect(open: () => Promise<RecordAppender>): Promise<void> {
    this.appender ??= await open();
  }

  append(records: readonly OutgoingRecord[]): Promise<AppendReceipt> {
    return this.appender === undefined
      ? Promise.reject(new LogNotConnectedError())
      : this.appender.append(records);
  }

  async close(): Promise<void> {
    await this.appender?.close();
    this.appender = undefined;
  }
}

/** True when a failed append has left nothing in the log for certain, so that nobody has to be asked what became of it. */
export function isSurelyNotAppended(error: unknown): boolean {
  return (
    error instanceof LogNotConnectedError ||
    error instanceof AppenderClosedError ||
    error instanceof AppenderOverloadedError ||
    error instanceof RecordTooLargeError ||
    (error instanceof AppendTimeoutError && error.outcome === 'not-appended')
  );
}
