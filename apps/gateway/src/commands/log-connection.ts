import type { EventLog } from '@muster/messaging';
import type { Logger } from '@muster/service';
import type { LateAppender } from './late-appender.js';
import type { ReplyInbox } from './reply-inbox.js';

export const COMMANDS_APPENDER = 'gateway-commands';
export const FAILURES_APPENDER = 'gateway-failures';

const RETRY_DELAY_MS_MIN = 500;
const RETRY_DELAY_MS_MAX = 5_000;

export interface LogConnectionParts {
  readonly eventLog: EventLog;
  readonly commands: LateAppender;
  readonly failures: LateAppender;
  readonly inbox: ReplyInbox;
  readonly logger: Logger;
}

/**
 * Connects to the event log in the background and goes on trying: a gateway that starts before the broker comes up answers
 * reads, refuses writes with 503 and says that it is not ready, instead of dying in a loop.
 */
export class LogConnection {
  private readonly abort = new AbortController();
  private connecting: Promise<void> | undefined;

  constructor(private readonly parts: LogConnectionParts) {}

  start(): void {
    this.connecting = this.connect();
  }

  /** Stops trying and closes what is open: the inbox first, because nobody waits for replies any more. */
  async close(): Promise<void> {
    this.abort.abort();
    await this.connecting;
    await this.parts.inbox.close();
    await Promise.all([this.parts.commands.close(), this.parts.failures.close()]);
  }

  private async connect(): Promise<void> {
    const { eventLog, commands, failures, inbox } = this.parts;
    await this.untilDone('appenders', async () => {
      commands.attach(await eventLog.openAppender({ name: COMMANDS_APPENDER }));
      failures.attach(await eventLog.openAppender({ name: FAILURES_APPENDER }));
    });
    await this.untilDone('inbox', () => inbox.open());
    await this.untilDone('self-ping', () => inbox.hearItself(this.abort.signal));
  }

  private async untilDone(step: string, work: () => Promise<void>): Promise<void> {
    let delayMs = RETRY_DELAY_MS_MIN;
    while (!this.abort.signal.aborted) {
      try {
        await work();
        return;
      } catch (error) {
        this.parts.logger.warn({ step, err: error }, 'the event log cannot be reached yet');
        await this.pause(delayMs);
        delayMs = Math.min(RETRY_DELAY_MS_MAX, delayMs * 2);
      }
    }
  }

  private async pause(milliseconds: number): Promise<void> {
    const done = Promise.withResolvers<void>();
    const timer = setTimeout(done.resolve, milliseconds);
    this.abort.signal.addEventListener('abort', () => done.resolve(), { once: true });
    await done.promise;
    clearTimeout(timer);
  }
}
