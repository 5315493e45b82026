import { setTimeout as pause } from 'node:timers/promises';
import { COMMANDS_TOPIC, topicContracts } from '@muster/contracts';
import type { EventLog, Subscription } from '@muster/messaging';
import type { Logger } from '@muster/service';
import type { CommandConsumer } from './commands/adapters/kafka/command-consumer.js';

/** What consumes commands once the log can be reached. */
export interface OpenedWritePath {
  readonly consumer: Pick<CommandConsumer, 'onBatch'>;
  close(): Promise<void>;
}

export interface WritePathConnectionOptions {
  readonly eventLog: EventLog;
  readonly open: () => Promise<OpenedWritePath>;
  readonly logger: Logger;
  /** The subscription died and will not come back: the process must end. */
  readonly onDeath: (error: Error) => void;
}

const CONSUMER_GROUP = 'directory';
const RETRY_DELAY_MS = 500;
const RETRY_DELAY_MS_MAX = 10_000;

/**
 * Joins the event log in the background and keeps trying: a directory that starts before its brokers answers reads, and is
 * not ready until it has joined once. Later interruptions are the client's to mend; reads go on meanwhile.
 */
export class WritePathConnection {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private writePath: OpenedWritePath | undefined;
  private subscription: Subscription | undefined;

  constructor(private readonly options: WritePathConnectionOptions) {}

  start(): void {
    this.running = this.connect();
  }

  /** For readiness. */
  assertJoined(): void {
    if (this.subscription === undefined) throw new NotJoinedError('the event log was not joined yet');
  }

  /** Takes no more commands. */
  async leave(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.subscription?.close();
  }

  /** Finishes the transactions under way and their replies. */
  async close(): Promise<void> {
    await this.writePath?.close();
  }

  private async connect(): Promise<void> {
    const { signal } = this.stopping;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await this.join();
        this.options.logger.info({ attempt }, 'commands are taken in');
        return;
      } catch (err) {
        this.options.logger.warn({ err, attempt }, 'the event log cannot be joined yet');
        const delayMs = Math.min(RETRY_DELAY_MS * 2 ** (attempt - 1), RETRY_DELAY_MS_MAX);
        await pause(delayMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async join(): Promise<void> {
    const { eventLog, open, onDeath } = this.options;
    await eventLog.createTopics(topicContracts);
    const writePath = (this.writePath ??= await open());
    this.subscription = await eventLog.subscribe({
      groupId: CONSUMER_GROUP,
      topics: [COMMANDS_TOPIC],
      startFrom: 'earliest',
      onBatch: (batch, context) => writePath.consumer.onBatch(batch, context),
      onDeath,
    });
  }
}

class NotJoinedError extends Error {
  override readonly name = 'NotJoinedError';
}
