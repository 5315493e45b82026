import { setTimeout as pause } from 'node:timers/promises';
import { FAILURES_TOPIC, deadLetterTopic, topicContracts } from '@muster/contracts';
import type { EventLog } from '@muster/messaging';
import type { Logger } from '@muster/service';

const OWN_TOPICS: readonly string[] = [FAILURES_TOPIC, deadLetterTopic(FAILURES_TOPIC)];
const RETRY_DELAY_MS = 500;
const RETRY_DELAY_MS_MAX = 10_000;

/**
 * Joins the event log in the background and keeps trying: a notifier that starts before its brokers serves its probes,
 * delivers the mails it owes, and says "not ready" until it can consume.
 */
export class LogConnection {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  /** @param consume Begins to consume; called once, when the topics are there. */
  constructor(
    private readonly eventLog: Pick<EventLog, 'createTopics'>,
    private readonly consume: () => Promise<void>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running = this.connect();
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async connect(): Promise<void> {
    const { signal } = this.stopping;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await this.eventLog.createTopics(topicContracts.filter(({ topic }) => OWN_TOPICS.includes(topic)));
        await this.consume();
        return;
      } catch (err) {
        this.logger.warn({ err, attempt }, 'the event log cannot be joined yet');
        const delayMs = Math.min(RETRY_DELAY_MS * 2 ** (attempt - 1), RETRY_DELAY_MS_MAX);
        await pause(delayMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
