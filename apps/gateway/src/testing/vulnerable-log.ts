import {
  openInProcessEventLog,
  type AppendReceipt,
  type EventLog,
  type InboxOptions,
  type RecordAppender,
} from '@muster/messaging';

/** Where the log can be hurt, from outside, at any time. */
export interface Hurt {
  /** The gateway cannot connect, and its pings fail. */
  isAway: boolean;
  /** What becomes of the commands that the gateway appends. `lose answer`: they are in the log, and the gateway is told that they are not. */
  commands: 'accept' | 'lose answer' | 'refuse';
  /** What the gateway opened its inbox with, once it has. */
  inbox?: InboxOptions;
}

/** The in-process log behind a connection of the gateway that can be hurt; the scripted directory's stays well. */
export function vulnerableLog(): { readonly eventLog: EventLog; readonly hurt: Hurt } {
  const log = openInProcessEventLog();
  const hurt: Hurt = { isAway: false, commands: 'accept' };
  const openAppender = log.openAppender.bind(log);
  const openInbox = log.openInbox.bind(log);
  const ping = log.ping.bind(log);
  const refuseWhileAway = (): void => {
    if (hurt.isAway) throw new Error('connection refused');
  };
  const eventLog: EventLog = Object.assign(log, {
    openAppender: async (options: { readonly name: string }) => {
      if (!options.name.startsWith('gateway')) return openAppender(options);
      refuseWhileAway();
      const appender = await openAppender(options);
      return options.name === 'gateway-commands' ? vulnerableAppender(appender, hurt) : appender;
    },
    openInbox: async (options: InboxOptions) => {
      refuseWhileAway();
      hurt.inbox = options;
      return openInbox(options);
    },
    ping: async () => {
      refuseWhileAway();
      return ping();
    },
  });
  return { eventLog, hurt };
}

function vulnerableAppender(appender: RecordAppender, hurt: Hurt): RecordAppender {
  return {
    close: () => appender.close(),
    append: async (records): Promise<AppendReceipt> => {
      if (hurt.commands === 'refuse') throw new Error('the broker is away');
      const receipt = await appender.append(records);
      if (hurt.commands === 'lose answer') throw new Error('the connection broke before the answer came');
      return receipt;
    },
  };
}
