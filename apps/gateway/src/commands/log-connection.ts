import { EventLogConnection, type EventLog, type LateAppender } from '@muster/messaging';
import type { Logger } from '@muster/service';
import type { ReplyInbox } from './reply-inbox.js';

export const COMMANDS_APPENDER = 'gateway-commands';
export const FAILURES_APPENDER = 'gateway-failures';

export interface LogConnectionParts {
  readonly eventLog: EventLog;
  readonly commands: LateAppender;
  readonly failures: LateAppender;
  readonly inbox: ReplyInbox;
  readonly logger: Logger;
}

/**
 * What the gateway needs of the event log, joined in the background: until then it answers reads, refuses writes with 503
 * and says that it is not ready.
 */
export class LogConnection {
  private readonly connection: EventLogConnection;

  constructor(private readonly parts: LogConnectionParts) {
    const { eventLog, commands, failures, inbox, logger } = parts;
    this.connection = new EventLogConnection({
      logger,
      retryDelayMsMax: 5_000,
      steps: [
        {
          name: 'commands',
          run: () => commands.connect(() => eventLog.openAppender({ name: COMMANDS_APPENDER })),
        },
        {
          name: 'failures',
          run: () => failures.connect(() => eventLog.openAppender({ name: FAILURES_APPENDER })),
        },
        { name: 'inbox', run: () => inbox.open() },
        { name: 'self-ping', run: (signal) => inbox.hearItself(signal) },
      ],
    });
  }

  start(): void {
    this.connection.start();
  }

  /** Stops trying and closes what is open: the inbox first, because nobody waits for replies any more. */
  async close(): Promise<void> {
    await this.connection.close();
    await this.parts.inbox.close();
    await Promise.all([this.parts.commands.close(), this.parts.failures.close()]);
  }
}
