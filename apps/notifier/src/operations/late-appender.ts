import {
  AppenderClosedError,
  type AppendReceipt,
  type OutgoingRecord,
  type RecordAppender,
} from '@muster/messaging';

/** An appender that is given to its users before the log can be reached. Until it is connected, appends are rejected. */
export class LateAppender implements RecordAppender {
  private appender: RecordAppender | undefined;

  /** Opens it with `open` unless it is there already. */
  async connect(open: () => Promise<RecordAppender>): Promise<void> {
    this.appender ??= await open();
  }

  async append(records: readonly OutgoingRecord[]): Promise<AppendReceipt> {
    if (this.appender === undefined) throw new AppenderClosedError('the appender is not connected yet');
    return this.appender.append(records);
  }

  async close(): Promise<void> {
    await this.appender?.close();
    this.appender = undefined;
  }
}
