import type { AppendReceipt, OutgoingRecord, RecordAppender } from '@muster/messaging';

/** An appender that keeps what it is given, and can be told to fail or to hang. */
export class RecordingAppender implements RecordAppender {
  readonly records: OutgoingRecord[] = [];
  behaviour: 'accept' | 'hang' | Error = 'accept';
  closed = false;

  append(records: readonly OutgoingRecord[]): Promise<AppendReceipt> {
    if (this.behaviour === 'hang') return new Promise(() => undefined);
    if (this.behaviour !== 'accept') return Promise.reject(this.behaviour);
    this.records.push(...records);
    return Promise.resolve({ brokerTimeMs: null });
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
